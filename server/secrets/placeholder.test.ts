import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeholderFor } from './placeholder.ts'

test('it has the value’s length, kind, first and last character, and nothing else of it', () => {
  expect(placeholderFor('sk-ant-api03-AbCdEfGhIjKlMnOpQrSt')).toMatch(/^sk-ant-api03-[A-Za-z0-9]{19}t$/)
  expect(placeholderFor('ghp_AbCdEfGhIjKlMnOpQrSt')).toMatch(/^ghp_[A-Za-z0-9]{19}t$/)
  fc.assert(
    fc.property(fc.string({ minLength: 12, maxLength: 200 }), (value) => {
      const stand = placeholderFor(value)
      expect(stand).toHaveLength(value.length)
      expect(stand.at(0)).toBe(value.at(0))
      expect(stand.at(-1)).toBe(value.at(-1))
      expect(stand).not.toBe(value)
      expect(placeholderFor(value)).not.toBe(stand)
    }),
  )
})
