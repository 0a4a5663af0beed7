import { expect, test } from 'vitest'
import { matches, matchesAny } from './events.ts'

test.each([
  [['main'], 'main', true],
  [['releases/*'], 'releases/1', true],
  [['releases/*'], 'releases/1/a', false],
  [['releases/**'], 'releases/1/a', true],
  [['**/*.ts'], 'a/b/c.ts', true],
  [['*'], '', true],
  [['a*b*c'], 'a-b-b-c', true],
  [['a*b*c'], 'a-b-b', false],
  [['**', '!docs/**'], 'docs/a.md', false],
  [['😀*'], '😀a', true],
])('%j and %s: %j', (patterns, name, is) => {
  expect(matches(patterns, name)).toBe(is)
})

test('a push with very many paths is looked through for a bounded time, and counts as touching what is asked for', () => {
  const patterns = Array.from({ length: 50 }, (_, index) => `${'*a'.repeat(98)}${index}`)
  expect(matchesAny(patterns, Array(20_000).fill('a'.repeat(240)))).toBe(true)
  expect(matchesAny(['docs/**'], ['src/a.ts'])).toBe(false)
  expect(matchesAny(undefined, [])).toBe(true)
})
