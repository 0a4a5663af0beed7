import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deriveKey, sign, verify } from './signing.ts'

const secret = 'a'.repeat(64)
const key = deriveKey(secret, 'session')

test('what was signed is verified', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[\w-]{0,40}$/), { minLength: 1, maxLength: 5 }), (claims) => {
      expect(verify(key, sign(key, claims), claims.length)).toEqual(claims)
    }),
  )
})

test('Coder CVE-2026-46354: the signature itself is verified; any change of a byte is refused', () => {
  const value = sign(key, ['session', 'user', '1234567890'])
  fc.assert(
    fc.property(fc.integer({ min: 0, max: value.length - 1 }), fc.stringMatching(/^[\w.-]$/), (at, character) => {
      const changed = value.slice(0, at) + character + value.slice(at + 1)
      // The last letter of base64url carries two bits that mean nothing.
      fc.pre(changed !== value && at !== value.length - 1)
      expect(verify(key, changed, 3)).toBeNull()
    }),
  )
})

test('no signature of one kind passes as another', () => {
  expect(verify(deriveKey(secret, 'workspace session'), sign(key, ['a', 'b', 'c']), 3)).toBeNull()
  expect(verify(deriveKey('b'.repeat(64), 'session'), sign(key, ['a', 'b', 'c']), 3)).toBeNull()
})

test.each(['', '.', '..', 'a.b.c', `${sign(key, ['a'])}.x`, 'x'.repeat(2000)])('%s is nothing', (value) =>
  expect(verify(key, value, 1)).toBeNull(),
)

test('claims of another number are refused', () => expect(verify(key, sign(key, ['a', 'b']), 3)).toBeNull())
