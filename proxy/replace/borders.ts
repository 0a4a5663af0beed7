import { cut, isHexDigit } from './escapes.ts'
import { gapEnd } from './gaps.ts'
import type { Border, Radix } from './radix.ts'

/** Each character's number, in both alphabets of base64. */
function numbersOf({ bits, alphabet }: Radix): Int8Array {
  const numbers = new Int8Array(256).fill(-1)
  for (let index = 0; index < alphabet.length; index += 1) {
    numbers[alphabet.charCodeAt(index)] = index
    if (bits === 5) numbers[alphabet.toLowerCase().charCodeAt(index)] = index
  }
  if (bits === 6)
    for (const [index, characters] of [
      [62, '+-'],
      [63, '/_'],
    ] as const)
      for (const character of characters) numbers[character.charCodeAt(0)] = index
  return numbers
}

const known = new Map<Radix, Int8Array>()
function numberOf(radix: Radix, byte: number): number {
  let numbers = known.get(radix)
  if (numbers === undefined) known.set(radix, (numbers = numbersOf(radix)))
  return numbers[byte] ?? -1
}

/** Whether a byte's character has the bits that are looked for. */
export const fitsBorder = ({ radix, mask, from }: Border, byte: number): boolean => {
  const number = numberOf(radix, byte)
  return number >= 0 && (number & mask) === from
}

/** Where a character's last byte stands, or all of it: `%2B` too. */
export interface Spot {
  readonly start: number
  readonly end: number
  /** The character itself. */
  readonly byte: number
}

const percent = 0x25

/** The character that ends before a place, a gap between them left out; `null` for none. */
export function spotBefore(bytes: Uint8Array, place: number, from: number): Spot | null {
  let end = place
  if (end > from && isSpace(bytes[end - 1] ?? 0)) {
    while (end > from && isSpace(bytes[end - 1] ?? 0)) end -= 1
    if (gapEnd(bytes, end, 'lines') !== place) return null
  } else if (end - 2 >= from && isEscapedBreak(bytes, end)) {
    while (end - 2 >= from && isEscapedBreak(bytes, end)) {
      end -= 2
      while (end > from && bytes[end - 1] === 0x5c) end -= 1
    }
  }
  if (end <= from) return null
  if (
    end - 3 >= from &&
    bytes[end - 3] === percent &&
    isHexDigit(bytes[end - 2] ?? 0) &&
    isHexDigit(bytes[end - 1] ?? 0)
  ) {
    return {
      start: end - 3,
      end,
      byte: Number.parseInt(String.fromCharCode(bytes[end - 2] ?? 0, bytes[end - 1] ?? 0), 16),
    }
  }
  // Beside a backslash it is part of something else, and no character can stand there instead.
  if (end - 2 >= from && bytes[end - 2] === 0x5c) return null
  return { start: end - 1, end, byte: bytes[end - 1] ?? 0 }
}

/** The one that begins at a place, behind a gap; `cut` where the bytes end before that can be told. */
export function spotBehind(bytes: Uint8Array, place: number): Spot | typeof cut | null {
  if (place >= bytes.length) return cut
  const start = gapEnd(bytes, place, 'lines')
  if (start === cut || start >= bytes.length) return cut
  if (bytes[start] !== percent) return { start, end: start + 1, byte: bytes[start] ?? 0 }
  if (start + 2 >= bytes.length) return cut
  if (!isHexDigit(bytes[start + 1] ?? 0) || !isHexDigit(bytes[start + 2] ?? 0)) return null
  return {
    start,
    end: start + 3,
    byte: Number.parseInt(String.fromCharCode(bytes[start + 1] ?? 0, bytes[start + 2] ?? 0), 16),
  }
}

/** Puts in the bits that stand instead; no byte more or less. */
export function rewriteBorder(border: Border, bytes: Uint8Array, spot: Spot, isSmall: boolean): void {
  if (!fitsBorder(border, spot.byte)) return
  const { radix, mask, to } = border
  const number = (numberOf(radix, spot.byte) & ~mask) | to
  const character =
    spot.byte === 0x2d || spot.byte === 0x5f
      ? `${radix.alphabet.slice(0, 62)}-_`.charAt(number)
      : radix.alphabet.charAt(number)
  const written = (isSmall && radix.bits === 5 ? character.toLowerCase() : character).charCodeAt(0)
  if (spot.end - spot.start === 1) bytes[spot.start] = written
  else
    for (const [index, digit] of [...written.toString(16).toUpperCase().padStart(2, '0')].entries())
      bytes[spot.start + 1 + index] = digit.charCodeAt(0)
}

const isSpace = (byte: number) => byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a
const isEscapedBreak = (bytes: Uint8Array, end: number) =>
  bytes[end - 2] === 0x5c && (bytes[end - 1] === 0x6e || bytes[end - 1] === 0x72)
