import type { Actor } from '@arcx/router'
import { entryHash, genesis } from '@arcx/router/audit-chain'
import type { Queries } from '@arcx/prisma'
import type { AuditRecord } from './audit.ts'

/**
 * Writes entries of one transaction, in order. From here to its end no other entry is written, so it comes behind every
 * lock on a row.
 */
export async function appendAudit(queries: Queries, records: readonly AuditRecord[]): Promise<void> {
  if (records.length === 0) return
  // Prisma has no word for an advisory lock.
  await queries.$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended('arcx audit', 0))::text`
  const last = await queries.auditEntry.findFirst({ select: { id: true, hash: true }, orderBy: { id: 'desc' } })
  let id = last?.id ?? 0n
  let hash: Uint8Array = last?.hash ?? genesis
  const entries = records.map(({ actor, action, target, outcome }) => {
    id += 1n
    const at = new Date()
    const entry = {
      ...columnsOf(actor),
      action,
      targetKind: target?.kind ?? null,
      targetId: target?.id ?? null,
      // PostgreSQL's text holds no zero character, which a refused name may.
      targetName: target?.name?.replaceAll('\0', '\uFFFD') ?? null,
      outcome,
    }
    hash = entryHash(Buffer.from(hash), { ...entry, id: String(id), at: at.toISOString() })
    return { ...entry, id, at, hash: new Uint8Array(hash) }
  })
  await queries.auditEntry.createMany({ data: entries })
}

function columnsOf(actor: Actor) {
  if (actor.kind === 'service') return { actorKind: actor.kind, actorId: actor.service, address: null, requestId: null }
  const { kind: actorKind, address, requestId } = actor
  return { actorKind, actorId: actor.kind === 'user' ? actor.userId : 'admin token', address, requestId }
}
