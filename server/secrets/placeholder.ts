import { randomInt } from 'node:crypto'
import { issuerPrefixes } from './issuer-prefixes.ts'
import type { Alphabet } from './issuer-prefixes.ts'

const alphabets: Readonly<Record<Alphabet, string>> = {
  alphanumeric: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
  hexadecimal: '0123456789abcdef',
  'upper and digits': 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567',
}
/** Fewer random characters could be found where nobody wrote them. */
const fewestRandom = 8

const longestFirst = Object.entries(issuerPrefixes).toSorted(([a], [b]) => b.length - a.length)

/**
 * What stands in for a value where workspaces see it: as long, and with the prefix that its issuer publishes, if it has
 * one, since programs know keys by that. It depends on nothing else of the value: all the rest is random.
 */
export function placeholderFor(value: string): string {
  const [prefix, alphabet]: readonly [string, Alphabet] = longestFirst.find(
    ([prefix]) => value.startsWith(prefix) && value.length - prefix.length >= fewestRandom,
  ) ?? ['', 'alphanumeric']
  const letters = alphabets[alphabet]
  return (
    prefix + Array.from({ length: value.length - prefix.length }, () => letters[randomInt(letters.length)]).join('')
  )
}
