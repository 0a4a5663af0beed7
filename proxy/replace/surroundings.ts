import { blockBytes, blockOf, quadOf } from './blocks.ts'
import { breaks, kinds, pairKinds, sign, space } from './byte-kinds.ts'
import {
  codeOf,
  cut,
  digits,
  escapeAt,
  formOf,
  isOfByte,
  isPercentOfOthers,
  lengthOf,
  meantBehind,
  named,
} from './escapes.ts'
import { gapEnd } from './gaps.ts'
import type { Known } from './known.ts'
import { Neighbours } from './neighbours.ts'
import { firstBit } from './tables.ts'

/** So many bytes are gone through at once: what is noted of them stays in the processor's nearest cache. */
export const regionBytes = 4096
/** What is nearer to either end than this is looked at with more care. */
const edgeBytes = 6
const longestSpace = 40
/** What was read as an escape is remembered for as many places. */
const rememberedBits = 4

const backslash = 0x5c
const percent = 0x25
const equals = 0x3d
const ampersand = 0x26
/** What an escaped byte may be: part of something, or of a gap; or both. */
const part = 1
const gap = 2

/**
 * Tells where something may have an escaped character or a gap among its first ones, by the characters around: most often
 * a space is one between words, and an escape is of something else. It may say so of too many places, and of none too few.
 */
export class Surroundings {
  /** Those that were found last. */
  readonly places = new Int32Array(regionBytes + 2)
  /** Which bytes stand among the first ones. */
  readonly occurs = new Uint8Array(256)
  readonly #escaped: Neighbours
  readonly #gaps: Neighbours
  /** What each byte may be where it is escaped; and what an escape may be of which one is the second byte. */
  readonly #uses = new Uint8Array(256)
  readonly #behindBackslash = new Uint8Array(256)
  readonly #behindAmpersand = new Uint8Array(256)
  /** By some bits of a place: the place, and the escape that was read there. */
  readonly #readAt = new Int32Array(1 << rememberedBits)
  readonly #units = new Int32Array(1 << rememberedBits)

  constructor(all: readonly Known[], beginning: number) {
    const escaped = all.filter(({ escapes }) => escapes)
    for (const { from, anyCase } of escaped) {
      for (const byte of from.subarray(0, beginning + blockBytes)) {
        this.occurs[byte] = 1
        if (anyCase) this.occurs[small(byte)] = this.occurs[large(byte)] = 1
      }
    }
    this.#escaped = new Neighbours(escaped, beginning)
    this.#gaps = new Neighbours(
      all.filter(({ gaps }) => gaps !== 'none'),
      beginning,
    )
    for (let byte = 0; byte < 256; byte += 1)
      this.#uses[byte] = (this.occurs[byte] === 1 ? part : 0) | (kinds[byte] === space ? gap : 0)
    for (let byte = 0; byte < 256; byte += 1) {
      const meant = meantBehind[byte] ?? 0
      if (meant !== 0) this.#behindBackslash[byte] = this.#uses[meant] ?? 0
    }
    // What begins a number, or an escape that is escaped, may be of anything.
    for (const character of 'ux0123\\') this.#behindBackslash[character.charCodeAt(0)] = part | gap
    for (const [name, meant] of named)
      this.#behindAmpersand[name.charCodeAt(0)] =
        (this.#behindAmpersand[name.charCodeAt(0)] ?? 0) | (this.#uses[meant] ?? 0)
    for (const character of '#a') this.#behindAmpersand[character.charCodeAt(0)] = part | gap
  }

  get bytes(): number {
    return this.#escaped.bytes + this.#gaps.bytes + this.places.byteLength + 1024
  }

  /** Begins with other bytes: what is remembered is of those before. */
  begin(): void {
    this.#readAt.fill(-1)
  }

