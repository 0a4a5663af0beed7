import { endianness } from 'node:os'
import { blockBytes, blockOf, emptyHash, extended, quadOf } from './blocks.ts'
import { beginsEscape, codeOf, cut, escapeAt, formOf, isOfByte, lengthOf } from './escapes.ts'
import { beginsGap, gapEnd, softBreakAt } from './gaps.ts'
import { foundAt } from './found.ts'
import type { Found } from './found.ts'
import { beginsAt } from './known.ts'
import type { Known } from './known.ts'
import { Filter, NumberSet, NumberTable } from './tables.ts'
import type { Entry } from './tables.ts'

/** As near to the end of the bytes, an escaped character or a gap may not be told yet. */
const tailBytes = 64
const longestSpace = 40
/** A place among the first characters takes so many bits, beside the number of what is known. */
const indexBits = 4

/** What interrupts: the sign of an escape, a space or a line's end. */
const [sign, space] = [1, 2]
const kinds = new Uint8Array(256)
for (const character of ' \t\r\n') kinds[character.charCodeAt(0)] = space
for (const character of '\\%&=') kinds[character.charCodeAt(0)] = sign
/** Characters between which there may be gaps. */
const breaks = new Uint8Array(256)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_:') breaks[character.charCodeAt(0)] = 1

/** Whether the second byte, or the first with the second behind it, may interrupt something. */
function isWorth(first: number, second: number): boolean {
  const [one, two] = [kinds[first] ?? 0, kinds[second] ?? 0]
  if (one === sign || two === sign) return true
  return (one === space && (two === space || breaks[second] === 1)) || (two === space && breaks[first] === 1)
}
const isLittle = endianness() === 'LE'
/** By two bytes: whether either may be worth looking closer at. */
const pairKinds = new Uint8Array(1 << 16)
for (let first = 0; first < 256; first += 1) {
  for (let second = 0; second < 256; second += 1) pairKinds[isLittle ? first | (second << 8) : second | (first << 8)] = isWorth(first, second) ? 1 : 0
}

/** What was read as an escape is remembered for as many places. */
const rememberedBits = 4

/**
 * Finds what has an escaped character or a gap among its first ones: from there, by the characters before and those
 * behind. What is whole so far is found faster.
 */
export class Interruptions {
  readonly #all: readonly Known[]
  /** How many characters of each are its first ones. */
  readonly #beginning: number
  /** Where a block stands among them: the number of what is known, and the place in it. */
  readonly #grams: NumberTable
  /** What may stand around an interruption: two characters before and two behind, or the first three. */
  readonly #around: Filter
  /** The same of those in which there may be gaps. */
  readonly #gaps: Filter
  /** Hashes of what one of them may begin with, and of those in which there may be gaps. */
  readonly #prefixes: NumberSet
  readonly #gapPrefixes: NumberSet
  /** Which bytes stand among the first ones. */
  readonly #occurs = new Uint8Array(256)
  readonly #decoded = new Uint8Array(4)
  #isCut = false
  /** By some bits of a place: the place, and the escape that was read there. */
  readonly #places = new Int32Array(1 << rememberedBits)
  readonly #units = new Int32Array(1 << rememberedBits)

  constructor(all: readonly Known[], beginning: number) {
    this.#all = all
    this.#beginning = beginning
    const grams: Entry[] = []
    const [around, aroundGaps, prefixes, gapPrefixes] = [new Set<number>(), new Set<number>(), new Set<number>(), new Set<number>()]
    for (const [number, { from, gaps, anyCase }] of all.entries()) {
      const hasGaps = gaps !== 'none'
      for (let at = 0; at + blockBytes <= from.length && at <= beginning; at += 1) {
        const [one, two, three] = [from[at] ?? 0, from[at + 1] ?? 0, from[at + 2] ?? 0]
        for (const byte of [one, two, three]) {
          this.#occurs[byte] = 1
          if (anyCase) this.#occurs[small(byte)] = this.#occurs[large(byte)] = 1
        }
        const block = blockOf(one, two, three)
        grams.push({ key: block, value: (number << indexBits) | at })
        const key = at === 0 ? block : quadOf(from[at - 1] ?? 0, one, two, three)
        around.add(key)
        if (hasGaps) aroundGaps.add(key)
      }
      let hash = emptyHash
      for (let count = 0; count < Math.min(from.length, beginning + blockBytes); count += 1) {
        hash = extended(hash, from[count] ?? 0)
        prefixes.add(hash)
        if (hasGaps) gapPrefixes.add(hash)
      }
    }
    this.#grams = new NumberTable(grams)
    this.#around = new Filter(around)
    this.#gaps = new Filter(aroundGaps)
    this.#prefixes = new NumberSet(prefixes)
    this.#gapPrefixes = new NumberSet(gapPrefixes)
  }

