import { endianness } from 'node:os'
import { BlockSet, blockBytes, blockOf, emptyHash, exactBlockOf, extended } from './blocks.ts'
import { beginsEscape, codeOf, cut, escapeAt, formOf, isHexDigit, isOfByte, lengthOf } from './escapes.ts'
import { beginsGap, gapEnd, softBreakAt } from './gaps.ts'
import { foundAt } from './found.ts'
import type { Found } from './found.ts'
import { beginsAt } from './known.ts'
import type { Known } from './known.ts'

/** Where in something known a block of three stands. */
interface Gram {
  readonly known: Known
  readonly index: number
}

/** As near to the end of the bytes, an escaped character or a gap may not be told yet. */
const tailBytes = 64
/** From as many on, bytes are looked at two at a time. */
const longText = 256

const longestSpace = 40

/** What interrupts: the sign of an escape, a space or a line's end. */
const [sign, space] = [1, 2]
/** Characters between which there may be gaps. */
const breaks = new Uint8Array(256)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_:') breaks[character.charCodeAt(0)] = 1
const isLittle = endianness() === 'LE'

const same = (byte: number) => byte
const small = (byte: number) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)
const large = (byte: number) => (byte >= 0x61 && byte <= 0x7a ? byte & ~0x20 : byte)

/**
 * Finds what has an escaped character or a gap among its first ones: from there, by the character before and the two
 * behind. What is whole so far is found faster.
 */
export class Interruptions {
  /** How many characters of each are its first ones. */
  readonly #beginning: number
  /** Which blocks stand among them, large and small letters alike. */
  readonly #blocks = new BlockSet()
  /** Those in which there may be gaps, large and small letters apart. */
  readonly #gapBlocks = new BlockSet()
  readonly #grams = new Map<number, Gram[]>()
  /** Hashes of what one of them may begin with, and of those in which there may be gaps. */
  readonly #prefixes = new Set<number>()
  readonly #gapPrefixes = new Set<number>()
  readonly #kinds = new Uint8Array(256)
  /** By two bytes: whether either may be worth looking closer at. */
  readonly #pairKinds = new Uint8Array(1 << 16)
  /** Which bytes stand among the first ones. */
  readonly #occurs = new Uint8Array(256)
  readonly #decoded = new Uint8Array(4)
  #isCut = false

  constructor(all: readonly Known[], beginning: number) {
    this.#beginning = beginning
    for (const known of all) this.#learn(known)
    for (let first = 0; first < 256; first += 1) {
      for (let second = 0; second < 256; second += 1) this.#pairKinds[isLittle ? first | (second << 8) : second | (first << 8)] = this.#isWorth(first, second) ? 1 : 0
    }
  }

