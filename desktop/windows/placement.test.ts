import fc from 'fast-check'
import { expect, test } from 'vitest'
import { placeWindow } from './placement.ts'

const display = { x: 0, y: 0, width: 1920, height: 1080 }
const kept = { x: 100, y: 80, width: 1200, height: 800, isMaximized: false }

test('a window opens where it was', () => expect(placeWindow(kept, [display])).toEqual(kept))
test('one whose display is gone opens where the system likes, as large as it was', () => {
  expect(placeWindow({ ...kept, x: 2500 }, [display])).toEqual({ width: 1200, height: 800, isMaximized: false })
  expect(placeWindow({ ...kept, y: -500 }, [display])).toEqual({ width: 1200, height: 800, isMaximized: false })
  expect(placeWindow({ ...kept, x: 2500 }, [display, { ...display, x: 1920 }])).toMatchObject({ x: 2500 })
})
test('where another stands already, it opens in that size, elsewhere', () =>
  expect(placeWindow({ ...kept, isMaximized: true }, [display], false)).toEqual({
    width: 1200,
    height: 800,
    isMaximized: false,
  }))
test('a first window has a usual size', () =>
  expect(placeWindow(null, [display])).toEqual({ width: 1280, height: 840, isMaximized: false }))

test('wherever it was, one can take hold of its title bar', () => {
  const number = fc.integer({ min: -5000, max: 5000 })
  fc.assert(
    fc.property(
      number,
      number,
      fc.integer({ min: 400, max: 4000 }),
      fc.integer({ min: 300, max: 4000 }),
      (x, y, width, height) => {
        const placed = placeWindow({ x, y, width, height, isMaximized: false }, [display])
        if (placed.x === undefined || placed.y === undefined) return
        expect(Math.min(placed.x + width, 1920) - Math.max(placed.x, 0)).toBeGreaterThanOrEqual(100)
        expect(placed.y).toBeGreaterThanOrEqual(0)
        expect(placed.y).toBeLessThanOrEqual(980)
      },
    ),
  )
})
