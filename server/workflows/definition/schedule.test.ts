import { expect, test } from 'vitest'
import { cronAt, nextOf, nextTime } from './schedule.ts'

const berlin = (cron: string) => ({ cron, timezone: 'Europe/Berlin' })

function following(cron: string, from: string, count: number): readonly string[] {
  const times: string[] = []
  for (let at = new Date(from); times.length < count;) {
    const next = nextTime(berlin(cron), at)
    if (next === null) break
    times.push(next.toISOString().slice(5, 16))
    at = next
  }
  return times
}

test('a time whose hour is left out in spring runs once that day, an hour later', () => {
  // On 29 March 2026 the clocks go from 02:00 to 03:00.
  expect(following('30 2 * * *', '2026-03-28T00:00Z', 3)).toEqual(['03-28T01:30', '03-29T01:30', '03-30T00:30'])
})

test('a time whose hour comes twice in autumn runs in the first of them alone', () => {
  // On 25 October 2026 the clocks go from 03:00 back to 02:00.
  expect(following('30 2 * * *', '2026-10-24T12:00Z', 2)).toEqual(['10-25T00:30', '10-26T01:30'])
})

test('what runs in every hour runs in each hour that there is, on both days', () => {
  expect(following('0 * * * *', '2026-03-29T00:30Z', 3)).toEqual(['03-29T01:00', '03-29T02:00', '03-29T03:00'])
  expect(following('0 * * * *', '2026-10-24T23:30Z', 3)).toEqual(['10-25T00:00', '10-25T01:00', '10-25T02:00'])
})

test('a time in the morning stays in the morning across both changes', () => {
  expect(following('45 8 * * *', '2026-03-28T00:00Z', 2)).toEqual(['03-28T07:45', '03-29T06:45'])
  expect(following('45 8 * * *', '2026-10-24T00:00Z', 2)).toEqual(['10-24T06:45', '10-25T07:45'])
})

test('of several schedules the first is next', () => {
  const next = nextOf([berlin('0 19 * * *'), berlin('45 8 * * *')], new Date('2026-06-01T00:00Z'))
  expect(next?.toISOString()).toBe('2026-06-01T06:45:00.000Z')
  expect(cronAt([berlin('0 19 * * *'), berlin('45 8 * * *')], next ?? new Date())).toBe('45 8 * * *')
})
