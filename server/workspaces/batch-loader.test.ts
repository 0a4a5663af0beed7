import { expect, test, vi } from 'vitest'
import { BatchLoader } from './batch-loader.ts'

/** A question that is answered with what is true when it is asked. */
function question() {
  const asked: (readonly string[])[] = []
  const gates: PromiseWithResolvers<void>[] = []
  let truth = 0
  const loader = new BatchLoader<number>(async (keys) => {
    asked.push(keys)
    const found = truth
    const gate = Promise.withResolvers<void>()
    gates.push(gate)
    await gate.promise
    return new Map(keys.map((key) => [key, found]))
  })
  return { asked, gates, loader, change: () => (truth += 1) }
}

test('a key that comes while a batch is in flight is read by the next batch', async () => {
  const { asked, gates, loader, change } = question()
  const first = loader.of('a')
  await vi.waitFor(() => expect(asked).toEqual([['a']]))
  change()
  const late = [loader.of('a'), loader.of('b'), loader.of('a')]
  expect(asked).toEqual([['a']])
  gates[0]?.resolve()
  expect(await first).toBe(0)
  await vi.waitFor(() => expect(asked).toEqual([['a'], ['a', 'b']]))
  gates[1]?.resolve()
  expect(await Promise.all(late)).toEqual([1, 1, 1])
})

test('a batch that hangs delays the next one only for a moment', async () => {
  const { asked, gates, loader } = question()
  const lost = loader.of('a')
  await vi.waitFor(() => expect(asked).toEqual([['a']]))
  const later = loader.of('b')
  await vi.waitFor(() => expect(asked).toEqual([['a'], ['b']]))
  gates[1]?.resolve()
  expect(await later).toBe(0)
  gates[0]?.resolve()
  expect(await lost).toBe(0)
})

test('a failed batch fails only for those waiting for it', async () => {
  let tried = 0
  const loader = new BatchLoader<string>(async (keys) => {
    tried += 1
    if (tried === 1) throw new Error('away')
    return new Map(keys.map((key) => [key, 'there']))
  })
  const first = [loader.of('a'), loader.of('b')]
  expect((await Promise.allSettled(first)).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await loader.of('a')).toBe('there')
})
