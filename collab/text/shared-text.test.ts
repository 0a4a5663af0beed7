import { expect, test } from 'vitest'
import { merged } from './shared-text.ts'

test('what both have made of a text is kept, wherever they wrote', () => {
  expect(merged('one\ntwo\nthree\n', 'ONE\ntwo\nthree\n', 'one\ntwo\nthree, typed\n')).toBe('ONE\ntwo\nthree, typed\n')
  expect(merged('ann:\n', 'ann:<1>\n', 'ann: w\n')).toMatch(/^ann:(<1> w| w<1>)\n$/)
})

test('what one leaves as it was is as the other has made it', () => {
  expect(merged('a\nb\n', 'a\nb\n', 'a\nc\n')).toBe('a\nc\n')
  expect(merged('a\nb\n', 'b\n', 'a\nb\n')).toBe('b\n')
})
