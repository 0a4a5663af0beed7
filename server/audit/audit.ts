import type { Actor } from '@arcx/router'
import type { Database, Transaction } from '@arcx/database'

export interface AuditRecord {
  readonly actor: Actor
  /** `noun.verb`, such as `workspace.create`. */
  readonly action: string
  readonly target?: { readonly kind: string; readonly id?: string; readonly name?: string }
  /** `ok`, or `refused:` and the error's code. */
  readonly outcome: string
}

/** Writes an entry; in a transaction together with the change that it tells of. */
export async function recordAudit(database: Database | Transaction, record: AuditRecord): Promise<void> {
  const { actor, action, target, outcome } = record
  await database
    .insertInto('AuditEntry')
    .values({
      actorKind: actor.kind,
      actorId: actor.kind === 'user' ? actor.userId : actor.kind === 'admin' ? 'admin token' : actor.service,
      action,
      targetKind: target?.kind ?? null,
      targetId: target?.id ?? null,
      targetName: target?.name ?? null,
      address: actor.kind === 'service' ? null : actor.address,
      requestId: actor.kind === 'service' ? null : actor.requestId,
      outcome,
    })
    .execute()
}
