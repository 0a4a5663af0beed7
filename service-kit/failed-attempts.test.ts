import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FailedAttempts } from './failed-attempts.ts'
import type { Omitted } from './failed-attempts.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const bounds = { perAddress: 3, inAll: 10, windowMs: 60_000 }

function counting() {
  const omitted: Omitted[] = []
  return { omitted, attempts: new FailedAttempts((each) => omitted.push(each), bounds) }
}

test('of one address the first few are told of one by one, the rest as a number once the window is over', () => {
  const { omitted, attempts } = counting()
  const kinds = Array.from({ length: 8 }, () => attempts.take('10.0.0.1').kind)
  expect(kinds).toEqual(['first', 'first', 'first', 'over', 'over', 'over', 'over', 'over'])
  expect(attempts.take('10.0.0.1')).toEqual({ kind: 'over', retryAfterSeconds: 60 })
  expect(attempts.take('10.0.0.2')).toEqual({ kind: 'first' })
  expect(omitted).toEqual([])
  vi.advanceTimersByTime(61_000)
  expect(omitted).toEqual([{ address: '10.0.0.1', count: 6 }])
  expect(attempts.take('10.0.0.1')).toEqual({ kind: 'first' })
})

test('an IPv6 customer’s addresses are one, and an IPv4 address in its clothes is that', () => {
  const { attempts } = counting()
  const kinds = [
    '2001:db8:1:2::1',
    '2001:db8:1:2::2',
    '2001:0db8:0001:0002:ffff::',
    '2001:db8:1:2:a:b:c:d',
    '2001:db8:1:3::1',
  ].map((address) => attempts.take(address).kind)
  expect(kinds).toEqual(['first', 'first', 'first', 'over', 'first'])
  expect(
    ['::ffff:10.0.0.9', '10.0.0.9', '10.0.0.9', '::ffff:10.0.0.9'].map((address) => attempts.take(address).kind),
  ).toEqual(['first', 'first', 'first', 'over'])
})

test('of however many addresses, what is told of one by one is bounded, and none is forgotten', () => {
  const { omitted, attempts } = counting()
  let told = 0
  for (let index = 0; index < 5000; index += 1)
    if (attempts.take(`10.1.${index >> 8}.${index & 255}`).kind === 'first') told += 1
  expect(told).toBe(bounds.inAll)
  attempts.close()
  expect(told + omitted.reduce((sum, { count }) => sum + count, 0)).toBe(5000)
})
