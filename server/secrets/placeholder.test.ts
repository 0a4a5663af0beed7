import type * as Crypto from 'node:crypto'
import fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { issuerPrefixes } from './issuer-prefixes.ts'
import { placeholderFor } from './placeholder.ts'

const draws = vi.hoisted(() => ({ seed: null as number | null }))
/** With a seed the draws are the same each time, so that all that differs comes from the value. */
vi.mock('node:crypto', async (original) => {
  const real = await original<typeof Crypto>()
  return {
    ...real,
    randomInt: (limit: number) => {
      if (draws.seed === null) return real.randomInt(limit)
      draws.seed = (Math.imul(draws.seed, 1_664_525) + 1_013_904_223) >>> 0
      return draws.seed % limit
    },
  }
})
afterEach(() => {
  draws.seed = null
})

const hexadecimal = '0123456789abcdef'
const digits = (alphabet: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: length, maxLength: length })
/** Keys of the shapes that are about. */
const shapes = {
  uuid: fc.uuid(),
  hexadecimal: digits(hexadecimal, 40),
  base64: fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => Buffer.from(bytes).toString('base64')),
  'three parts with points': fc
    .tuple(digits(hexadecimal, 20), digits(hexadecimal, 30), digits(hexadecimal, 20))
    .map((parts) => parts.join('.')),
  'words with dashes': fc
    .tuple(digits('abcxyz', 4), digits('0129', 6), digits('ABCXYZ', 9))
    .map((parts) => parts.join('-')),
  'a prefix of its own': fc
    .tuple(digits('abcxyz', 5), digits('ABCabc012', 24))
    .map(([prefix, rest]) => `${prefix}_${rest}`),
  anything: fc.string({ minLength: 12, maxLength: 200 }),
  'of an issuer': fc
    .tuple(fc.constantFrom(...Object.keys(issuerPrefixes)), digits('ABCabc012-_', 30))
    .map(([prefix, rest]) => prefix + rest),
}
/** The longest that is published, found without the code's help. */
const published = (value: string) =>
  Object.keys(issuerPrefixes).reduce(
    (longest, prefix) =>
      value.startsWith(prefix) && value.length - prefix.length >= 8 && prefix.length > longest.length
        ? prefix
        : longest,
    '',
  )

test.each(Object.entries(shapes))(
  'of a value that is %s, nothing but the issuer’s prefix and the length has part in it',
  (_shape, values) => {
    fc.assert(
      fc.property(values, fc.nat(), (value, seed) => {
        const prefix = published(value)
        // Another value of the same prefix and length: as different as can be, and no other published prefix.
        const other = prefix + '~'.repeat(value.length - prefix.length)
        draws.seed = seed
        const stand = placeholderFor(value)
        draws.seed = seed
        expect(placeholderFor(other)).toBe(stand)
        expect(stand).toHaveLength(value.length)
        expect(stand.startsWith(prefix)).toBe(true)
      }),
      { numRuns: 300 },
    )
  },
)

test('it is another one each time, and never the value', () => {
  fc.assert(
    fc.property(fc.oneof(...Object.values(shapes)), (value) => {
      expect(placeholderFor(value)).not.toBe(value)
      expect(placeholderFor(value)).not.toBe(placeholderFor(value))
    }),
  )
})

test.each([
  ['sk-ant-api03-AbCdEfGhIjKlMnOpQrSt', /^sk-ant-api03-[A-Za-z0-9]{20}$/],
  ['ghp_AbCdEfGhIjKlMnOpQrSt', /^ghp_[A-Za-z0-9]{20}$/],
  ['AKIAIOSFODNN7EXAMPLE', /^AKIA[A-Z2-7]{16}$/],
  ['0b1f7a52-6f2e-4c9b-8d8e-0f3a55c1d2e4', /^[A-Za-z0-9]{36}$/],
  ['acme-corp-production-AbCdEfGh', /^[A-Za-z0-9]{29}$/],
  // With a prefix and too little behind it, it is drawn whole.
  ['github_pat_abc', /^[A-Za-z0-9]{14}$/],
])('programs know %s by its kind', (value, form) => expect(placeholderFor(value)).toMatch(form))
