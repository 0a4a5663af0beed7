import { subjectOf } from '@arcx/router'
import type { DomainEvent } from '@arcx/router'
import type { Queries } from '@arcx/prisma'

/** Writes events with the change they tell of: both are there after a crash, or neither. */
export async function enqueueEvents(queries: Queries, events: readonly DomainEvent[]): Promise<void> {
  if (events.length === 0) return
  await queries.outboxEvent.createMany({
    data: events.map((event) => ({ subject: subjectOf(event), payload: event })),
  })
}