  /** Notes the places from one to before another, which are no more than a region apart; returns how many. */
  placesIn(bytes: Uint8Array, from: number, to: number): number {
    const places = this.places
    const seen = interruptingIn(bytes, from, to, places)
    const last = bytes.length - edgeBytes
    // Beside the loop: what is reached through `this` in it, or by a call, takes as long as all the rest.
    const kindOf = kinds
    const mayBreak = breaks
    const { bits, shift } = this.#gaps.around
    let kept = 0
    for (let index = 0; index < seen; index += 1) {
      const at = places[index] ?? 0
      if (at >= 2 && at < last) {
        if (kindOf[bytes[at] ?? 0] === space) {
          const before = bytes[at - 1] ?? 0
          if (mayBreak[before] === 0) continue
          const next = bytes[at + 1] ?? 0
          const second = bytes[at + 2] ?? 0
          if (mayBreak[next] === 1) {
            if (kindOf[second] === 0) {
              // Both at once: a branch for each would be guessed wrong too often.
              const quad = firstBit(quadOf(bytes[at - 2] ?? 0, before, next, second), shift)
              const block = firstBit(blockOf(before, next, second), shift)
              if (((((bits[quad >>> 5] ?? 0) >>> (quad & 31)) | ((bits[block >>> 5] ?? 0) >>> (block & 31))) & 1) === 0)
                continue
            }
            if (!this.#mayBeOneGap(bytes, at)) continue
          } else if (kindOf[next] === 0) continue
        } else if (!this.#mayBeOneEscape(bytes, at)) continue
      }
      if (this.#interrupts(bytes, at)) places[kept++] = at
    }
    return kept
  }

  /** A single space between two characters, by more of what is around it. */
  #mayBeOneGap(bytes: Uint8Array, at: number): boolean {
    const gaps = this.#gaps
    const first = bytes[at - 2] ?? 0
    const before = bytes[at - 1] ?? 0
    const next = bytes[at + 1] ?? 0
    const second = bytes[at + 2] ?? 0
    const third = bytes[at + 3] ?? 0
    const kind = kinds[third] ?? 0
    // Behind the next one may be another gap, if it is not part of what is looked for.
    if (kinds[second] === space)
      return kind !== 0 || gaps.mayHave(first, before, next, third) || gaps.mayHave(first, before, next, second)
    if (kinds[second] === sign) return true
    if (kind === 0) return gaps.mayHaveWide(first, before, next, second, third)
    const fourth = bytes[at + 4] ?? 0
    if (kind === space && kinds[fourth] === 0)
      return (
        gaps.mayHaveWide(first, before, next, second, fourth) || gaps.mayHaveWide(first, before, next, second, third)
      )
    return gaps.mayHave(first, before, next, second)
  }

  /** An escape with none beside it, by what it is of and what is around it. */
  #mayBeOneEscape(bytes: Uint8Array, at: number): boolean {
    const byte = bytes[at] ?? 0
    const before = bytes[at - 1] ?? 0
    const next = bytes[at + 1] ?? 0
    let code: number
    let behind = at + 3
    if (byte === backslash || byte === ampersand) {
      const use = (byte === backslash ? this.#behindBackslash[next] : this.#behindAmpersand[next]) ?? 0
      if (use === 0 || (use === gap && breaks[before] === 0)) return false
      const unit = this.#unitAt(bytes, at)
      if (unit < 0) return byte === backslash || unit === cut
      code = codeOf(unit)
      behind = at + lengthOf(unit)
      if (code >= 0x80 || behind + 3 > bytes.length) return true
    } else {
      if (byte === equals && kinds[next] === space) return true
      code = ((digits[next] ?? 0) << 4) | (digits[bytes[at + 2] ?? 0] ?? 0)
      if (code < 0) return byte === percent && next === 0x75
      if (code === percent && byte === percent) return true
    }
    const use = this.#uses[code] ?? 0
    if (use !== part) return use !== 0 && (use !== gap || breaks[before] === 1)
    const two = bytes[behind] ?? 0
    const three = bytes[behind + 1] ?? 0
    const kind = kinds[three] ?? 0
    if (kinds[two] === sign || kind === sign) return true
    const escaped = this.#escaped
    const first = bytes[at - 2] ?? 0
    if (!escaped.mayHaveOrBegin(first, before, code, two, three)) return false
    const four = bytes[behind + 2] ?? 0
    return (
      (kind === 0 ? escaped.mayHaveWide(first, before, code, two, three) : escaped.mayHave(first, before, code, two)) ||
      (kinds[four] === 0 ? escaped.mayBeginWide(code, two, three, four) : escaped.mayBegin(code, two, three))
    )
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

  /** Two digits behind it may be of it, or stand for themselves. */
  #mayBePercent(bytes: Uint8Array, at: number): boolean {
    return this.occurs[percent] === 1 && isPercentOfOthers(bytes, at)
  }

  #mayBeEscape(bytes: Uint8Array, at: number, byte: number, first: number, before: number): boolean {
    const unit = this.#unitAt(bytes, at)
    if (unit < 0) return unit === cut || (byte === equals && endsLine(bytes[at + 1] ?? 0))
    const code = codeOf(unit)
    if (code >= 0x80 && !isOfByte(formOf(unit))) return this.occurs[leadOf(code)] === 1
    if (this.#mayBePercent(bytes, at)) return true
    if (this.occurs[code] === 0) return false
    const behind = at + lengthOf(unit)
    if (behind + 1 >= bytes.length) return true
    const next = bytes[behind] ?? 0
    let two = next
    let last = behind + 1
    if (isSign(next)) {
      if (this.#mayBePercent(bytes, behind)) return true
      const second = this.#unitAt(bytes, behind)
      if (second === cut || (second < 0 && next === equals && endsLine(bytes[last] ?? 0))) return true
      if (second >= 0) {
        two = codeOf(second)
        last = behind + lengthOf(second)
        if (two >= 0x80 && !isOfByte(formOf(second))) return true
      }
      // A sign may be no sign but itself.
      if (next !== two && this.#escaped.mayHave(first, before, code, next)) return true
      const beside = bytes[behind + 1] ?? 0
      if (this.#escaped.mayBegin(code, next, beside)) return true
      if (isSign(beside)) {
        if (this.#mayBePercent(bytes, behind + 1)) return true
        const third = this.#unitAt(bytes, behind + 1)
        if (third === cut || (third < 0 && beside === equals && endsLine(bytes[behind + 2] ?? 0))) return true
        const meant = third < 0 ? beside : codeOf(third)
        if ((meant >= 0x80 && !isOfByte(formOf(third))) || this.#escaped.mayBegin(code, next, meant)) return true
      }
    }
    if (this.#escaped.mayHave(first, before, code, two)) return true
    if (last >= bytes.length) return true
    let three = bytes[last] ?? 0
    if (isSign(three)) {
      if (this.#mayBePercent(bytes, last)) return true
      if (this.#escaped.mayBegin(code, two, three)) return true
      const third = this.#unitAt(bytes, last)
      if (third === cut || (third < 0 && three === equals && endsLine(bytes[last + 1] ?? 0))) return true
      if (third >= 0) {
        three = codeOf(third)
        if (three >= 0x80 && !isOfByte(formOf(third))) return true
      }
    }
    return this.#escaped.mayBegin(code, two, three)
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
    return this.#gaps.mayHave(first, before, next, second)
  }

  /** The escape at a place, read once. */
  #unitAt(bytes: Uint8Array, at: number): number {
    const slot = at & ((1 << rememberedBits) - 1)
    if (this.#readAt[slot] === at) return this.#units[slot] ?? 0
    const unit = escapeAt(bytes, at)
    this.#readAt[slot] = at
    this.#units[slot] = unit
    return unit
  }
}

/** Notes where in a region interruptions stand, by two bytes each: all are written down and only those kept, as branches here would be guessed wrong. */
function interruptingIn(bytes: Uint8Array, from: number, to: number, places: Int32Array): number {
  const worthOf = pairKinds
  let at = from
  let seen = 0
  if ((bytes.byteOffset + from) % 2 === 1) {
    places[seen] = at
    seen += kinds[bytes[at] ?? 0] === 0 ? 0 : 1
    at += 1
  }
  const pairs = new Uint16Array(bytes.buffer, bytes.byteOffset + at, (to - at) >> 1)
  const count = pairs.length
  for (let index = 0; index < count; index += 1) {
    const worth = worthOf[pairs[index] ?? 0] ?? 0
    if (worth === 0) continue
    places[seen] = at + 2 * index
    seen += worth & 1
    places[seen] = at + 2 * index + 1
    seen += worth >>> 1
  }
  at += 2 * count
  if (at < to) {
    places[seen] = at
    seen += kinds[bytes[at] ?? 0] === 0 ? 0 : 1
  }
  return seen
}

const small = (byte: number) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte)
const large = (byte: number) => (byte >= 0x61 && byte <= 0x7a ? byte & ~0x20 : byte)
const isSign = (byte: number) => kinds[byte] === sign
const endsLine = (byte: number) => byte === 0x0d || byte === 0x0a

/** The first byte of a character beyond ASCII in UTF-8. */
const leadOf = (code: number) =>
  code < 0x800 ? 0xc0 | (code >>> 6) : code < 0x10000 ? 0xe0 | (code >>> 12) : 0xf0 | (code >>> 18)

/** Whether a sign may begin an escaped space or end of a line, by the byte behind it. */
function mayEndLine(byte: number, next: number): boolean {
  if (byte === backslash) return next === 0x6e || next === 0x72 || next === 0x74 || next === backslash
  if (byte === percent) return next === 0x30 || next === 0x32
  return byte === equals && endsLine(next)
}
