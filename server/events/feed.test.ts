import { expect, test, vi } from 'vitest'
import { TeamId, UserId } from '@arcx/router'
import type { DomainEvent } from '@arcx/router'
import type { Bus, SequencedEvent } from '@arcx/service-kit/bus'
import { Feed } from './feed.ts'

const ann = UserId.parse(crypto.randomUUID())
const others = Array.from({ length: 2 }, () => UserId.parse(crypto.randomUUID()))
const teamId = TeamId.parse(crypto.randomUUID())
const about = (...ids: readonly UserId[]): DomainEvent => ({ type: 'teams.changed', teamId, userIds: [...ids] })

const concernsAnn = (event: DomainEvent) => event.type === 'teams.changed' && event.userIds.includes(ann)

/** A bus in this process. */
function localBus() {
  const waiting: SequencedEvent[] = []
  let sequence = 0
  let wake: () => void = () => undefined
  const bus: Bus = {
    async publish(event) {
      waiting.push({ sequence: ++sequence, event })
      wake()
    },
    isConnected: () => true,
    lastSequence: async () => sequence,
    async *follow(_from, signal) {
      signal.addEventListener('abort', () => wake())
      while (!signal.aborted) {
        const next = waiting.shift()
        if (next !== undefined) yield next
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    check: async () => undefined,
    close: async () => undefined,
  }
  return bus
}

async function subscriber(feed: Feed, concerns?: (event: DomainEvent) => boolean) {
  const over = new AbortController()
  const got: (number | 'gap')[] = []
  void (async () => {
    for await (const item of feed.subscribe(undefined, over.signal, concerns))
      got.push('gap' in item ? 'gap' : item.sequence)
  })()
  await vi.waitFor(() => expect(got).toEqual(['gap']))
  return { got, end: () => over.abort() }
}

test('a subscriber gets what concerns them, in order; of the rest nothing is kept for them, however much it is', async () => {
  const bus = localBus()
  const feed = await Feed.open(bus)
  const [mine, all] = [await subscriber(feed, concernsAnn), await subscriber(feed)]
  await bus.publish(about(ann), '')
  for (let count = 0; count < 1500; count += 1) await bus.publish(about(...others), '')
  await bus.publish(about(ann), '')
  await vi.waitFor(() => expect(all.got.at(-1)).toBe(1502))
  // Had the others' been kept, it would have been told of a gap.
  expect(mine.got).toEqual(['gap', 1, 1502])
  mine.end()
  all.end()
  feed.close()
})

test('one who comes back gets what concerns them of what they missed', async () => {
  const bus = localBus()
  const feed = await Feed.open(bus)
  const all = await subscriber(feed)
  for (const ids of [[ann], others, [ann]]) await bus.publish(about(...ids), '')
  await vi.waitFor(() => expect(all.got).toEqual(['gap', 1, 2, 3]))
  const over = new AbortController()
  const got: number[] = []
  for await (const item of feed.subscribe('1', over.signal, concernsAnn)) {
    got.push(item.sequence)
    break
  }
  expect(got).toEqual([3])
  all.end()
  feed.close()
})
