import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import { recordedIds } from './recorded-ids.ts'

const workspaceId = WorkspaceId.parse(randomUUID())

function begin(limit = 3) {
  const over = new AbortController()
  let hear: (ids: readonly string[] | null) => void = () => undefined
  let watched = 0
  const items = recordedIds(
    (_id, listener) => {
      hear = listener
      watched += 1
      return () => (watched -= 1)
    },
    workspaceId,
    limit,
    over.signal,
  )[Symbol.asyncIterator]()
  const next = async () => (await items.next()).value
  return { next, hear: (ids: readonly string[] | null) => hear(ids), over, watched: () => watched, items }
}

test('it begins with all there are, and goes on with what is written down, once each', async () => {
  const { next, hear } = begin()
  expect(await next()).toBeNull()
  const waiting = next()
  hear(['a'])
  expect(await waiting).toEqual(['a'])
  hear(['b', 'c'])
  hear(['c'])
  expect(await next()).toEqual(['b', 'c'])
})

test('where more come than anybody looks at, or some may have been missed, all there are are read again', async () => {
  const { next, hear } = begin()
  await next()
  hear(['a', 'b'])
  hear(['c', 'd'])
  hear(['e'])
  expect(await next()).toBeNull()
  hear(['f'])
  hear(null)
  hear(['g'])
  expect(await next()).toBeNull()
  hear(['h'])
  expect(await next()).toEqual(['h'])
})

test('it ends with its signal, and listens no more', async () => {
  const { next, over, watched, items } = begin()
  await next()
  const waiting = items.next()
  expect(watched()).toBe(1)
  over.abort()
  expect((await waiting).done).toBe(true)
  expect(watched()).toBe(0)
})
