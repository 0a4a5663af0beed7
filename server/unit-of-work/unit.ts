import type { Actor, DomainEvent } from '@arcx/router'
import type { AuditRecord } from '../audit/audit.ts'

/** What is done in one transaction. Stores write in it: `queriesOf` of `transaction.ts` is theirs alone. */
export interface Unit {
  readonly actor: Actor
  /** For the audit log, by the unit's actor and with outcome `ok` where nothing else is said. */
  record(entry: Omit<AuditRecord, 'actor' | 'outcome'> & Partial<Pick<AuditRecord, 'actor' | 'outcome'>>): void
  /** Goes to the bus once the transaction is committed, in order. */
  emit(event: DomainEvent): void
  /** Runs once the transaction is committed, and not where it is undone. It must not throw. */
  afterCommit(run: () => void): void
}
