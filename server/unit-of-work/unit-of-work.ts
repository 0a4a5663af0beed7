import type { Actor, DomainEvent } from '@arcx/router'
import { inTransaction } from '@arcx/prisma'
import type { Database } from '@arcx/prisma'
import type { AuditRecord } from '../audit/audit.ts'
import { appendAudit } from '../audit/store.ts'
import { enqueueEvents } from '../events/store.ts'
import { Transaction } from './transaction.ts'
import type { Unit } from './unit.ts'

export type { Unit } from './unit.ts'

/**
 * Does `work` in one transaction, with its audit entries and events: all of it is there after a crash, or nothing. It is
 * undone where `work` throws. Nothing that takes long is awaited in it; units are not nested.
 */
export type UnitOfWork = <T>(actor: Actor, work: (unit: Unit) => Promise<T>) => Promise<T>

/** `onEvents`: there are events in the outbox. */
export function openUnitOfWork(database: Database, onEvents: () => void): UnitOfWork {
  return async (actor, work) => {
    const records: AuditRecord[] = []
    const events: DomainEvent[] = []
    const following: (() => void)[] = []
    const result = await inTransaction(database, async (queries) => {
      const done = await work(
        new Transaction(queries, actor, {
          record: (entry) => void records.push({ actor, outcome: 'ok', ...entry }),
          emit: (event) => void events.push(event),
          afterCommit: (run) => void following.push(run),
        }),
      )
      await enqueueEvents(queries, events)
      // Last, as it locks the log until the commit.
      await appendAudit(queries, records)
      return done
    })
    if (events.length > 0) onEvents()
    for (const run of following) run()
    return result
  }
}
