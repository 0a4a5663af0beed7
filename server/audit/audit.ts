import { sql } from 'kysely'
import type { Actor } from '@arcx/router'
import type { Database, Transaction } from '@arcx/database'
import { entryHash, genesis } from '@arcx/router/audit-chain'

export interface AuditRecord {
  readonly actor: Actor
  /** `noun.verb`, such as `workspace.create`. */
  readonly action: string
  readonly target?: { readonly kind: string; readonly id?: string; readonly name?: string }
  /** `ok`, or `refused:` and the error's code. */
  readonly outcome: string
}

/**
 * Writes an entry; in a transaction together with the change that it tells of. From here to the end of that transaction
 * no other entry is written, so it comes last, behind every lock on a row.
 */
export function recordAudit(database: Database | Transaction, record: AuditRecord): Promise<void> {
  return database.isTransaction
    ? append(database as Transaction, record)
    : database.transaction().execute((transaction) => append(transaction, record))
}

async function append(transaction: Transaction, { actor, action, target, outcome }: AuditRecord): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(hashtextextended('arcx audit', 0))::text`.execute(transaction)
  const last = await transaction
    .selectFrom('AuditEntry')
    .select(['id', 'hash'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  const at = new Date()
  const entry = {
    id: String(BigInt(last?.id ?? 0) + 1n),
    actorKind: actor.kind,
    actorId: actor.kind === 'user' ? actor.userId : actor.kind === 'admin' ? 'admin token' : actor.service,
    action,
    targetKind: target?.kind ?? null,
    targetId: target?.id ?? null,
    // PostgreSQL's text holds no zero character, which a refused name may.
    targetName: target?.name?.replaceAll('\0', '\uFFFD') ?? null,
    address: actor.kind === 'service' ? null : actor.address,
    requestId: actor.kind === 'service' ? null : actor.requestId,
    outcome,
  }
  const hash = entryHash(last?.hash ?? genesis, { ...entry, at: at.toISOString() })
  await transaction
    .insertInto('AuditEntry')
    .values({ ...entry, at, hash })
    .execute()
}
