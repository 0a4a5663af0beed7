import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Recovery } from './recovery.ts'

test('a page that dies is loaded again, later each time; dying again and again it is given up, and whoever tries again has all tries', () => {
  const recovery = new Recovery(() => 0)
  const once = [
    { kind: 'reload', afterMs: 250 },
    { kind: 'reload', afterMs: 1000 },
    { kind: 'reload', afterMs: 4000 },
    { kind: 'giveUp' },
  ]
  expect([...once, ...once].map(() => recovery.crashed())).toEqual([...once, ...once])
})

test('one that dies seldom is never given up, and no minute has more than three reloads', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 120_000 }), { maxLength: 60 }), (pauses) => {
      let now = 0
      const recovery = new Recovery(() => now)
      const reloads: number[] = []
      for (const pause of pauses) {
        now += pause
        const after = recovery.crashed()
        if (after.kind === 'reload') reloads.push(now)
        else reloads.length = 0
        expect(reloads.filter((at) => now - at < 60_000).length).toBeLessThanOrEqual(3)
      }
    }),
  )
  let now = 0
  const seldom = new Recovery(() => now)
  for (let times = 0; times < 50; times += 1) {
    expect(seldom.crashed()).toEqual({ kind: 'reload', afterMs: 250 })
    now += 60_000
  }
})
