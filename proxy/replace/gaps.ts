import { cut } from './escapes.ts'

/** What may stand between two characters of a text that is broken up: ends of lines and spaces. */
export type Gaps = 'none' | 'lines'

/** More is no break, but something between. */
const longestGap = 40
const backslash = 0x5c

/** Whether a byte may begin a gap. */
export const beginsGap = new Uint8Array(256)
for (const character of ' \t\r\n\\%=') beginsGap[character.charCodeAt(0)] = 1

/**
 * Where a gap that begins at a place ends; the place itself for none, `cut` where the bytes end before that can be told.
 * At most one line ends in it: a blank line parts what is around it, in an event stream above all.
 */
export function gapEnd(bytes: Uint8Array, at: number, gaps: Gaps): number {
  if (gaps === 'none') return at
  let next = at
  let lines = 0
  while (next - at < longestGap) {
    if (next >= bytes.length) return cut
    const length = breakAt(bytes, next)
    if (length === cut) return cut
    if (length === 0) break
    if (endsLine(bytes, next, length)) {
      lines += 1
      if (lines > 1) return at
    }
    next += length
  }
  return next
}

/** How many bytes of a space or a line's end stand there, as they are or escaped; `cut` where they end too soon. */
function breakAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at] ?? 0
  if (byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a) return 1
  if (byte === backslash) {
    let next = at
    while (bytes[next] === backslash && next - at < 4) next += 1
    if (next >= bytes.length) return cut
    const named = bytes[next]
    return named === 0x6e || named === 0x72 || named === 0x74 ? next + 1 - at : 0
  }
  if (byte === 0x25) {
    if (at + 2 >= bytes.length) return cut
    const [tens, ones] = [bytes[at + 1], (bytes[at + 2] ?? 0) | 0x20]
    return (tens === 0x30 && (ones === 0x61 || ones === 0x64 || ones === 0x39)) || (tens === 0x32 && ones === 0x30)
      ? 3
      : 0
  }
  if (byte === 0x3d) return softBreakAt(bytes, at)
  return 0
}

/** How many bytes of a line's end that quoted-printable put in stand there (RFC 2045, section 6.7); `cut` where they end too soon. */
export function softBreakAt(bytes: Uint8Array, at: number): number {
  if (at + 1 >= bytes.length) return cut
  if (bytes[at + 1] === 0x0a) return 2
  if (bytes[at + 1] !== 0x0d) return 0
  if (at + 2 >= bytes.length) return cut
  return bytes[at + 2] === 0x0a ? 3 : 0
}

/** Of those that stand there, whether it is the end of a line, of which CR LF has one. */
function endsLine(bytes: Uint8Array, at: number, length: number): boolean {
  const last = bytes[at + length - 1] ?? 0
  if (length === 1) return last === 0x0a
  if (bytes[at] === backslash) return last === 0x6e
  return bytes[at] === 0x25 ? (last | 0x20) === 0x61 : last === 0x0a
}
