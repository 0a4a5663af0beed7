import { randomUUID } from 'node:crypto'
import type { TeamId, TeamRole, Tier, UserActor, WorkspaceId, WorkspaceState } from '@arcx/router'
import { Prisma, isUniqueViolation } from '@arcx/prisma'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { DiskUse } from './disk-use.ts'

export interface WorkspaceRow {
  readonly id: string
  readonly ownerId: string | null
  readonly teamId: string | null
  readonly createdById: string | null
  readonly name: string
  readonly state: WorkspaceState
  readonly step: string | null
  readonly reason: string | null
  readonly incarnation: number
  readonly losses: number
  readonly revision: bigint
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly startedAt: Date | null
  readonly lastActivityAt: Date | null
  readonly diskBytes: bigint | null
  readonly diskFiles: bigint | null
}

/** With what somebody is in its team; null where it is their own. */
export type VisibleRow = WorkspaceRow & { readonly role: TeamRole | null; readonly version: string }

/** What somebody may see. */
export interface VisibleRows {
  /** Another one once any row of it is another, or any membership by which one is seen. */
  readonly version: string
  readonly rows: readonly VisibleRow[]
}

/** The row to update: only in one of these states, and only with this incarnation if one is given. */
export interface UpdateCondition {
  readonly id: WorkspaceId
  readonly from: readonly WorkspaceState[]
  readonly incarnation?: number | undefined
}

/** New values of a row; what is undefined stays unchanged. */
export interface WorkspaceUpdate {
  readonly state?: WorkspaceState
  readonly step?: string | null
  readonly reason?: string | null
  readonly name?: string | undefined
  readonly losses?: number | undefined
  readonly startedAt?: Date
  readonly lastActivityAt?: Date
  /** The row belongs to a new container from now on. */
  readonly isNextIncarnation?: boolean
}

/** The person or team that owns workspaces. */
export type WorkspaceOwner = { readonly ownerId: string } | { readonly teamId: string }

/** For whom workspaces count. */
export type QuotaHolder = { readonly userId: string } | { readonly teamId: string }

/** Another workspace has that name. */
export class NameTaken extends Error {
  override readonly name = 'NameTaken'
}

/** Where no container is, there is nothing to do for the reconciler but to make sure of it. */
export const restingStates: readonly WorkspaceState[] = ['stopped', 'failed']
/** On their way there, too. */
const notRunning: WorkspaceState[] = [...restingStates, 'stopping', 'deleting']

const countedFor = (holder: QuotaHolder): Prisma.WorkspaceWhereInput =>
  'teamId' in holder
    ? { teamId: holder.teamId }
    : {
        OR: [
          { ownerId: holder.userId },
          { team: { tier: null, memberships: { some: { userId: holder.userId, role: 'owner' } } } },
        ],
      }

const columns = Prisma.raw(
  [
    'id',
    'ownerId',
    'teamId',
    'createdById',
    'name',
    'state',
    'step',
    'reason',
    'incarnation',
    'losses',
    'revision',
    'createdAt',
    'updatedAt',
    'startedAt',
    'lastActivityAt',
    'diskBytes',
    'diskFiles',
  ]
    .map((column) => `"Workspace"."${column}"`)
    .join(', '),
)

/**
 * Where PostgreSQL keeps a row, and which transaction has written it: whoever changes whatever of it, by whatever way,
 * both are not the same again, until as many transactions have been as a counter of 32 bits takes.
 */
const versionOf = (table: string) => `"${table}"."ctid"::text || "${table}"."xmin"::text`
const versionOfRow = Prisma.raw(versionOf('Workspace'))
const versionInTeam = Prisma.raw(`${versionOf('Workspace')} || ${versionOf('Membership')}`)

