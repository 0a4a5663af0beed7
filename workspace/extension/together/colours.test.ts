import { expect, test } from 'vitest'
import { contrast } from '@arcx/testing/contrast'
import { coloursOf } from './colours.ts'

const grounds = { light: 'hsl(0 0% 100%)', dark: 'hsl(0 0% 12%)' } as const

test.for(['light', 'dark'] as const)(
  'a cursor is seen on the editor’s ground, and the name on it legible, in every colour that somebody may have: %s',
  (scheme) => {
    for (let hue = 0; hue < 360; hue += 1) {
      const { colour, ink } = coloursOf(hue)[scheme]
      expect(contrast(colour, ink), `hue ${hue}`).toBeGreaterThan(4.6)
      expect(contrast(colour, grounds[scheme]), `hue ${hue}`).toBeGreaterThan(3)
    }
  },
)
