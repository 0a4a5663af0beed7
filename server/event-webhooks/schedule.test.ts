import { expect, test } from 'vitest'
import { nextAttemptAt } from './schedule.ts'

test('is tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h and 10 h, and then no more', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  const after = (attempts: number) => {
    const next = nextAttemptAt(attempts, now)
    return next === null ? null : (next.getTime() - now.getTime()) / 1000
  }
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9].map(after)).toEqual([5, 300, 1800, 7200, 18_000, 36_000, 36_000, null, null])
})
