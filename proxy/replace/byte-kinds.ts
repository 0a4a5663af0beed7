import { endianness } from 'node:os'

/** What interrupts a text: the sign of an escape, a space or a line's end. */
export const [sign, space] = [1, 2]
/** By its byte: 0 for what does not interrupt. */
export const kinds = new Uint8Array(256)
for (const character of ' \t\r\n') kinds[character.charCodeAt(0)] = space
for (const character of '\\%&=') kinds[character.charCodeAt(0)] = sign

/** Characters between which there may be gaps. */
export const breaks = new Uint8Array(256)
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_:')
  breaks[character.charCodeAt(0)] = 1

/** Which of two bytes may interrupt something, by both: 1 for the first, 2 for the second. */
function worthOf(first: number, second: number): number {
  const [one, two] = [kinds[first] ?? 0, kinds[second] ?? 0]
  const isFirst = one === sign || (one === space && (two !== 0 || breaks[second] === 1))
  const isSecond = two === sign || (two === space && breaks[first] === 1)
  return (isFirst ? 1 : 0) | (isSecond ? 2 : 0)
}

const isLittle = endianness() === 'LE'
/** The same by two bytes as a number, as they stand in memory. */
export const pairKinds = new Uint8Array(1 << 16)
for (let first = 0; first < 256; first += 1) {
  for (let second = 0; second < 256; second += 1)
    pairKinds[isLittle ? first | (second << 8) : second | (first << 8)] = worthOf(first, second)
}