  /** All of them, in no order; returns from where on the end leaves one open. */
  find(bytes: Uint8Array, isEnd: boolean, found: Found[]): number {
    const { length } = bytes
    let open = length
    if (length < longText) {
      for (let at = 0; at < length; at += 1) if (this.#interrupts(bytes, at)) open = Math.min(open, this.#at(bytes, at, isEnd, found))
      return open
    }
    const skipped = bytes.byteOffset % 2
    const kinds = this.#pairKinds
    const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset + skipped, (length - skipped) >> 1)
    if (skipped === 1) open = Math.min(open, this.#at(bytes, 0, isEnd, found))
    const count = pairs.length
    for (let index = nextWorth(pairs, kinds, 0, count); index < count; index = nextWorth(pairs, kinds, index + 1, count)) {
      const at = skipped + 2 * index
      if (this.#interrupts(bytes, at)) open = Math.min(open, this.#at(bytes, at, isEnd, found))
      if (this.#interrupts(bytes, at + 1)) open = Math.min(open, this.#at(bytes, at + 1, isEnd, found))
    }
    if (skipped + 2 * count < length) open = Math.min(open, this.#at(bytes, length - 1, isEnd, found))
    return open
  }

  /** The first place from `from` on before an escaped character or a gap that is too near to the end to be told. */
  unfinished(bytes: Uint8Array, from: number): number {
    const { length } = bytes
    for (let at = Math.max(from, length - tailBytes); at < length; at += 1) {
      if (this.#kinds[bytes[at] ?? 0] === 0) continue
      let held = length
      const count = this.#decode(bytes, at, blockBytes, false)
      if (this.#isCut && beginsEscape[bytes[at] ?? 0] === 1) held = count === 0 ? Math.min(at, this.#withPrefix(bytes, from, at, 0, this.#prefixes)) : this.#withPrefix(bytes, from, at, count, this.#prefixes)
      if (at > from && breaks[bytes[at - 1] ?? 0] === 1) {
        const behind = this.#decode(bytes, at, blockBytes, true)
        if (this.#isCut) held = Math.min(held, this.#withPrefix(bytes, from, at, behind, this.#gapPrefixes))
      }
      if (held < length) return held
    }
    return length
  }

  /** The first place from which on the bytes, and so many decoded ones behind them, are the beginning of something. */
  #withPrefix(bytes: Uint8Array, from: number, at: number, count: number, prefixes: ReadonlySet<number>): number {
    const last = count > 0 ? at : at - 1
    for (let start = Math.max(from, at - this.#beginning - 1); start <= last; start += 1) {
      let hash = emptyHash
      for (let index = start; index < at; index += 1) hash = extended(hash, bytes[index] ?? 0)
      for (let index = 0; index < count; index += 1) hash = extended(hash, this.#decoded[index] ?? 0)
      if (prefixes.has(hash)) return start
    }
    return bytes.length
  }

  /** Whether the second byte, or the first with the second behind it, may interrupt something. */
  #isWorth(first: number, second: number): boolean {
    const [one, two] = [this.#kinds[first] ?? 0, this.#kinds[second] ?? 0]
    if (one === sign || two === sign) return true
    return (one === space && (two === space || breaks[second] === 1)) || (two === space && breaks[first] === 1)
  }

  /** Whether it is worth looking closer at what stands there: most often it is a space between words. */
  #interrupts(bytes: Uint8Array, at: number): boolean {
    const kinds = this.#kinds
    const byte = bytes[at] ?? 0
    if (kinds[byte] !== space) return kinds[byte] === sign && mayBeEscape(bytes, at, byte)
    const before = at > 0 ? (bytes[at - 1] ?? 0) : 0
    if (breaks[before] === 0) return false
    let behind = at + 1
    while (kinds[bytes[behind] ?? 0] === space && behind - at < longestSpace) behind += 1
    const next = bytes[behind] ?? 0
    if (breaks[next] === 0) return kinds[next] === sign
    const second = bytes[behind + 1] ?? 0
    return kinds[second] === sign || this.#gapBlocks.has(exactBlockOf(before, next, second))
  }

  /** What an escape or a gap at a place is the first in; from where on the end leaves one open. */
  #at(bytes: Uint8Array, at: number, isEnd: boolean, found: Found[]): number {
    const byte = bytes[at] ?? 0
    const before = at > 0 ? (bytes[at - 1] ?? 0) : 0
    const kind = this.#kinds[byte] ?? 0
    let open = bytes.length
    if (kind === sign) {
      const unit = escapeAt(bytes, at)
      const code = unit >= 0 ? codeOf(unit) : -1
      if (unit >= 0 ? code >= 0x80 || this.#occurs[code] === 1 : byte === 0x3d && softBreakAt(bytes, at) > 0) {
        const count = this.#decode(bytes, at, blockBytes, false)
        const one = this.#decoded[0] ?? 0
        const two = this.#decoded[1] ?? 0
        const three = this.#decoded[2] ?? 0
        if (count >= 2) open = this.#look(bytes, at, blockOf(before, one, two), false, false, isEnd, found, open)
        if (count >= 3) open = this.#look(bytes, at, blockOf(one, two, three), true, false, isEnd, found, open)
        // A sign behind it may be no sign but itself.
        const behind = unit >= 0 && code < 0x80 ? at + lengthOf(unit) : bytes.length
        const next = bytes[behind] ?? 0
        const second = bytes[behind + 1] ?? 0
        if (behind < bytes.length && (this.#kinds[next] === sign || this.#kinds[second] === sign)) {
          if (next !== two) open = this.#look(bytes, at, blockOf(before, code, next), false, false, isEnd, found, open)
          open = this.#look(bytes, at, blockOf(code, next, second), true, false, isEnd, found, open)
        }
      }
    }
    if (kind === 0 || breaks[before] === 0 || beginsGap[byte] === 0 || (kind === sign && gapEnd(bytes, at, 'lines') === at)) return open
    if (this.#decode(bytes, at, 2, true) < 2) return open
    const next = this.#decoded[0] ?? 0
    const second = this.#decoded[1] ?? 0
    if (!this.#gapBlocks.has(exactBlockOf(before, next, second))) return open
    return this.#look(bytes, at, blockOf(before, next, second), false, true, isEnd, found, open)
  }

  /** Follows what has a block among its first: at its very start, or from behind the block's first. */
  #look(bytes: Uint8Array, at: number, block: number, isStart: boolean, isGap: boolean, isEnd: boolean, found: Found[], open: number): number {
    if (!this.#blocks.has(block)) return open
    for (const { known, index } of this.#grams.get(block) ?? nothing) {
      const raw = isStart ? 0 : index + 1
      if ((isStart && index > 0) || at < raw || (isGap ? known.gaps === 'none' : !known.escapes) || !beginsAt(known, bytes, at - raw, raw)) continue
      const each = foundAt(known, bytes, { start: at - raw, place: at, index: raw, from: 0, isEnd })
      if (each === null) continue
      if ('known' in each) found.push(each)
      else open = Math.min(open, each.from)
    }
    return open
  }

  /** Up to so many of the bytes that stand there, escaped or not; with gaps, from behind the first one, which must be there. */
  #decode(bytes: Uint8Array, place: number, wanted: number, hasGaps: boolean): number {
    const out = this.#decoded
    let at = place
    let count = 0
    this.#isCut = false
    if (hasGaps) {
      at = gapEnd(bytes, place, 'lines')
      this.#isCut = at === cut
      if (at === cut || at === place) return 0
    }
    while (count < wanted) {
      if (at >= bytes.length) {
        this.#isCut = true
        return count
      }
      const byte = bytes[at] ?? 0
      const kind = this.#kinds[byte] ?? 0
      if (kind === 0 || (kind === space && !hasGaps)) {
        out[count++] = byte
        at += 1
        continue
      }
      const unit = escapeAt(bytes, at)
      if (unit >= 0 && !(hasGaps && codeOf(unit) <= 0x20)) {
        const code = codeOf(unit)
        if (code < 0x80 || isOfByte(formOf(unit))) out[count++] = code
        else for (const each of Buffer.from(String.fromCodePoint(code), 'utf8')) if (count < wanted) out[count++] = each
        at += lengthOf(unit)
        continue
      }
      const end = unit === cut ? cut : hasGaps ? gapEnd(bytes, at, 'lines') : byte === 0x3d ? softEnd(bytes, at) : at
      if (end === cut) {
        this.#isCut = true
        return count
      }
      if (end === at) {
        out[count++] = byte
        at += 1
      } else at = end
    }
    return count
  }

  #learn(known: Known): void {
    const { from, gaps, escapes, anyCase } = known
    for (let at = 0; at + blockBytes <= from.length && at <= this.#beginning; at += 1) {
      const [one, two, three] = [from[at] ?? 0, from[at + 1] ?? 0, from[at + 2] ?? 0]
      for (const byte of [one, two, three]) for (const each of anyCase ? [byte, small(byte), large(byte)] : [byte]) this.#occurs[each] = 1
      const block = blockOf(one, two, three)
      this.#blocks.add(block)
      const grams = this.#grams.get(block)
      if (grams === undefined) this.#grams.set(block, [{ known, index: at }])
      else grams.push({ known, index: at })
      if (gaps !== 'none') for (const change of anyCase ? [small, large] : [same]) this.#gapBlocks.add(exactBlockOf(change(one), change(two), change(three)))
    }
    let hash = emptyHash
    for (let count = 0; count < Math.min(from.length, this.#beginning + blockBytes); count += 1) {
      hash = extended(hash, from[count] ?? 0)
      this.#prefixes.add(hash)
      if (gaps !== 'none') this.#gapPrefixes.add(hash)
    }
    if (gaps !== 'none') for (const character of ' \t\r\n') this.#kinds[character.charCodeAt(0)] = space
    if (escapes) for (const character of '\\%&=') this.#kinds[character.charCodeAt(0)] = sign
  }
}

const nothing: readonly Gram[] = []

function softEnd(bytes: Uint8Array, at: number): number {
  const length = softBreakAt(bytes, at)
  return length === cut ? cut : at + length
}

/** On its own, so that it is as tight a loop as can be. */
function nextWorth(pairs: Uint16Array, kinds: Uint8Array, from: number, count: number): number {
  let index = from
  while (index < count && kinds[pairs[index] ?? 0] === 0) index += 1
  return index
}

/** By the byte behind the sign. */
function mayBeEscape(bytes: Uint8Array, at: number, byte: number): boolean {
  if (at + 1 >= bytes.length) return true
  const next = bytes[at + 1] ?? 0
  switch (byte) {
    case 0x3d:
      return isHexDigit(next) || next === 0x0d || next === 0x0a
    case 0x25:
      return isHexDigit(next) || next === 0x75
    case 0x26:
      return next === 0x23 || (next | 0x20) >= 0x61
    default:
      return true
  }
}
