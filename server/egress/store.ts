import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { EgressRules } from '@arcx/router'
import type { CallFilter } from '@arcx/router'
import { likeLiteral } from '@arcx/prisma'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { OwnerColumns } from './owners.ts'

/** A request of a workspace to the outside, as arc-proxy has recorded it. */
export interface EgressRecordRow {
  readonly id: string
  readonly at: Date
  readonly method: string
  readonly scheme: string
  readonly host: string
  readonly port: number
  readonly path: string
  readonly outcome: string
  readonly status: number | null
  readonly bytesUp: bigint
  readonly bytesDown: bigint
  readonly durationMs: number
  readonly secrets: readonly string[]
  readonly scrubbed: number
  readonly redacted: Readonly<Record<string, number>>
}

const Counts = z.record(z.string(), z.number())

export class EgressStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Null where none were ever set. */
  async rules(owner: OwnerColumns): Promise<EgressRules | null> {
    const row = await this.#database.egressPolicy.findUnique({
      where: uniqueBy(owner),
      select: { fallback: true, allow: true, deny: true, limits: true, found: true, pasted: true },
    })
    return row === null ? null : EgressRules.parse(row)
  }

  async setRules(unit: Unit, { ownerId, teamId, workspaceId }: OwnerColumns, rules: EgressRules): Promise<void> {
    const { fallback, allow, deny, limits, found, pasted } = rules
    const fields = {
      fallback,
      allow: [...new Set(allow)],
      deny: [...new Set(deny)],
      limits: limits.map((limit) => ({ ...limit })),
      found,
      pasted,
      updatedAt: new Date(),
    }
    await queriesOf(unit).egressPolicy.upsert({
      where: uniqueBy({ ownerId, teamId, workspaceId }),
      create: { id: randomUUID(), ownerId, teamId, workspaceId, ...fields },
      update: fields,
    })
  }

  /** Newest first; of these alone where `ids` is not null. */
  async records(
    workspaceId: string,
    { refused, host, before, limit, ids = null }: CallFilter & { readonly ids?: readonly string[] | null },
  ): Promise<readonly EgressRecordRow[]> {
    const rows = await this.#database.egressRecord.findMany({
      where: {
        workspaceId,
        ...(ids === null ? {} : { id: { in: [...ids] } }),
        ...(refused ? { outcome: { notIn: ['passed', 'open'] } } : {}),
        ...(host === null ? {} : { host: { contains: likeLiteral(host.toLowerCase()) } }),
        ...(before === null ? {} : { at: { lt: new Date(before) } }),
      },
      omit: { workspaceId: true, userId: true },
      orderBy: { at: 'desc' },
      take: limit,
    })
    return rows.map((row) => ({ ...row, redacted: Counts.parse(row.redacted) }))
  }
}

/** One of the three is not null. */
function uniqueBy({ ownerId, teamId, workspaceId }: OwnerColumns) {
  if (workspaceId !== null) return { workspaceId }
  if (teamId !== null) return { teamId }
  if (ownerId !== null) return { ownerId }
  throw new TypeError('Nobody’s rules.')
}
