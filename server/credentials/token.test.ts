import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isWellFormed, makeToken, tokenPattern } from './token.ts'

test('a token is recognizable, checks itself and is never the same twice', () => {
  const tokens = Array.from({ length: 500 }, makeToken)
  for (const token of tokens) {
    expect(token).toMatch(tokenPattern)
    expect(isWellFormed(token)).toBe(true)
  }
  expect(new Set(tokens).size).toBe(500)
})

test('one changed character never passes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 5, max: 42 }), fc.stringMatching(/^[0-9A-Za-z]$/), (at, character) => {
      const token = makeToken()
      fc.pre(token[at] !== character)
      expect(isWellFormed(token.slice(0, at) + character + token.slice(at + 1))).toBe(false)
    }),
    { numRuns: 500 },
  )
})

test.each(['', 'arcx_', 'arcx_x', `Arcx_${'a'.repeat(38)}`, `${makeToken()}x`, ` ${makeToken()}`])(
  '%j is none',
  (text) => expect(isWellFormed(text)).toBe(false),
)