  /** How many it keeps, beside what is known. */
  get bytes(): number {
    return [this.#grams, this.#around, this.#gaps, this.#prefixes, this.#gapPrefixes].reduce((sum, { bytes }) => sum + bytes, 1024)
  }

  /** Whether something begins so, or goes on a little behind that. */
  hasPrefix(hash: number): boolean {
    return this.#prefixes.has(hash)
  }

  /** All of them, in no order; returns from where on the end leaves one open. */
  find(bytes: Uint8Array, isEnd: boolean, found: Found[]): number {
    const { length } = bytes
    let open = length
    this.#places.fill(-1)
    const skipped = bytes.byteOffset % 2
    if (skipped === 1 && this.#interrupts(bytes, 0)) open = Math.min(open, this.#at(bytes, 0, isEnd, found))
    const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset + skipped, Math.max(0, length - skipped) >> 1)
    const count = pairs.length
    // Beside the loop, not in the module: a table is looked up twice as fast so.
    const [worth, kindOf, mayBreak, gaps] = [pairKinds, kinds, breaks, this.#gaps]
    for (let index = nextWorth(pairs, worth, 0, count); index < count; index = nextWorth(pairs, worth, index + 1, count)) {
      const end = skipped + 2 * index + 2
      for (let at = end - 2; at < end; at += 1) {
        const kind = kindOf[bytes[at] ?? 0] ?? 0
        if (kind === 0) continue
        // Most often it is a space between words, and what stands around it decides.
        if (kind === space && at > 1 && at + 2 < length) {
          const before = bytes[at - 1] ?? 0
          if (mayBreak[before] === 0) continue
          const next = bytes[at + 1] ?? 0
          const second = bytes[at + 2] ?? 0
          if (mayBreak[next] === 1) {
            if (kindOf[second] === 0 && !gaps.mayHave(quadOf(bytes[at - 2] ?? 0, before, next, second)) && !gaps.mayHave(blockOf(before, next, second))) continue
          } else if (kindOf[next] === 0) continue
        }
        if (this.#interrupts(bytes, at)) open = Math.min(open, this.#at(bytes, at, isEnd, found))
      }
    }
    const last = length - 1
    if (skipped + 2 * count < length && this.#interrupts(bytes, last)) open = Math.min(open, this.#at(bytes, last, isEnd, found))
    return open
  }

  /** The first place from `from` on before an escaped character or a gap that is too near to the end to be told. */
  unfinished(bytes: Uint8Array, from: number): number {
    const { length } = bytes
    let held = length
    // One that is interrupted further on may begin before.
    for (let at = Math.max(from, length - tailBytes); at < length && at - this.#beginning - 1 < held; at += 1) {
      if (kinds[bytes[at] ?? 0] === 0) continue
      const count = this.#decode(bytes, at, blockBytes, false)
      if (this.#isCut && beginsEscape[bytes[at] ?? 0] === 1) held = Math.min(held, count === 0 ? at : length, this.#withPrefix(bytes, from, at, count, this.#prefixes))
      if (at > from && breaks[bytes[at - 1] ?? 0] === 1) {
        const behind = this.#decode(bytes, at, blockBytes, true)
        if (this.#isCut) held = Math.min(held, this.#withPrefix(bytes, from, at, behind, this.#gapPrefixes))
      }
    }
    return held
  }

  /** The first place from which on the bytes, and so many decoded ones behind them, are the beginning of something. */
  #withPrefix(bytes: Uint8Array, from: number, at: number, count: number, prefixes: NumberSet): number {
    const last = count > 0 ? at : at - 1
    for (let start = Math.max(from, at - this.#beginning - 1); start <= last; start += 1) {
      let hash = emptyHash
      for (let index = start; index < at; index += 1) hash = extended(hash, bytes[index] ?? 0)
      for (let index = 0; index < count; index += 1) hash = extended(hash, this.#decoded[index] ?? 0)
      if (prefixes.has(hash)) return start
    }
    return bytes.length
  }

  /** Whether something may be interrupted there, by the characters around it: most often it is a space between words. */
  #interrupts(bytes: Uint8Array, at: number): boolean {
    const byte = bytes[at] ?? 0
    const kind = kinds[byte] ?? 0
    if (kind === 0) return false
    const before = at > 0 ? (bytes[at - 1] ?? 0) : 0
    const first = at > 1 ? (bytes[at - 2] ?? 0) : 0
    if (kind === sign && this.#mayBeEscape(bytes, at, byte, first, before)) return true
    return breaks[before] === 1 && this.#mayBeGap(bytes, at, byte, first, before)
  }

  #mayBeEscape(bytes: Uint8Array, at: number, byte: number, first: number, before: number): boolean {
    const unit = this.#unitAt(bytes, at)
    if (unit < 0) return unit === cut || (byte === equals && endsLine(bytes[at + 1] ?? 0))
    const code = codeOf(unit)
    if (code >= 0x80 && !isOfByte(formOf(unit))) return this.#occurs[leadOf(code)] === 1
    if (this.#occurs[code] === 0) return false
    const behind = at + lengthOf(unit)
    if (behind + 1 >= bytes.length) return true
    const next = bytes[behind] ?? 0
    let two = next
    let last = behind + 1
    if (isSign(next)) {
      const second = this.#unitAt(bytes, behind)
      if (second === cut || (second < 0 && next === equals && endsLine(bytes[last] ?? 0))) return true
      if (second >= 0) {
        two = codeOf(second)
        last = behind + lengthOf(second)
        if (two >= 0x80 && !isOfByte(formOf(second))) return true
      }
      // A sign may be no sign but itself.
      if (next !== two && (this.#around.mayHave(quadOf(first, before, code, next)) || this.#around.mayHave(blockOf(before, code, next)))) return true
      if (this.#around.mayHave(blockOf(code, next, bytes[behind + 1] ?? 0))) return true
    }
    if (this.#around.mayHave(quadOf(first, before, code, two)) || this.#around.mayHave(blockOf(before, code, two))) return true
    if (last >= bytes.length) return true
    let three = bytes[last] ?? 0
    if (isSign(three)) {
      if (this.#around.mayHave(blockOf(code, two, three))) return true
      const third = this.#unitAt(bytes, last)
      if (third === cut || (third < 0 && three === equals && endsLine(bytes[last + 1] ?? 0))) return true
      if (third >= 0) {
        three = codeOf(third)
        if (three >= 0x80 && !isOfByte(formOf(third))) return true
      }
    }
    return this.#around.mayHave(blockOf(code, two, three))
  }

  #mayBeGap(bytes: Uint8Array, at: number, byte: number, first: number, before: number): boolean {
    let behind = at
    if (kinds[byte] === space) {
      while (kinds[bytes[behind] ?? 0] === space && behind - at < longestSpace) behind += 1
    } else {
      if (!mayEndLine(byte, bytes[at + 1] ?? 0)) return false
      behind = gapEnd(bytes, at, 'lines')
      if (behind === cut) return true
      if (behind === at) return false
    }
    let next = bytes[behind] ?? 0
    let last = behind + 1
    if (breaks[next] === 0) {
      if (!isSign(next)) return false
      const unit = this.#unitAt(bytes, behind)
      if (unit < 0) return unit === cut || (next === equals && endsLine(bytes[last] ?? 0))
      next = codeOf(unit)
      last = behind + lengthOf(unit)
      if (next <= 0x20) return true
      if (next >= 0x80 || breaks[next] === 0) return false
    }
    let second = bytes[last] ?? 0
    if (kinds[second] === space) return true
    if (isSign(second)) {
      const unit = this.#unitAt(bytes, last)
      if (unit < 0) return unit === cut || (second === equals && endsLine(bytes[last + 1] ?? 0))
      second = codeOf(unit)
      if (second <= 0x20) return true
    }
    return this.#gaps.mayHave(quadOf(first, before, next, second)) || this.#gaps.mayHave(blockOf(before, next, second))
  }

  /** The escape at a place, read once. */
  #unitAt(bytes: Uint8Array, at: number): number {
    const slot = at & ((1 << rememberedBits) - 1)
    if (this.#places[slot] === at) return this.#units[slot] ?? 0
    const unit = escapeAt(bytes, at)
    this.#places[slot] = at
    this.#units[slot] = unit
    return unit
  }

  /** What an escape or a gap at a place is the first in; from where on the end leaves one open. */
  #at(bytes: Uint8Array, at: number, isEnd: boolean, found: Found[]): number {
    const byte = bytes[at] ?? 0
    const before = at > 0 ? (bytes[at - 1] ?? 0) : 0
    const kind = kinds[byte] ?? 0
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
        if (behind < bytes.length && (kinds[next] === sign || kinds[second] === sign)) {
          if (next !== two) open = this.#look(bytes, at, blockOf(before, code, next), false, false, isEnd, found, open)
          open = this.#look(bytes, at, blockOf(code, next, second), true, false, isEnd, found, open)
        }
      }
    }
    if (kind === 0 || breaks[before] === 0 || beginsGap[byte] === 0 || (kind === sign && gapEnd(bytes, at, 'lines') === at)) return open
    if (this.#decode(bytes, at, 2, true) < 2) return open
    const next = this.#decoded[0] ?? 0
    const second = this.#decoded[1] ?? 0
    return this.#look(bytes, at, blockOf(before, next, second), false, true, isEnd, found, open)
  }

  /** Follows what has a block among its first: at its very start, or from behind the block's first. */
  #look(bytes: Uint8Array, at: number, block: number, isStart: boolean, isGap: boolean, isEnd: boolean, found: Found[], open: number): number {
    const grams = this.#grams
    for (let gram = grams.first(block); grams.isOf(gram, block); gram += 1) {
      const packed = grams.valueAt(gram)
      const known = this.#all[packed >>> indexBits]
      const index = packed & ((1 << indexBits) - 1)
      if (known === undefined) continue
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
      const kind = kinds[byte] ?? 0
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
}

const equals = 0x3d
const small = (byte: number) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)
const large = (byte: number) => (byte >= 0x61 && byte <= 0x7a ? byte & ~0x20 : byte)
const isSign = (byte: number) => byte === 0x5c || byte === 0x25 || byte === 0x26 || byte === equals
const endsLine = (byte: number) => byte === 0x0d || byte === 0x0a

/** The first byte of a character beyond ASCII in UTF-8. */
const leadOf = (code: number) => (code < 0x800 ? 0xc0 | (code >>> 6) : code < 0x10000 ? 0xe0 | (code >>> 12) : 0xf0 | (code >>> 18))

/** Whether a sign may begin an escaped space or end of a line, by the byte behind it. */
function mayEndLine(byte: number, next: number): boolean {
  if (byte === 0x5c) return next === 0x6e || next === 0x72 || next === 0x74 || next === 0x5c
  if (byte === 0x25) return next === 0x30 || next === 0x32
  return byte === equals && endsLine(next)
}

function softEnd(bytes: Uint8Array, at: number): number {
  const length = softBreakAt(bytes, at)
  return length === cut ? cut : at + length
}

/** On its own, so that it is as tight a loop as can be. */
function nextWorth(pairs: Uint16Array, worth: Uint8Array, from: number, count: number): number {
  let index = from
  while (index < count && worth[pairs[index] ?? 0] === 0) index += 1
  return index
}