/** Rows of workspaces. */
export class WorkspaceStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async byId(id: WorkspaceId): Promise<WorkspaceRow | undefined> {
    const row = await this.#database.workspace.findUnique({ where: { id } })
    return row === null ? undefined : rowOf(row)
  }

  async byIds(ids: readonly WorkspaceId[]): Promise<readonly WorkspaceRow[]> {
    return (await this.#database.workspace.findMany({ where: { id: { in: [...ids] } } })).map(rowOf)
  }

  async byName(name: string): Promise<WorkspaceRow | undefined> {
    const row = await this.#database.workspace.findUnique({ where: { name } })
    return row === null ? undefined : rowOf(row)
  }

  /** All of a person's own, or of a team's. */
  async ownedBy(owner: WorkspaceOwner): Promise<readonly WorkspaceRow[]> {
    const where = 'ownerId' in owner ? { ownerId: owner.ownerId } : { teamId: owner.teamId }
    return (await this.#database.workspace.findMany({ where, orderBy: { name: 'asc' } })).map(rowOf)
  }

  /** All of a person's own and of their teams', by name. Raw, as it is asked most of all: with what they are in each team, in one query. */
  async visibleTo(userId: string): Promise<VisibleRows> {
    const rows = await this.#database.$queryRaw<VisibleRow[]>`
      SELECT ${columns}, NULL AS "role", ${versionOfRow} AS "version" FROM "Workspace" WHERE "ownerId" = ${userId}::uuid
      UNION ALL
      SELECT ${columns}, "Membership"."role", ${versionInTeam}
      FROM "Membership" JOIN "Workspace" ON "Workspace"."teamId" = "Membership"."teamId"
      WHERE "Membership"."userId" = ${userId}::uuid
      ORDER BY "name"`
    return { version: rows.map(({ version }) => version).join(), rows }
  }

  /** The `version` that `visibleTo` would have for each of several people. Raw, as Prisma knows no versions. */
  async versionsOf(userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#database.$queryRaw<{ readonly userId: string; readonly version: string }[]>`
      SELECT "userId"::text, (
        SELECT coalesce(string_agg("version", ',' ORDER BY "name"), '') FROM (
          SELECT "name", ${versionOfRow} AS "version" FROM "Workspace" WHERE "ownerId" = "Asked"."userId"
          UNION ALL
          SELECT "name", ${versionInTeam}
          FROM "Membership" JOIN "Workspace" ON "Workspace"."teamId" = "Membership"."teamId"
          WHERE "Membership"."userId" = "Asked"."userId"
        ) AS "Visible"
      ) AS "version"
      FROM unnest(${[...userIds]}::uuid[]) AS "Asked"("userId")`
    return new Map(rows.map(({ userId, version }) => [userId, version]))
  }

  /** All rows that have, or should have, a container. */
  async awake(): Promise<readonly WorkspaceRow[]> {
    return (await this.#database.workspace.findMany({ where: { state: { notIn: [...restingStates] } } })).map(rowOf)
  }

  async countByState(): Promise<readonly { readonly state: WorkspaceState; readonly count: number }[]> {
    const groups = await this.#database.workspace.groupBy({ by: 'state', _count: true })
    return groups.map(({ state, _count: count }) => ({ state: state as WorkspaceState, count }))
  }

  async takenAmong(names: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#database.workspace.findMany({
      where: { name: { in: [...names] } },
      select: { name: true },
    })
    return new Set(rows.map(({ name }) => name))
  }

  async ownerOf(unit: Unit, teamId: string): Promise<string | null> {
    const owner = await queriesOf(unit).membership.findFirst({
      where: { teamId, role: 'owner' },
      select: { userId: true },
    })
    return owner?.userId ?? null
  }

  /** The person whose quota a workspace counts towards. The lock serialises concurrent counts; Prisma cannot express it. */
  async lockQuotaOwner(
    unit: Unit,
    userId: string,
  ): Promise<{ readonly login: string; readonly tier: Tier; readonly status: string }> {
    const [quotaOwner] = await queriesOf(unit).$queryRaw<
      { readonly login: string; readonly tier: Tier; readonly status: string }[]
    >`SELECT "login", "tier", "status" FROM "User" WHERE "id" = ${userId}::uuid FOR UPDATE`
    if (quotaOwner === undefined) throw new Error('There is no such person.')
    return quotaOwner
  }

  /**
   * The team as it stays until the unit is over: its deletion waits for that, or has begun and it is not found here. Prisma
   * has no word for the lock.
   */
  async holdTeam(unit: Unit, teamId: string): Promise<{ readonly tier: Tier | null } | null> {
    const [team] = await queriesOf(unit).$queryRaw<{ readonly tier: Tier | null }[]>`
      SELECT "tier" FROM "Team" WHERE "id" = ${teamId}::uuid AND "deletingAt" IS NULL FOR SHARE`
    return team ?? null
  }

  /**
   * Workspaces that count for a team with a plan of its own, or for a person: their own, and those of teams they own that
   * have none. `awakeBesides`: of those that have, or should have, a container, without this one.
   */
  countTowards(unit: Unit, holder: QuotaHolder, which?: { readonly awakeBesides: string }): Promise<number> {
    return queriesOf(unit).workspace.count({
      where: {
        ...countedFor(holder),
        ...(which === undefined ? {} : { id: { not: which.awakeBesides }, state: { notIn: notRunning } }),
      },
    })
  }

  /** Of those that count for somebody and run, whatever was used last comes first. */
  async awakeOf(holder: QuotaHolder): Promise<readonly WorkspaceRow[]> {
    const rows = await this.#database.workspace.findMany({
      where: { ...countedFor(holder), state: { in: ['creating', 'starting', 'running'] } },
      orderBy: [{ lastActivityAt: { sort: 'desc', nulls: 'last' } }, { createdAt: 'desc' }],
    })
    return rows.map(rowOf)
  }

  /** Null where the name is taken. */
  async insert(
    unit: Unit,
    { userId }: Pick<UserActor, 'userId'>,
    name: string,
    teamId: TeamId | null,
    step: string,
  ): Promise<WorkspaceRow | null> {
    const ownerId = teamId === null ? userId : null
    const [row] = await queriesOf(unit).workspace.createManyAndReturn({
      data: [{ id: randomUUID(), ownerId, teamId, createdById: userId, name, state: 'creating', step }],
      skipDuplicates: true,
    })
    return row === undefined ? null : rowOf(row)
  }

  /** Null where no row meets the condition. @throws {NameTaken} */
  async change(
    unit: Unit,
    { id, from, incarnation }: UpdateCondition,
    { isNextIncarnation = false, ...update }: WorkspaceUpdate,
  ): Promise<WorkspaceRow | null> {
    try {
      const [row] = await queriesOf(unit).workspace.updateManyAndReturn({
        where: { id, state: { in: [...from] }, ...(incarnation === undefined ? {} : { incarnation }) },
        data: {
          ...defined(update),
          ...(isNextIncarnation ? { incarnation: { increment: 1 } } : {}),
          updatedAt: new Date(),
          revision: { increment: 1 },
        },
      })
      return row === undefined ? null : rowOf(row)
    } catch (error) {
      throw isUniqueViolation(error, 'Workspace_name_key') ? new NameTaken() : error
    }
  }

  /** Null where it is being removed, or gone. */
  async noteDiskUse(unit: Unit, id: WorkspaceId, { bytes, files }: DiskUse): Promise<WorkspaceRow | null> {
    const [row] = await queriesOf(unit).workspace.updateManyAndReturn({
      where: { id, state: { not: 'deleting' } },
      data: { diskBytes: BigInt(bytes), diskFiles: BigInt(files), revision: { increment: 1 } },
    })
    return row === undefined ? null : rowOf(row)
  }

  async active(id: WorkspaceId, at: Date): Promise<void> {
    await this.#database.workspace.updateMany({ where: { id }, data: { lastActivityAt: at } })
  }

  /** Null where it is not being removed, or gone. */
  async delete(unit: Unit, id: WorkspaceId): Promise<Pick<WorkspaceRow, 'id' | 'ownerId' | 'teamId' | 'name'> | null> {
    // Raw: `deleteMany` returns nothing of what it deleted.
    const [row] = await queriesOf(unit).$queryRaw<Pick<WorkspaceRow, 'id' | 'ownerId' | 'teamId' | 'name'>[]>`
      DELETE FROM "Workspace" WHERE "id" = ${id}::uuid AND "state" = 'deleting' RETURNING "id", "ownerId", "teamId", "name"`
    return row ?? null
  }
}

/** A CHECK of the table holds its state to these. */
const rowOf = <R extends { readonly state: string }>(row: R) => ({ ...row, state: row.state as WorkspaceState })

/** Without the columns that stay unchanged. */
function defined({ name, losses, ...update }: Omit<WorkspaceUpdate, 'isNextIncarnation'>) {
  return { ...update, ...(name === undefined ? {} : { name }), ...(losses === undefined ? {} : { losses }) }
}
