import { subjectOf } from '@arcx/router'
import type { DomainEvent } from '@arcx/router'
import { inTransaction } from '@arcx/prisma'
import type { Database, Queries } from '@arcx/prisma'

/** Writes events with the change they tell of: both are there after a crash, or neither. */
export async function enqueueEvents(queries: Queries, events: readonly DomainEvent[]): Promise<void> {
  if (events.length === 0) return
  await queries.outboxEvent.createMany({
    data: events.map((event) => ({ subject: subjectOf(event), payload: event })),
  })
}

/** Events that are to go to the bus. */
export class OutboxStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Hands the oldest to `publish`, in order, and deletes those that are published: all of them, or as many as were within
   * `withinMs`, since a transaction has a time limit. Resolves to how many they were.
   */
  carry(limit: number, withinMs: number, publish: (event: unknown, id: bigint) => Promise<void>): Promise<number> {
    return inTransaction(this.#database, async (queries) => {
      // Raw: another copy of this process leaves alone what is locked here, for which Prisma has no word.
      const rows = await queries.$queryRaw<{ readonly id: bigint; readonly payload: unknown }[]>`
        SELECT "id", "payload" FROM "OutboxEvent" ORDER BY "id" LIMIT ${limit} FOR UPDATE SKIP LOCKED`
      const until = Date.now() + withinMs
      const published: bigint[] = []
      for (const { id, payload } of rows) {
        await publish(payload, id)
        published.push(id)
        if (Date.now() >= until) break
      }
      if (published.length > 0) await queries.outboxEvent.deleteMany({ where: { id: { in: published } } })
      return published.length
    })
  }
}
