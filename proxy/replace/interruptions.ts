import { blockBytes, blockOf, emptyHash, extended } from './blocks.ts'
import { breaks, kinds, sign, space } from './byte-kinds.ts'
import { beginsEscape, codeOf, cut, escapeAt, formOf, isOfByte, isPercentOfOthers, lengthOf } from './escapes.ts'
import { beginsGap, gapEnd, softBreakAt } from './gaps.ts'
import { foundAt } from './found.ts'
import type { Found } from './found.ts'
import { beginsAt } from './known.ts'
import type { Known } from './known.ts'
import { Surroundings, regionBytes } from './surroundings.ts'
import { NumberSet, NumberTable } from './tables.ts'
import type { Entry } from './tables.ts'

/** As near to the end of the bytes, an escaped character or a gap may not be told yet. */
const tailBytes = 64
const percent = 0x25
/** A place among the first characters takes so many bits, beside the number of what is known. */
const indexBits = 4

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
  /** Hashes of what one of them may begin with, and of those in which there may be gaps. */
  readonly #prefixes: NumberSet
  readonly #gapPrefixes: NumberSet
  /** Where there may be one. */
  readonly #surroundings: Surroundings
  readonly #decoded = new Uint8Array(4)
  #isCut = false

  constructor(all: readonly Known[], beginning: number) {
    this.#all = all
    this.#beginning = beginning
    const grams: Entry[] = []
    const [prefixes, gapPrefixes] = [new Set<number>(), new Set<number>()]
    for (const [number, { from, gaps }] of all.entries()) {
      for (let at = 0; at + blockBytes <= from.length && at <= beginning; at += 1) {
        grams.push({
          key: blockOf(from[at] ?? 0, from[at + 1] ?? 0, from[at + 2] ?? 0),
          value: (number << indexBits) | at,
        })
      }
      let hash = emptyHash
      for (let count = 0; count < Math.min(from.length, beginning + blockBytes); count += 1) {
        hash = extended(hash, from[count] ?? 0)
        prefixes.add(hash)
        if (gaps !== 'none') gapPrefixes.add(hash)
      }
    }
    this.#grams = new NumberTable(grams)
    this.#surroundings = new Surroundings(all, beginning)
    this.#prefixes = new NumberSet(prefixes)
    this.#gapPrefixes = new NumberSet(gapPrefixes)
  }

  /** How many it keeps, beside what is known. */
  get bytes(): number {
    return [this.#grams, this.#surroundings, this.#prefixes, this.#gapPrefixes].reduce(
      (sum, { bytes }) => sum + bytes,
      1024,
    )
  }

  /** Whether something begins so, or goes on a little behind that. */
  hasPrefix(hash: number): boolean {
    return this.#prefixes.has(hash)
  }

  /** All of them, in no order; returns from where on the end leaves one open. */
  find(bytes: Uint8Array, isEnd: boolean, found: Found[]): number {
    const { length } = bytes
    const around = this.#surroundings
    let open = length
    around.begin()
    for (let from = 0; from < length; from += regionBytes) {
      const count = around.placesIn(bytes, from, Math.min(length, from + regionBytes))
      for (let index = 0; index < count; index += 1)
        open = Math.min(open, this.at(bytes, around.places[index] ?? 0, isEnd, found))
    }
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
      if (this.#isCut && beginsEscape[bytes[at] ?? 0] === 1)
        held = Math.min(held, count === 0 ? at : length, this.#withPrefix(bytes, from, at, count, this.#prefixes))
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

  /** What an escape or a gap at a place is the first in; from where on the end leaves one open. */
  at(bytes: Uint8Array, at: number, isEnd: boolean, found: Found[]): number {
    const byte = bytes[at] ?? 0
    const before = at > 0 ? (bytes[at - 1] ?? 0) : 0
    const kind = kinds[byte] ?? 0
    let open = bytes.length
    if (kind === sign) {
      const unit = escapeAt(bytes, at)
      const code = unit >= 0 ? codeOf(unit) : -1
      if (
        unit >= 0 ? code >= 0x80 || this.#surroundings.occurs[code] === 1 : byte === 0x3d && softBreakAt(bytes, at) > 0
      ) {
        const count = this.#decode(bytes, at, blockBytes, false)
        const one = this.#decoded[0] ?? 0
        const two = this.#decoded[1] ?? 0
        const three = this.#decoded[2] ?? 0
        if (count >= 2) open = this.#look(bytes, at, blockOf(before, one, two), false, false, isEnd, found, open)
        if (count >= 3) open = this.#look(bytes, at, blockOf(one, two, three), true, false, isEnd, found, open)
        // A sign behind it may be no sign but itself.
        const behind = unit >= 0 && code < 0x80 ? at + lengthOf(unit) : bytes.length
        const next = bytes[behind] ?? 0
        if (behind < bytes.length && (kinds[next] === sign || kinds[bytes[behind + 1] ?? 0] === sign)) {
          if (next !== two) open = this.#look(bytes, at, blockOf(before, code, next), false, false, isEnd, found, open)
          for (const [second, place] of readings(bytes, behind))
            for (const [third] of readings(bytes, place))
              if (second !== two || third !== three)
                open = this.#look(bytes, at, blockOf(code, second, third), true, false, isEnd, found, open)
        }
      }
    }
    if (kind === sign && isPercentOfOthers(bytes, at) && this.#surroundings.occurs[percent] === 1)
      // What may be a sign that is written twice may be one that two digits follow.
      for (const [second, place] of readings(bytes, at + 3)) {
        open = this.#look(bytes, at, blockOf(before, percent, second), false, false, isEnd, found, open)
        for (const [third] of readings(bytes, place))
          open = this.#look(bytes, at, blockOf(percent, second, third), true, false, isEnd, found, open)
      }
    if (
      kind === 0 ||
      breaks[before] === 0 ||
      beginsGap[byte] === 0 ||
      (kind === sign && gapEnd(bytes, at, 'lines') === at)
    )
      return open
    if (this.#decode(bytes, at, 2, true) < 2) return open
    const next = this.#decoded[0] ?? 0
    const second = this.#decoded[1] ?? 0
    if (breaks[next] === 0) return open
    return this.#look(bytes, at, blockOf(before, next, second), false, true, isEnd, found, open)
  }

  /** Follows what has a block among its first: at its very start, or from behind the block's first. */
  #look(
    bytes: Uint8Array,
    at: number,
    block: number,
    isStart: boolean,
    isGap: boolean,
    isEnd: boolean,
    found: Found[],
    open: number,
  ): number {
    const grams = this.#grams
    for (let gram = grams.first(block); grams.isOf(gram, block); gram += 1) {
      const packed = grams.valueAt(gram)
      const known = this.#all[packed >>> indexBits]
      const index = packed & ((1 << indexBits) - 1)
      if (known === undefined) continue
      const raw = isStart ? 0 : index + 1
      if (
        (isStart && index > 0) ||
        at < raw ||
        (isGap ? known.gaps === 'none' : !known.escapes) ||
        !beginsAt(known, bytes, at - raw, raw)
      )
        continue
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

/** What may stand at a place, and where it goes on: the byte as it is, and the character that it begins where it escapes one. */
function readings(bytes: Uint8Array, at: number): readonly (readonly [byte: number, next: number])[] {
  const byte = bytes[at] ?? 0
  if (at >= bytes.length || kinds[byte] !== sign) return [[byte, at + 1]]
  const unit = escapeAt(bytes, at)
  const whole: [number, number][] = [[byte, at + 1]]
  if (unit >= 0) {
    const code = codeOf(unit)
    const first = code < 0x80 || isOfByte(formOf(unit)) ? code : Buffer.from(String.fromCodePoint(code), 'utf8')[0]
    if (first !== undefined) whole.push([first, at + lengthOf(unit)])
  }
  if (isPercentOfOthers(bytes, at)) whole.push([percent, at + 3])
  const soft = byte === 0x3d ? softBreakAt(bytes, at) : 0
  return soft > 0 ? [...whole, ...readings(bytes, at + soft)] : whole
}

function softEnd(bytes: Uint8Array, at: number): number {
  const length = softBreakAt(bytes, at)
  return length === cut ? cut : at + length
}
