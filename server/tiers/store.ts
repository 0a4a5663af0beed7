import { Tier } from '@arcx/router'
import type { TeamId, TierLimits, UserId } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { likeLiteral } from '@arcx/prisma/like'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

export interface TeamRow {
  readonly id: string
  readonly name: string
  readonly tier: Tier | null
  readonly ownerLogin: string | null
  readonly members: number
  readonly workspaces: number
}

/** By whom a plan was given: each gives one of its own, and the higher one holds. */
export type TierSource = 'granted' | 'paid'

const listLimit = 200

/** What each plan holds, and who has which. */
export class TierStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async limits(): Promise<readonly TierLimits[]> {
    const rows = await this.#database.tierLimit.findMany()
    return Tier.options.flatMap((tier) => rows.flatMap((row) => (row.tier === tier ? [{ ...row, tier }] : [])))
  }

  /** @throws where the row is missing, which migrations make. */
  async limitsOf(unit: Unit, tier: Tier): Promise<TierLimits> {
    return { ...(await queriesOf(unit).tierLimit.findUniqueOrThrow({ where: { tier } })), tier }
  }

  async setLimits(unit: Unit, { tier, ...limits }: TierLimits): Promise<void> {
    await queriesOf(unit).tierLimit.update({ where: { tier }, data: limits })
  }

  /** The plan that counts for a team: its own, or its owner's. */
  async tierOfTeam(unit: Unit, teamId: TeamId): Promise<Tier> {
    const team = await queriesOf(unit).team.findUnique({
      where: { id: teamId },
      select: { tier: true, memberships: { where: { role: 'owner' }, select: { user: { select: { tier: true } } } } },
    })
    return Tier.parse(team?.tier ?? team?.memberships[0]?.user.tier ?? 'free')
  }

  /** `undefined` where there is nobody of that id, or they leave. Raw, as the higher of two is worked out in the statement. */
  async setTierOfPerson(
    unit: Unit,
    userId: UserId,
    source: TierSource,
    tier: Tier | null,
  ): Promise<{ readonly login: string; readonly tier: Tier; readonly before: Tier } | undefined> {
    const [granted, paid] = source === 'granted' ? [tier ?? 'free', null] : [null, tier]
    const isPaid = source === 'paid'
    const [changed] = await queriesOf(unit).$queryRaw<{ login: string; tier: Tier; before: Tier }[]>`
      WITH "Former" AS (SELECT * FROM "User" WHERE "id" = ${userId}::uuid AND "status" <> 'leaving' FOR UPDATE),
      "Next" AS (
        SELECT "id", "tier" AS "before", coalesce(${granted}::text, "grantedTier") AS "granted",
          CASE WHEN ${isPaid}::boolean THEN ${paid}::text ELSE "paidTier" END AS "paid" FROM "Former"
      )
      UPDATE "User" SET "grantedTier" = "granted", "paidTier" = "paid",
        "tier" = (ARRAY['free', 'pro', 'team'])[greatest(
          array_position(ARRAY['free', 'pro', 'team'], "granted"), array_position(ARRAY['free', 'pro', 'team'], "paid"))]
      FROM "Next" WHERE "User"."id" = "Next"."id"
      RETURNING "login", "User"."tier", "before"`
    return changed
  }

  /** The same of a team; null where neither gives it one. */
  async setTierOfTeam(
    unit: Unit,
    teamId: TeamId,
    source: TierSource,
    tier: Tier | null,
  ): Promise<{ readonly name: string; readonly tier: Tier | null; readonly before: Tier | null } | undefined> {
    const isPaid = source === 'paid'
    const [changed] = await queriesOf(unit).$queryRaw<{ name: string; tier: Tier | null; before: Tier | null }[]>`
      WITH "Former" AS (SELECT * FROM "Team" WHERE "id" = ${teamId}::uuid AND "deletingAt" IS NULL FOR UPDATE),
      "Next" AS (
        SELECT "id", "tier" AS "before",
          CASE WHEN ${isPaid}::boolean THEN "grantedTier" ELSE ${tier}::text END AS "granted",
          CASE WHEN ${isPaid}::boolean THEN ${tier}::text ELSE "paidTier" END AS "paid" FROM "Former"
      )
      UPDATE "Team" SET "grantedTier" = "granted", "paidTier" = "paid",
        "tier" = (ARRAY['free', 'pro', 'team'])[greatest(
          array_position(ARRAY['free', 'pro', 'team'], "granted"), array_position(ARRAY['free', 'pro', 'team'], "paid"))]
      FROM "Next" WHERE "Team"."id" = "Next"."id"
      RETURNING "name", "Team"."tier", "before"`
    return changed
  }

  /** By name. Raw, as Prisma counts the members and workspaces of everybody's teams for it. */
  teams(search: string): Promise<readonly TeamRow[]> {
    return this.#database.$queryRaw<TeamRow[]>`
      SELECT "Team"."id", "Team"."name", "Team"."tier",
        (SELECT "login" FROM "Membership" JOIN "User" ON "User"."id" = "Membership"."userId"
          WHERE "Membership"."teamId" = "Team"."id" AND "Membership"."role" = 'owner') AS "ownerLogin",
        (SELECT count(*) FROM "Membership" WHERE "Membership"."teamId" = "Team"."id")::integer AS "members",
        (SELECT count(*) FROM "Workspace" WHERE "Workspace"."teamId" = "Team"."id")::integer AS "workspaces"
      FROM "Team" WHERE "deletingAt" IS NULL AND "Team"."name" ILIKE ${`%${likeLiteral(search)}%`}
      ORDER BY "Team"."name" LIMIT ${listLimit}`
  }
}
