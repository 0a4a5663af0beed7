import { expect, test } from 'vitest'
import { SharedWork } from './shared-work.ts'

test('those who ask for the same while it is being made get the same; who asks later gets it made anew', async () => {
  const shared = new SharedWork<object>()
  const made: object[] = []
  const make = async () => {
    const one = {}
    made.push(one)
    return one
  }
  const first = await Promise.all(Array.from({ length: 300 }, () => shared.of('a', make)))
  expect(new Set(first)).toEqual(new Set(made))
  expect(made).toHaveLength(1)
  const [other, again] = await Promise.all([shared.of('b', make), shared.of('a', make)])
  expect(new Set([first[0], other, again]).size).toBe(3)
})

test('where it fails it fails for all who wait, and the next one tries again', async () => {
  const shared = new SharedWork<string>()
  const outcomes = await Promise.allSettled(
    Array.from({ length: 3 }, () => shared.of('a', () => Promise.reject(new Error('away')))),
  )
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(await shared.of('a', async () => 'there')).toBe('there')
})
