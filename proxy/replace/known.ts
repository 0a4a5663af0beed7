import { codeOf, cut, escapeAt, formOf, forms, isOfByte, lengthOf, none, ownSignAt } from './escapes.ts'
import { gapEnd, softBreakAt } from './gaps.ts'
import type { Gaps } from './gaps.ts'
import type { Border } from './radix.ts'
import type { Pair } from './variants.ts'

/** A pair, made ready to be followed through bytes. */
export interface Known {
  readonly from: Buffer
  readonly to: Buffer
  readonly plain: Buffer
  readonly owner: string
  readonly escapes: boolean
  readonly anyCase: boolean
  readonly gaps: Gaps
  readonly lead: Border | null
  readonly trail: Border | null
}

/** Makes one after the other ready; what stands instead is kept once. */
export function eachKnown(): (pair: Pair) => Known {
  const kept = new Map<string, Buffer>()
  const keep = (text: string): Buffer => {
    const known = kept.get(text)
    if (known !== undefined) return known
    const bytes = Buffer.from(text, 'latin1')
    kept.set(text, bytes)
    return bytes
  }
  return ({
    from,
    to,
    plain = to,
    owner,
    escapes = false,
    anyCase = false,
    gaps = 'none',
    lead = null,
    trail = null,
  }) => ({
    from: Buffer.from(from, 'latin1'),
    to: keep(to),
    plain: keep(plain),
    owner,
    escapes,
    anyCase,
    gaps,
    lead,
    trail,
  })
}

/** A part of what was followed: characters from one on, so many, and how and where they were written. */
export interface Step {
  readonly index: number
  readonly count: number
  readonly form: number
  readonly start: number
  readonly end: number
}

/** The small letter for a large one, anything else as it is. */
const small = new Uint8Array(256)
for (let byte = 0; byte < 256; byte += 1) small[byte] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte

const equals = 0x3d
const isSign = new Uint8Array(256)
for (const sign of '\\%&=') isSign[sign.charCodeAt(0)] = 1

const same = (a: number, b: number, anyCase: boolean): boolean => a === b || (anyCase && small[a] === small[b])

/** Whether its first bytes up to one stand there as they are. */
export function beginsAt({ from, anyCase }: Known, bytes: Uint8Array, at: number, count: number): boolean {
  for (let index = 0; index < count; index += 1)
    if (!same(bytes[at + index] ?? 0, from[index] ?? 0, anyCase)) return false
  return true
}

/** Where it ends if it stands there byte for byte; `cut` where the bytes end first. */
export function asItIs({ from }: Known, bytes: Uint8Array, at: number, isEnd: boolean): number {
  const count = Math.min(from.length, bytes.length - at)
  if ((count < from.length && isEnd) || from.compare(bytes, at, at + count, 0, count) !== 0) return none
  return count < from.length ? cut : at + count
}

/**
 * Follows what is known from one of its characters on; where it ends, `none` where it is something else, `cut` where
 * the bytes end before that can be told.
 */
export function follow(
  known: Known,
  bytes: Uint8Array,
  place: number,
  first: number,
  isEnd: boolean,
  onStep?: (step: Step) => void,
  tries = 4,
): number {
  const { from, anyCase, escapes, gaps } = known
  let at = place
  let index = first
  while (index < from.length) {
    if (at >= bytes.length) return isEnd ? none : cut
    const byte = bytes[at] ?? 0
    const wanted = from[index] ?? 0
    const fits = same(byte, wanted, anyCase)
    if (fits && isSign[byte] === 0) {
      onStep?.({ index, count: 1, form: forms.raw, start: at, end: at + 1 })
      at += 1
      index += 1
      continue
    }
    if (escapes && isSign[byte] === 1) {
      let unit = isSign[wanted] === 1 ? ownSignAt(bytes, at, wanted) : none
      if (unit !== none && fits && tries > 0) {
        // A sign may be written twice, or be meant twice.
        const once = follow(known, bytes, at + 1, index + 1, isEnd, undefined, tries - 1)
        if (once !== none) {
          onStep?.({ index, count: 1, form: forms.raw, start: at, end: at + 1 })
          return onStep === undefined ? once : follow(known, bytes, at + 1, index + 1, isEnd, onStep, tries - 1)
        }
      }
      if (unit === none) unit = escapeAt(bytes, at)
      if (unit === cut && !isEnd) return cut
      const count = unit < 0 ? 0 : countOf(known, index, codeOf(unit), formOf(unit))
      if (count > 0) {
        onStep?.({ index, count, form: formOf(unit), start: at, end: at + lengthOf(unit) })
        at += lengthOf(unit)
        index += count
        continue
      }
      const soft = byte === equals && index > 0 ? softBreakAt(bytes, at) : 0
      if (soft === cut && !isEnd) return cut
      // One that is wanted may stand at the end of a line.
      if (
        soft > 0 &&
        !(fits && (tries === 0 || follow(known, bytes, at + 1, index + 1, isEnd, undefined, tries - 1) !== none))
      ) {
        at += soft
        continue
      }
    }
    if (fits || (escapes && byte === 0x2b && wanted === 0x20)) {
      onStep?.({ index, count: 1, form: forms.raw, start: at, end: at + 1 })
      at += 1
      index += 1
      continue
    }
    if (gaps === 'none' || index === 0) return none
    const end = gapEnd(bytes, at, gaps)
    if (end === cut && !isEnd) return cut
    if (end <= at) return none
    at = end
  }
  return at
}

/** How many of its bytes an escaped character stands for; 0 where it is another. */
function countOf({ from, anyCase }: Known, index: number, code: number, form: number): number {
  if (code < 0x80 || isOfByte(form)) {
    if (same(code & 0xff, from[index] ?? 0, anyCase)) return 1
    if (code < 0x80 || form !== forms.hexadecimal) return 0
  }
  const written = Buffer.from(String.fromCodePoint(code), 'utf8')
  return index + written.length <= from.length && written.compare(from, index, index + written.length) === 0
    ? written.length
    : 0
}
