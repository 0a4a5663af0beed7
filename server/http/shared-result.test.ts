import { expect, test } from 'vitest'
import { sharedResult } from './shared-result.ts'

test('work is done once for all who ask while it runs and for a second after, and then anew', async () => {
  let [done, now] = [0, 0]
  const gate = Promise.withResolvers<void>()
  const ask = sharedResult(
    async () => {
      done += 1
      await gate.promise
      return { done }
    },
    () => now,
  )
  const first = Array.from({ length: 1000 }, ask)
  now = 60_000
  first.push(ask())
  gate.resolve()
  const [one, ...others] = await Promise.all(first)
  expect(one).toEqual({ done: 1 })
  for (const other of others) expect(other).toBe(one)
  now += 999
  expect(await ask()).toBe(one)
  now += 1
  expect(await ask()).toEqual({ done: 2 })
})

test('a failure is told to all who waited for it, and kept for nobody else', async () => {
  let tried = 0
  const ask = sharedResult(
    async () => {
      tried += 1
      if (tried === 1) throw new Error('away')
      return tried
    },
    () => 0,
  )
  expect((await Promise.allSettled([ask(), ask()])).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await ask()).toBe(2)
})
