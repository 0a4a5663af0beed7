import { expect, test } from 'vitest'
import { shownCode } from './device-code.ts'

test.each([
  ['bcdfghjk', 'BCDF-GHJK'],
  ['BCDF-GHJK', 'BCDF-GHJK'],
  [' bcdf ghjk ', 'BCDF-GHJK'],
  ['bcd', 'bcd'],
])('%j is shown as %s, as the program shows it', (typed, shown) => expect(shownCode(typed)).toBe(shown))
