import type { AuditEntryView, AuditFilter, AuditPort, AuditVerdict, NamedAuditEntry } from '@arcx/router'
import { z } from 'zod'
import { verifyChain } from '@arcx/router/audit-chain'
import type { ChainedEntry } from '@arcx/router/audit-chain'
import type { AuditRow, AuditStore } from './store.ts'

const batchSize = 1000
const isId = (text: string) => z.uuid().safeParse(text).success

/** Reads the record: pages for people, all of it for exports and for whoever verifies. */
export class AuditTrail implements AuditPort {
  readonly #store: AuditStore

  constructor(store: AuditStore) {
    this.#store = store
  }

  async page(filter: AuditFilter, before: string | undefined, limit: number): Promise<readonly NamedAuditEntry[]> {
    const rows = await this.#store.latest(filter, before, limit)
    const people = rows.filter(({ actorKind }) => actorKind === 'user').map(({ actorId }) => actorId)
    // What was refused is recorded as it was asked for, which is often by an id alone.
    const nameless = rows.flatMap(({ targetId, targetName }) =>
      targetName === null && targetId !== null && isId(targetId) ? [targetId] : [],
    )
    const [logins, names] = await Promise.all([
      this.#store.loginsOf([...new Set([...people, ...nameless])]),
      this.#store.namesOf([...new Set(nameless)]),
    ])
    return rows.map((row) => {
      const { actorId, targetId, targetName } = row
      const called = targetId === null ? null : (names.get(targetId) ?? logins.get(targetId) ?? targetId)
      return { ...present(row), actorName: logins.get(actorId) ?? actorId, targetLabel: targetName ?? called }
    })
  }

  async *all(filter: AuditFilter): AsyncIterable<AuditEntryView> {
    let after = '0'
    for (;;) {
      const rows = await this.#store.following(filter, after, batchSize)
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
}

function present({ at, hash, ...row }: AuditRow): AuditEntryView {
  return { ...row, at: at.toISOString(), hash: hash === null ? null : Buffer.from(hash).toString('hex') }
}
