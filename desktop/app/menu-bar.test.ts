import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MenuBar } from './menu-bar.ts'
import type { InFront } from './menu.ts'

test('however often it is told, it is made once for each change', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom<InFront>('launcher', 'workspace')), (told) => {
      const made: InFront[] = []
      const bar = new MenuBar((inFront) => void made.push(inFront))
      for (const inFront of told) bar.be(inFront)
      expect(made).toEqual(told.filter((each, index) => each !== told[index - 1]))
    }),
  )
})
