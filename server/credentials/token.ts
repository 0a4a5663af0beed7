import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const randomLength = 32
const checksumLength = 6

/** By this alone a scanner can tell one; the checksum spares it the look-alikes. */
export const tokenPattern = /^arcx_[0-9A-Za-z]{38}$/

/** `arcx_`, 32 random letters and digits (190 bits), and their CRC-32 as six more (base 62, padded). */
export function makeToken(): string {
  let random = ''
  // 248 is the largest multiple of 62 in a byte: what lies above would make some letters likelier.
  while (random.length < randomLength)
    for (const byte of randomBytes(48)) if (byte < 248 && random.length < randomLength) random += alphabet[byte % 62]
  return `arcx_${random}${checksum(random)}`
}

/** Whether a text can be a token at all; one that was mistyped cannot. */
export function isWellFormed(token: string): boolean {
  return tokenPattern.test(token) && checksum(token.slice(5, 5 + randomLength)) === token.slice(-checksumLength)
}

function checksum(random: string): string {
  let [rest, text] = [crc32(random), '']
  while (text.length < checksumLength) {
    text = alphabet[rest % 62] + text
    rest = Math.floor(rest / 62)
  }
  return text
}
