import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Envelopes } from './envelopes.ts'
import { seal } from './sealing.ts'

const key = () => randomBytes(32).toString('hex')

test('what was sealed opens with its key and context alone, whatever else is tried', () => {
  const [first, second] = [key(), key()]
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
      const sealed = new Envelopes(first).seal(text, context)
      expect(new Envelopes(first).open(sealed, context)).toBe(text)
      expect(new Envelopes(second).open(sealed, context)).toBeNull()
      expect(new Envelopes(first).open(sealed, `${context}.`)).toBeNull()
    }),
  )
})

test('one flipped bit anywhere, or a byte less, and it does not open', () => {
  const envelopes = new Envelopes(key())
  const sealed = envelopes.seal('sk-live', 'a')
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = Buffer.from(sealed)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(envelopes.open(changed, 'a')).toBeNull()
  }
  for (let length = 0; length < sealed.length; length += 1)
    expect(envelopes.open(sealed.subarray(0, length), 'a')).toBeNull()
})

test('another key: the former one opens until each is renewed, and nothing after that', () => {
  const [old, now] = [key(), key()]
  const sealed = new Envelopes(old).seal('sk-live', 'a')
  const between = new Envelopes(now, [old])
  expect(between.open(sealed, 'a')).toBe('sk-live')
  expect(between.isCurrent(sealed)).toBe(false)
  const renewed = between.renew(sealed, 'a')
  if (renewed === null) throw new Error('It does not open.')
  expect(between.isCurrent(renewed)).toBe(true)
  expect(new Envelopes(now).open(renewed, 'a')).toBe('sk-live')
  expect(new Envelopes(old).open(renewed, 'a')).toBeNull()
  // Its value is not sealed anew; only the key that it is sealed with.
  expect(renewed.subarray(-20).equals(sealed.subarray(-20))).toBe(true)
})

test('what is sealed by the deployment’s key itself, as at first, opens and is renewed', async () => {
  const { hkdfSync } = await import('node:crypto')
  const text = key()
  const sealed = seal(Buffer.from(hkdfSync('sha256', text, 'arcx', 'secrets', 32)), 'sk-live', 'a')
  const envelopes = new Envelopes(text)
  expect(envelopes.open(sealed, 'a')).toBe('sk-live')
  const renewed = envelopes.renew(sealed, 'a')
  expect(renewed !== null && envelopes.isCurrent(renewed)).toBe(true)
})
