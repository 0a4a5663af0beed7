import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { open, seal } from './sealing.ts'

const key = randomBytes(32)

test('what was sealed opens with its key and context, and never looks the same twice', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
      const sealed = seal(key, text, context)
      expect(open(key, sealed, context)).toBe(text)
      expect(seal(key, text, context).equals(sealed)).toBe(false)
      expect(open(randomBytes(32), sealed, context)).toBeNull()
      expect(open(key, sealed, `${context}.`)).toBeNull()
    }),
  )
})

test('one flipped bit anywhere, or a byte less, and it does not open', () => {
  const sealed = seal(key, 'gho_secret', 'session 1')
  for (let bit = 0; bit < sealed.length * 8; bit += 1) {
    const changed = Buffer.from(sealed)
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(open(key, changed, 'session 1')).toBeNull()
  }
  for (let length = 0; length < sealed.length; length += 1)
    expect(open(key, sealed.subarray(0, length), 'session 1')).toBeNull()
})
