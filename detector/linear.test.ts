import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findCredentials } from './detector.ts'
import { benign, credentials } from './labelled.ts'

/** Beginnings that go on for ever, and places where an expression could go back and forth. */
const pieces = [
  'sk-',
  'password=',
  'password = "',
  'eyJ.',
  '-----BEGIN PRIVATE KEY-----',
  'aws_secret_access_key ="',
  '://a:',
  '://a:b@',
  'key key key ',
  'a1b2c3d4 ',
  'curl -H "',
  'secret: ',
  '{"token":"',
  'token token0=',
  '<password>',
  'auth(',
  'Bearer a1b2c3d4e5f6 ',
  'A1',
  'a1b2c3d4e5',
  'AKIA',
  String.raw`\\"password\\":\\"`,
  'variable "password" {\n',
  'github github_token ',
  'azure key ',
  'key_',
  'twitter key abcdefghijklmnopqrstuvwxyz ',
  ' \t',
  '"',
] as const

/** Milliseconds of this process; the least of three, so that what else the machine does counts little. */
function costOf(text: string): number {
  return Math.min(
    ...[1, 2, 3].map(() => {
      const before = process.cpuUsage()
      findCredentials(text)
      const { user, system } = process.cpuUsage(before)
      return (user + system) / 1000
    }),
  )
}

test.each(pieces)('a text of nothing but %j costs in proportion to its length', (piece) => {
  const text = (length: number) => piece.repeat(Math.ceil(length / piece.length)).slice(0, length)
  findCredentials(text(60_000))
  const [short, long] = [costOf(text(50_000)), costOf(text(800_000))]
  // Sixteen times as long; were the cost of its square, it would be 256 times as much.
  expect(long / Math.max(short, 2)).toBeLessThan(80)
})

test('texts of such pieces come back', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'grapheme', maxLength: 12 })), {
        maxLength: 3000,
      }),
      (parts) => void findCredentials(parts.join('')),
    ),
    { numRuns: 60 },
  )
})

test('where a credential is does not depend on what is before and behind it', () => {
  const make = Object.entries({ ...credentials }).filter(
    ([kind]) => !kind.startsWith('a password') && !kind.startsWith('AWS'),
  )
  const others = Object.values(benign)
  fc.assert(
    fc.property(
      fc.nat(make.length - 1),
      fc.nat(70_000),
      fc.nat(others.length - 1),
      fc.constantFrom('', 'é', '€ ', '😀'),
      (which, length, other, odd) => {
        const credential = make[which]?.[1]() ?? ''
        const filler = `${others[other]?.() ?? ''}\n`
        const before = `${filler.repeat(Math.ceil(length / filler.length)).slice(0, length)}\n${odd}\n`
        const findings = findCredentials(`${before}${credential}\n`)
        expect(
          findings.some(({ start, end }) => start >= before.length && end <= before.length + credential.length + 1),
        ).toBe(true)
      },
    ),
    { numRuns: 150 },
  )
})
