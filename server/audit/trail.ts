import type { AuditEntryView, AuditFilter, AuditPort, AuditVerdict, NamedAuditEntry } from '@arcx/router'
import type { Database } from '@arcx/database'
import { verifyChain } from '@arcx/router/audit-chain'
import type { ChainedEntry } from '@arcx/router/audit-chain'

const batchSize = 1000

/** Reads the record: pages for people, all of it for exports and for whoever verifies. */
export class AuditTrail implements AuditPort {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async page(filter: AuditFilter, before: string | undefined, limit: number): Promise<readonly NamedAuditEntry[]> {
    let query = this.#filtered(filter).orderBy('id', 'desc').limit(limit)
    if (before !== undefined) query = query.where('id', '<', before)
    const rows = await query.execute()
    const people = [...new Set(rows.filter((row) => row.actorKind === 'user').map((row) => row.actorId))]
    const known =
      people.length === 0
        ? []
        : await this.#database.selectFrom('User').select(['id', 'login']).where('id', 'in', people).execute()
    const logins = new Map(known.map(({ id, login }) => [id, login]))
    return rows.map((row) => ({ ...present(row), actorName: logins.get(row.actorId) ?? row.actorId }))
  }

  async *all(filter: AuditFilter): AsyncIterable<AuditEntryView> {
    let after = '0'
    for (;;) {
      const rows = await this.#filtered(filter).where('id', '>', after).orderBy('id').limit(batchSize).execute()
      for (const row of rows) yield present(row)
      const last = rows.at(-1)
      if (last === undefined || rows.length < batchSize) return
      after = last.id
    }
  }

  async verify(): Promise<AuditVerdict> {
    const entries = this.all({})
    return verifyChain(
      (async function* (): AsyncIterable<ChainedEntry & { hash: Buffer | null }> {
        for await (const entry of entries)
          yield { ...entry, hash: entry.hash === null ? null : Buffer.from(entry.hash, 'hex') }
      })(),
    )
  }

  #filtered(filter: AuditFilter) {
    let query = this.#database.selectFrom('AuditEntry').selectAll()
    if (filter.action !== undefined)
      query = query.where((builder) =>
        builder.or([
          builder('action', '=', filter.action ?? ''),
          builder('action', 'like', `${escapeLike(filter.action ?? '')}.%`),
        ]),
      )
    if (filter.actorId !== undefined) query = query.where('actorId', '=', filter.actorId)
    if (filter.targetId !== undefined) query = query.where('targetId', '=', filter.targetId)
    if (filter.since !== undefined) query = query.where('at', '>=', new Date(filter.since))
    if (filter.until !== undefined) query = query.where('at', '<', new Date(filter.until))
    return query
  }
}

const escapeLike = (text: string) => text.replace(/[\\%_]/g, '\\$&')

function present({
  at,
  hash,
  ...row
}: { readonly at: Date; readonly hash: Buffer | null } & Omit<ChainedEntry, 'at'>): AuditEntryView {
  return { ...row, at: at.toISOString(), hash: hash?.toString('hex') ?? null }
}
