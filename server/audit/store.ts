import type { Actor, AuditFilter } from '@arcx/router'
import { entryHash, genesis } from '@arcx/router/audit-chain'
import type { ChainedEntry } from '@arcx/router/audit-chain'
import { likeLiteral } from '@arcx/prisma'
import type { Database, Queries } from '@arcx/prisma'
import type { AuditRecord } from './audit.ts'

export type AuditRow = Omit<ChainedEntry, 'at'> & { readonly at: Date; readonly hash: Uint8Array | null }

/** Reads the audit log. */
export class AuditStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The latest first; `before`: an entry’s id. */
  async latest(filter: AuditFilter, before: string | undefined, limit: number): Promise<readonly AuditRow[]> {
    const rows = await this.#database.auditEntry.findMany({
      where: { ...conditionOf(filter), ...(before === undefined ? {} : { id: { lt: BigInt(before) } }) },
      orderBy: { id: 'desc' },
      take: limit,
    })
    return rows.map(rowOf)
  }

  /** The oldest first; `after`: an entry’s id, or 0. */
  async following(filter: AuditFilter, after: string, limit: number): Promise<readonly AuditRow[]> {
    const rows = await this.#database.auditEntry.findMany({
      where: { ...conditionOf(filter), id: { gt: BigInt(after) } },
      orderBy: { id: 'asc' },
      take: limit,
    })
    return rows.map(rowOf)
  }

  /** By the ids of those people that there still are. */
  async loginsOf(userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (userIds.length === 0) return new Map()
    const people = await this.#database.user.findMany({
      where: { id: { in: [...userIds] } },
      select: { id: true, login: true },
    })
    return new Map(people.map(({ id, login }) => [id, login]))
  }

  /** What teams and workspaces are called now, and what browsers sessions are in, by their ids. */
  async namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (ids.length === 0) return new Map()
    const query = { where: { id: { in: [...ids] } }, select: { id: true, name: true } }
    const [teams, workspaces, sessions] = await Promise.all([
      this.#database.team.findMany(query),
      this.#database.workspace.findMany(query),
      this.#database.session.findMany({ where: query.where, select: { id: true, userAgent: true } }),
    ])
    return new Map([
      ...[...teams, ...workspaces].map(({ id, name }) => [id, name] as const),
      ...sessions.filter(({ userAgent }) => userAgent !== '').map(({ id, userAgent }) => [id, userAgent] as const),
    ])
  }
}

function conditionOf({ action, actorId, targetId, since, until }: AuditFilter) {
  return {
    ...(action === undefined ? {} : { OR: [{ action }, { action: { startsWith: `${likeLiteral(action)}.` } }] }),
    ...(actorId === undefined ? {} : { actorId }),
    ...(targetId === undefined ? {} : { targetId }),
    at: {
      ...(since === undefined ? {} : { gte: new Date(since) }),
      ...(until === undefined ? {} : { lt: new Date(until) }),
    },
  }
}

const rowOf = <R extends { readonly id: bigint }>({ id, ...row }: R) => ({ ...row, id: String(id) })

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
      // PostgreSQL's text holds neither the zero character nor half a surrogate pair, which a refused name may.
      targetName: target?.name?.replaceAll('\0', '\uFFFD').toWellFormed() ?? null,
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
