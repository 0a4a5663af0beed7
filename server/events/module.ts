import type { Database } from '@arcx/prisma'
import { openBus } from '@arcx/service-kit/bus'
import type { Bus } from '@arcx/service-kit/bus'
import type { Log } from '@arcx/service-kit/log'
import { openUnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { Feed } from './feed.ts'
import { OutboxRelay } from './outbox.ts'
import { OutboxStore } from './store.ts'

export interface EventsDependencies {
  readonly database: Database
  /** For what nobody waits for, and takes many rows along. */
  readonly background: Database
  readonly natsUrl: string
  readonly deployment: string
  readonly log: Log
}

export interface EventsModule {
  readonly bus: Bus
  readonly feed: Feed
  readonly unitOfWork: UnitOfWork
  readonly backgroundWork: UnitOfWork
  close(): Promise<void>
}

/** The way of an event: from the unit of work that writes it, by the outbox and the bus, to the feed of every copy. */
export async function openEvents({
  database,
  background,
  natsUrl,
  deployment,
  log,
}: EventsDependencies): Promise<EventsModule> {
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
    unitOfWork: openUnitOfWork(database, () => relay.poke()),
    backgroundWork: openUnitOfWork(background, () => relay.poke()),
    async close() {
      feed.close()
      await relay.close()
      await bus.close()
    },
  }
}
