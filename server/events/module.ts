import type { Database } from '@arcx/prisma'
import { openBus } from '@arcx/service-kit/bus'
import type { Bus } from '@arcx/service-kit/bus'
import type { Log } from '@arcx/service-kit/log'
import { Feed } from './feed.ts'
import { OutboxRelay } from './outbox.ts'
import { OutboxStore } from './store.ts'

export interface EventsDependencies {
  readonly database: Database
  readonly natsUrl: string
  readonly deployment: string
  readonly log: Log
}

export interface EventsModule {
  readonly bus: Bus
  readonly feed: Feed
  /** There are events in the outbox. */
  onEvents(): void
  close(): Promise<void>
}

/** The way of an event: from the outbox, where a unit of work writes it, by the bus, to the feed of every copy. */
export async function openEvents({ database, natsUrl, deployment, log }: EventsDependencies): Promise<EventsModule> {
  const bus = await openBus(natsUrl, log)
  const relay = new OutboxRelay(new OutboxStore(database), bus, deployment, log)
  const feed = await Feed.open(bus).catch(async (error: unknown) => {
    await relay.close()
    await bus.close()
    throw error
  })
  return {
    bus,
    feed,
    onEvents: () => relay.poke(),
    async close() {
      feed.close()
      await relay.close()
      await bus.close()
    },
  }
}
