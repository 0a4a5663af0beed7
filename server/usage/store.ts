import type { UsageBudget, UsagePrice, UsageRow, UsageSpan } from '@arcx/router'
import { Prisma } from '@arcx/prisma'
import type { Database, Queries } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { Meter, Used } from './metering.ts'

export interface MeteredWorkspace {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly incarnation: number
  readonly startedAt: Date | null
  readonly ownerId: string | null
  readonly teamId: string | null
  readonly createdById: string | null
  readonly diskBytes: bigint | null
}

export type UsageOwner = { readonly personId: string } | { readonly teamId: string }
export interface BudgetRow extends UsageBudget {
  readonly owner: UsageOwner
  readonly month: string
  readonly alerted: number
}

const keysOf = (owner: UsageOwner) =>
  'teamId' in owner ? { ownerKind: 'team', ownerId: owner.teamId } : { ownerKind: 'person', ownerId: owner.personId }

const ofOwner = (owner: UsageOwner) =>
  'teamId' in owner
    ? Prisma.sql`"teamId" = ${owner.teamId}::uuid`
    : Prisma.sql`"teamId" IS NULL AND "personId" = ${owner.personId}::uuid`

/** What workspaces use, and what they may. */
export class UsageStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Those that run, and of those that rest the ones that were not counted for so long. */
  due(restingSeconds: number): Promise<readonly MeteredWorkspace[]> {
    return this.#database.$queryRaw<MeteredWorkspace[]>`
      SELECT "id", "name", "state", "Workspace"."incarnation", "startedAt", "ownerId", "teamId", "createdById", "diskBytes"
      FROM "Workspace" LEFT JOIN "UsageMeter" ON "UsageMeter"."workspaceId" = "Workspace"."id"
      WHERE "state" = 'running' OR "countedTo" IS NULL
        OR "countedTo" < now() - make_interval(secs => ${restingSeconds}::double precision)
      ORDER BY "id"`
  }

  /**
   * The meters of these workspaces, by their ids, with the time: held until the unit is over. Not those that another copy
   * holds, nor those that were read within so many seconds.
   */
  async hold(
    unit: Unit,
    ids: readonly string[],
    freshSeconds: number,
  ): Promise<ReadonlyMap<string, { readonly meter: Meter; readonly now: Date }>> {
    const queries = queriesOf(unit)
    await queries.$executeRaw`
      INSERT INTO "UsageMeter" ("workspaceId", "countedTo", "incarnation", "cpuSeconds")
      SELECT "id", "createdAt", 0, 0 FROM "Workspace" WHERE "id" = ANY (${[...ids]}::uuid[])
        AND NOT EXISTS (SELECT 1 FROM "UsageMeter" WHERE "workspaceId" = "Workspace"."id")
      ON CONFLICT DO NOTHING`
    const rows = await queries.$queryRaw<(Meter & { readonly workspaceId: string; readonly now: Date })[]>`
      SELECT "workspaceId", "countedTo", "incarnation", "cpuSeconds",
        date_trunc('milliseconds', clock_timestamp()) AS "now"
      FROM "UsageMeter" WHERE "workspaceId" = ANY (${[...ids]}::uuid[])
        AND "countedTo" < clock_timestamp() - make_interval(secs => ${freshSeconds}::double precision)
      ORDER BY "workspaceId" FOR UPDATE SKIP LOCKED`
    return new Map(rows.map(({ workspaceId, now, ...meter }) => [workspaceId, { meter, now }]))
  }

  async count(unit: Unit, workspace: MeteredWorkspace, used: readonly Used[], meter: Meter): Promise<void> {
    const queries = queriesOf(unit)
    const { id, name, ownerId, teamId, createdById } = workspace
    await queries.usageMeter.update({ where: { workspaceId: id }, data: meter, select: { workspaceId: true } })
    for (const { day, ...amounts } of used)
      await queries.$executeRaw`
        INSERT INTO "UsageDay" ("day", "workspaceId", "workspaceName", "personId", "teamId",
          "awakeSeconds", "asleepSeconds", "cpuSeconds", "memoryByteSeconds", "storageByteSeconds")
        VALUES (${day}::date, ${id}::uuid, ${name}, ${ownerId ?? createdById}::uuid, ${teamId}::uuid,
          ${amounts.awakeSeconds}, ${amounts.asleepSeconds}, ${amounts.cpuSeconds}, ${amounts.memoryByteSeconds},
          ${amounts.storageByteSeconds})
        ON CONFLICT ("day", "workspaceId") DO UPDATE SET "workspaceName" = excluded."workspaceName",
          "awakeSeconds" = "UsageDay"."awakeSeconds" + excluded."awakeSeconds",
          "asleepSeconds" = "UsageDay"."asleepSeconds" + excluded."asleepSeconds",
          "cpuSeconds" = "UsageDay"."cpuSeconds" + excluded."cpuSeconds",
          "memoryByteSeconds" = "UsageDay"."memoryByteSeconds" + excluded."memoryByteSeconds",
          "storageByteSeconds" = "UsageDay"."storageByteSeconds" + excluded."storageByteSeconds"`
  }

  /** Of whole days by the record of requests, so that what is noted late is in it; it only grows, as old records go. */
  async countTraffic(unit: Unit, fromDay: string): Promise<void> {
    await queriesOf(unit).$executeRaw`
      WITH "Sum" AS (
        SELECT "workspaceId", ("at" AT TIME ZONE 'UTC')::date AS "day", sum("bytesUp" + "bytesDown")::bigint AS "bytes"
        FROM "EgressRecord" WHERE "at" >= ${fromDay}::date::timestamp AT TIME ZONE 'UTC' GROUP BY 1, 2
      )
      UPDATE "UsageDay" SET "trafficBytes" = greatest("trafficBytes", "bytes")
      FROM "Sum" WHERE "UsageDay"."workspaceId" = "Sum"."workspaceId" AND "UsageDay"."day" = "Sum"."day"
        AND "trafficBytes" < "bytes"`
  }

  /** Meters of workspaces that have gone. */
  async forgetGone(unit: Unit): Promise<void> {
    await queriesOf(unit).$executeRaw`
      DELETE FROM "UsageMeter" WHERE NOT EXISTS (SELECT 1 FROM "Workspace" WHERE "Workspace"."id" = "workspaceId")`
  }

  /** Everybody's, without an owner. */
  async rows(owner: UsageOwner | null, { from, to }: UsageSpan): Promise<readonly UsageRow[]> {
    type Row = Omit<UsageRow, 'trafficBytes' | 'agentTokens' | 'agentCostMicros'> & {
      readonly trafficBytes: bigint
      readonly agentTokens: bigint
      readonly agentCostMicros: bigint
    }
    const rows = await this.#database.$queryRaw<Row[]>`
      SELECT to_char("day", 'YYYY-MM-DD') AS "day", "workspaceId", "workspaceName", "User"."login" AS "person",
        "Team"."name" AS "team", "awakeSeconds", "asleepSeconds", "cpuSeconds", "memoryByteSeconds", "storageByteSeconds",
        "trafficBytes", "agentTokens", "agentCostMicros", "workflowSeconds"
      FROM "UsageDay" LEFT JOIN "User" ON "User"."id" = "personId" LEFT JOIN "Team" ON "Team"."id" = "UsageDay"."teamId"
      WHERE "day" BETWEEN ${from}::date AND ${to}::date
        AND ${owner === null ? Prisma.sql`TRUE` : owned(owner)}
      ORDER BY "day", "workspaceName"`
    return rows.map((row) => ({
      ...row,
      trafficBytes: Number(row.trafficBytes),
      agentTokens: Number(row.agentTokens),
      agentCostMicros: Number(row.agentCostMicros),
    }))
  }

  /** Awake since a day. `unit`: as it is seen within that. */
  async hoursSince(owner: UsageOwner, day: string, unit?: Unit): Promise<number> {
    const queries: Queries = unit === undefined ? this.#database : queriesOf(unit)
    const [sum] = await queries.$queryRaw<{ readonly seconds: number | null }[]>`
      SELECT sum("awakeSeconds") AS "seconds" FROM "UsageDay" WHERE "day" >= ${day}::date AND ${ofOwner(owner)}`
    return (sum?.seconds ?? 0) / 3600
  }

  async budget(owner: UsageOwner, unit?: Unit): Promise<UsageBudget | null> {
    const queries: Queries = unit === undefined ? this.#database : queriesOf(unit)
    return queries.usageBudget.findUnique({
      where: { ownerKind_ownerId: keysOf(owner) },
      select: { hours: true, hardStop: true },
    })
  }

  async budgets(): Promise<readonly BudgetRow[]> {
    return (await this.#database.usageBudget.findMany()).map(({ ownerKind, ownerId, ...row }) => ({
      ...row,
      owner: ownerKind === 'team' ? { teamId: ownerId } : { personId: ownerId },
    }))
  }

  async setBudget(unit: Unit, owner: UsageOwner, budget: UsageBudget | null): Promise<void> {
    const { usageBudget } = queriesOf(unit)
    await usageBudget.deleteMany({ where: keysOf(owner) })
    if (budget !== null) await usageBudget.createMany({ data: [{ ...keysOf(owner), ...budget }] })
  }

  /** Whether it was not told of before in this month. */
  async alert(unit: Unit, owner: UsageOwner, month: string, percent: number): Promise<boolean> {
    const { count } = await queriesOf(unit).usageBudget.updateMany({
      where: { ...keysOf(owner), OR: [{ month: { not: month } }, { alerted: { lt: percent } }] },
      data: { month, alerted: percent },
    })
    return count > 0
  }

  /** Whom to tell. */
  async contactOf(
    unit: Unit,
    owner: UsageOwner,
  ): Promise<{ readonly email: string | null; readonly teamName: string | null }> {
    const { team, user } = queriesOf(unit)
    if ('teamId' in owner) {
      const found = await team.findUnique({
        where: { id: owner.teamId },
        select: {
          name: true,
          memberships: { where: { role: 'owner' }, select: { user: { select: { email: true } } } },
        },
      })
      return { teamName: found?.name ?? null, email: found?.memberships[0]?.user.email ?? null }
    }
    const found = await user.findUnique({ where: { id: owner.personId }, select: { email: true } })
    return { teamName: null, email: found?.email ?? null }
  }

  async price(): Promise<UsagePrice | null> {
    return this.#database.usagePrice.findUnique({ where: { id: 1 }, select: { centsPerHour: true, currency: true } })
  }

  async setPrice(unit: Unit, price: UsagePrice | null): Promise<void> {
    const { usagePrice } = queriesOf(unit)
    await usagePrice.deleteMany()
    if (price !== null) await usagePrice.createMany({ data: [price] })
  }
}

const owned = (owner: UsageOwner) =>
  'teamId' in owner
    ? Prisma.sql`"UsageDay"."teamId" = ${owner.teamId}::uuid`
    : Prisma.sql`"UsageDay"."teamId" IS NULL AND "personId" = ${owner.personId}::uuid`
