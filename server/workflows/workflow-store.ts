import { TeamId, UserId, WorkflowId } from '@arcx/router'
import type { Database, Queries } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

/** Whose a workflow is: one of the two. */
export interface WorkflowOwner {
  readonly ownerId: UserId | null
  readonly teamId: TeamId | null
}

export interface WorkflowRow extends WorkflowOwner {
  readonly id: WorkflowId
  readonly name: string
  readonly version: number
  readonly savedById: UserId | null
  readonly nextAt: Date | null
  readonly hasHook: boolean
  readonly updatedAt: Date
  readonly source: string
}

export class WorkflowNameTaken extends Error {}

export const keyOf = ({ ownerId, teamId }: WorkflowOwner): string => teamId ?? ownerId ?? ''

interface Stored {
  readonly id: string
  readonly ownerId: string | null
  readonly teamId: string | null
  readonly name: string
  readonly version: number
  readonly savedById: string | null
  readonly nextAt: Date | null
  readonly hookHash: Uint8Array | null
  readonly updatedAt: Date
  readonly versions: readonly { readonly version: number; readonly source: string }[]
}

/** And those that runs are of. */
const keptVersions = 100

const withSource = { versions: { orderBy: { version: 'desc' as const }, take: 1 } }

const rowOf = ({ hookHash, versions, ...row }: Stored): WorkflowRow => ({
  id: WorkflowId.parse(row.id),
  ownerId: row.ownerId === null ? null : UserId.parse(row.ownerId),
  teamId: row.teamId === null ? null : TeamId.parse(row.teamId),
  name: row.name,
  version: row.version,
  savedById: row.savedById === null ? null : UserId.parse(row.savedById),
  nextAt: row.nextAt,
  updatedAt: row.updatedAt,
  hasHook: hookHash !== null,
  source: versions[0]?.source ?? '',
})

/** Workflows and their versions. */
export class WorkflowStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Until the unit ends nobody else changes workflows or runs of this owner. */
  async lockOwner(unit: Unit, owner: WorkflowOwner): Promise<void> {
    await queriesOf(unit)
      .$queryRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`workflows ${keyOf(owner)}`}, 0))::text`
  }

  async of(owner: WorkflowOwner): Promise<readonly WorkflowRow[]> {
    const rows = await this.#database.workflow.findMany({
      where: ownedBy(owner),
      include: withSource,
      orderBy: { name: 'asc' },
    })
    return rows.map(rowOf)
  }

  byId(id: WorkflowId): Promise<WorkflowRow | null> {
    return find(this.#database, id)
  }

  within(unit: Unit, id: WorkflowId): Promise<WorkflowRow | null> {
    return find(queriesOf(unit), id)
  }

  async byHook(hash: Uint8Array): Promise<WorkflowRow | null> {
    const row = await this.#database.workflow.findUnique({
      where: { hookHash: Uint8Array.from(hash) },
      include: withSource,
    })
    return row === null ? null : rowOf(row)
  }

  /** Those that an event could start; what else they say of it is asked afterwards. */
  async forEvent(event: string, owner?: WorkflowOwner): Promise<readonly WorkflowRow[]> {
    const rows = await this.#database.workflow.findMany({
      where: { events: { has: event }, ...(owner === undefined ? {} : ownedBy(owner)) },
      include: withSource,
    })
    return rows.map(rowOf)
  }

  async sourceOf(id: WorkflowId, version: number): Promise<string | null> {
    const row = await this.#database.workflowVersion.findUnique({
      where: { workflowId_version: { workflowId: id, version } },
    })
    return row?.source ?? null
  }

  async count(unit: Unit, owner: WorkflowOwner): Promise<number> {
    return queriesOf(unit).workflow.count({ where: ownedBy(owner) })
  }

  /** @throws {WorkflowNameTaken} */
  async add(unit: Unit, row: Saved & WorkflowOwner & { readonly id: WorkflowId }): Promise<void> {
    const { source, ...columns } = row
    await this.#requireFree(unit, row, row.name, row.id)
    await queriesOf(unit).workflow.create({
      data: { ...columns, events: [...row.events], version: 1, versions: { create: { version: 1, source } } },
    })
  }

  /** @throws {WorkflowNameTaken} */
  async addVersion(
    unit: Unit,
    row: Saved & WorkflowOwner & { readonly id: WorkflowId; readonly version: number },
  ): Promise<void> {
    const { workflow, workflowVersion } = queriesOf(unit)
    const { id, version, name, savedById, source, events, nextAt } = row
    await this.#requireFree(unit, row, name, id)
    await workflowVersion.create({ data: { workflowId: id, version, source } })
    await queriesOf(unit).$executeRaw`
      DELETE FROM "WorkflowVersion" v WHERE v."workflowId" = ${id}::uuid AND v."version" <= ${version - keptVersions}::int
        AND NOT EXISTS (SELECT 1 FROM "WorkflowRun" r WHERE r."workflowId" = v."workflowId" AND r."version" = v."version")`
    await workflow.update({
      where: { id },
      data: { version, name, savedById, events: [...events], nextAt, updatedAt: new Date() },
    })
  }

  async setNext(unit: Unit, id: WorkflowId, nextAt: Date | null): Promise<void> {
    await queriesOf(unit).workflow.update({ where: { id }, data: { nextAt } })
  }

  async setHook(unit: Unit, id: WorkflowId, hash: Uint8Array): Promise<void> {
    await queriesOf(unit).workflow.update({ where: { id }, data: { hookHash: Uint8Array.from(hash) } })
  }

  async remove(unit: Unit, id: WorkflowId): Promise<void> {
    await queriesOf(unit).workflow.deleteMany({ where: { id } })
  }

  async #requireFree(unit: Unit, owner: WorkflowOwner, name: string, id: string): Promise<void> {
    const [same] = await queriesOf(unit).$queryRaw<unknown[]>`
      SELECT 1 FROM "Workflow" WHERE lower("name") = lower(${name}) AND "id" <> ${id}::uuid
        AND "ownerId" IS NOT DISTINCT FROM ${owner.ownerId}::uuid AND "teamId" IS NOT DISTINCT FROM ${owner.teamId}::uuid`
    if (same !== undefined) throw new WorkflowNameTaken()
  }
}

export interface Saved {
  readonly name: string
  readonly savedById: UserId
  readonly source: string
  readonly events: readonly string[]
  readonly nextAt: Date | null
}

const ownedBy = ({ ownerId, teamId }: WorkflowOwner) => (teamId === null ? { ownerId: ownerId ?? '' } : { teamId })

async function find(queries: Queries, id: WorkflowId): Promise<WorkflowRow | null> {
  const row = await queries.workflow.findUnique({ where: { id }, include: withSource })
  return row === null ? null : rowOf(row)
}
