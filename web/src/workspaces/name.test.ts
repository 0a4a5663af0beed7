import { expect, test } from 'vitest'
import { canBeName } from './name.ts'

test.each(['a', 'my-project', '3d', 'x'.repeat(40)])('%s is shown as an address', (name) =>
  expect(canBeName(name)).toBe(true),
)

test.each([
  '',
  ' ',
  '-',
  '-a-',
  'a-',
  '-a',
  'My Project!',
  'a_b',
  'a.b',
  'ü',
  'xn--caf-dma',
  'x'.repeat(41),
  'x'.repeat(60),
])('%j is not', (name) => expect(canBeName(name)).toBe(false))
