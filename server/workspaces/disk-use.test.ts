import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fraction } from '@arcx/testing/fraction'
import { Allowances, diskLimitOf, isWorthPublishing, shareOf, spokenBytes } from './disk-use.ts'

describe('what a workspace may grow to', () => {
  test('one that grows over its limit is stopped; started again it may go on, and grow by a little', () => {
    const allowances = new Allowances()
    expect(allowances.exceeds('a', 1, 0.9, 0)).toBe(false)
    expect(allowances.exceeds('a', 1, 1.01, 0.9)).toBe(true)
    expect(allowances.exceeds('a', 2, 1.02, 1.01)).toBe(false)
    expect(allowances.exceeds('a', 2, 1.05, 1.02)).toBe(false)
    expect(allowances.exceeds('a', 2, 1.1, 1.05)).toBe(true)
    expect(allowances.exceeds('a', 3, 1.1, 1.1)).toBe(false)
    expect(allowances.exceeds('a', 3, 0.5, 1.1)).toBe(false)
    expect(allowances.exceeds('a', 3, 1.01, 0.5)).toBe(true)
  })

  test('one that was over its limit when the server began may go on', () => {
    const allowances = new Allowances()
    expect(allowances.exceeds('a', 7, 3, 3)).toBe(false)
    expect(allowances.exceeds('a', 7, 3.1, 3)).toBe(true)
  })

  test.each([
    ['a new one', 1],
    ['one that was started again', 2],
  ])('%s that fills up before it is first measured is stopped', (_name, incarnation) => {
    const allowances = new Allowances()
    if (incarnation > 1) allowances.exceeds('a', 1, 0.5, 0)
    expect(allowances.exceeds('a', incarnation, 5, 0)).toBe(true)
    expect(allowances.exceeds('a', incarnation + 1, 5, 5)).toBe(false)
  })

  test('what cannot be counted is stopped once, and can then be cleaned up', () => {
    const limit = diskLimitOf(2 ** 30)
    const share = limit === null ? 0 : shareOf(null, limit)
    const allowances = new Allowances()
    expect(allowances.exceeds('a', 1, share, 0)).toBe(true)
    expect(allowances.exceeds('a', 2, share, 0)).toBe(false)
    // And has a limit again as soon as it can be counted.
    expect(allowances.exceeds('a', 2, 1.5, 0)).toBe(false)
    expect(allowances.exceeds('a', 2, 1.54, 1.5)).toBe(false)
    expect(allowances.exceeds('a', 2, 1.6, 1.54)).toBe(true)
  })

  test('however often one is started: what it grows by while it is watched stays small', () => {
    const steps = fc.array(fc.record({ grow: fraction.map((part) => part / 5), restart: fc.boolean() }), {
      maxLength: 50,
    })
    fc.assert(
      fc.property(steps, (actions) => {
        const allowances = new Allowances()
        let [share, incarnation, atStart] = [0.9, 1, 0.9]
        allowances.exceeds('a', incarnation, share, 0)
        for (const { grow, restart } of actions) {
          const before = share
          share += grow
          const stopped = allowances.exceeds('a', incarnation, share, before)
          if (!stopped && share > 1) expect(share).toBeLessThanOrEqual(atStart + 0.051)
          if (!stopped && !restart) continue
          incarnation += 1
          atStart = share
          expect(allowances.exceeds('a', incarnation, share, share)).toBe(false)
        }
      }),
    )
  })
})

describe('what people are told of its size', () => {
  const mebibyte = 2 ** 20
  const use = (megabytes: number) => ({ bytes: megabytes * mebibyte, files: 10 })
  const tells = (now: number, published: number | null, limitMegabytes: number, sinceMs = 60_000) =>
    isWorthPublishing(
      use(now),
      published === null ? null : use(published),
      diskLimitOf(limitMegabytes * mebibyte),
      sinceMs,
    )

  test.each([0, 100, 20 * 1024])('follows what it is, however large its limit (%d MB)', (limit) => {
    fc.assert(
      fc.property(
        fraction.map((part) => part * 19_000),
        fraction.map((part) => part * 19_000),
        (published, now) => {
          // What is not told of would be shown no different, or within 1 %.
          if (!tells(now, published, limit))
            expect(Math.abs(now - published)).toBeLessThan(Math.max(1, published * 0.01))
        },
      ),
    )
    expect(tells(63, 0.1, limit)).toBe(true)
    expect(tells(0, null, limit, 0)).toBe(true)
    expect(tells(63, 63, limit)).toBe(false)
  })

  test('is not said for each file saved, and at once where the limit comes near', () => {
    expect(tells(10_000, 9_990, 20 * 1024)).toBe(false)
    expect(tells(63, 0, 20 * 1024, 5000)).toBe(false)
    expect(tells(900, 0, 20 * 1024, 5000)).toBe(true)
    expect(tells(80, 79.9, 100, 0)).toBe(true)
    expect(tells(100, 99.9, 100, 0)).toBe(true)
  })
})

test('many small files count as well as few large ones', () => {
  const limit = diskLimitOf(20 * 2 ** 30)
  if (limit === null) throw new Error('There is a limit.')
  expect(shareOf({ bytes: 10 * 2 ** 30, files: 10 }, limit)).toBe(0.5)
  expect(shareOf({ bytes: 0, files: limit.files }, limit)).toBe(1)
  expect(diskLimitOf(0)).toBeNull()
})

test.each([
  [0, '0 MB'],
  [300 * 2 ** 20, '300 MB'],
  [20 * 2 ** 30, '20 GB'],
  [21.34 * 2 ** 30, '21.3 GB'],
])('%d is said as %s', (bytes, said) => expect(spokenBytes(bytes)).toBe(said))
