import { expect, test } from 'vitest'
import { contrast } from '@arcx/testing/contrast'
import { coloursOf, hueOf } from './colours.ts'

test('somebody’s colour is theirs on every screen', () => {
  expect(hueOf('ann')).toBe(hueOf('ann'))
  expect(new Set(['ann', 'ben', 'cem', 'dia', 'eva'].map(hueOf)).size).toBe(5)
})

test.for(['light', 'dark'] as const)('letters are legible in every colour that somebody may have: %s', (scheme) => {
  for (let hue = 0; hue < 360; hue += 1) {
    const { ink, ground } = coloursOf(hue)[scheme]
    expect(contrast(ink, ground), `hue ${hue}`).toBeGreaterThan(4.6)
  }
})
