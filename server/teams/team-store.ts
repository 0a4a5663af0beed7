import { TeamId, TeamRole, UserId } from '@arcx/router'
import { isUniqueViolation } from '@arcx/prisma'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

export interface TeamOfMember {
  readonly id: string
  readonly name: string
  readonly createdAt: Date
  readonly role: TeamRole
  readonly members: number
  readonly workspaces: number
}

export interface MemberRow {
  readonly userId: UserId
  readonly login: string
  readonly name: string
  readonly role: TeamRole
  readonly joinedAt: Date
}

/** Another team has that name. It is thrown, as PostgreSQL goes on with nothing after it. */
export class TeamNameTaken extends Error {
  override readonly name = 'TeamNameTaken'
}

/** Others are in a team than before; within the unit in which that is so. */
export type OnMembers = (unit: Unit, teamId: TeamId) => Promise<void>

/** Teams and who is in them. */
export class TeamStore {
  readonly #database: Database
  readonly #onMembers: OnMembers

  constructor(database: Database, onMembers: OnMembers = async () => undefined) {
    this.#database = database
    this.#onMembers = onMembers
  }

  /** Somebody's teams by id, with their role in each. */
  async rolesOf(userId: string): Promise<ReadonlyMap<string, TeamRole>> {
    // Raw, as every decision about rights needs it.
    const rows = await this.#database.$queryRaw<{ readonly teamId: string; readonly role: TeamRole }[]>`
      SELECT "teamId", "role" FROM "Membership" WHERE "userId" = ${userId}::uuid`
    return new Map(rows.map(({ teamId, role }) => [teamId, role]))
  }

  /** Somebody's teams by name. */
  teamsOf(userId: UserId): Promise<readonly TeamOfMember[]> {
    // Raw, as Prisma counts the members and the workspaces of everybody's teams for it.
    return this.#database.$queryRaw<TeamOfMember[]>`
      SELECT "Team"."id", "Team"."name", "Team"."createdAt", "Own"."role",
        (SELECT count(*) FROM "Membership" WHERE "Membership"."teamId" = "Team"."id")::integer AS "members",
        (SELECT count(*) FROM "Workspace" WHERE "Workspace"."teamId" = "Team"."id")::integer AS "workspaces"
      FROM "Membership" AS "Own" JOIN "Team" ON "Team"."id" = "Own"."teamId"
      WHERE "Own"."userId" = ${userId}::uuid ORDER BY "Team"."name"`
  }

  /** Who is in a team, whoever joined first before the others. */
  async membersOf(teamId: TeamId): Promise<readonly MemberRow[]> {
    const rows = await this.#database.membership.findMany({
      where: { teamId },
      select: { userId: true, role: true, joinedAt: true, user: { select: { login: true, name: true } } },
      orderBy: [{ joinedAt: 'asc' }, { user: { login: 'asc' } }],
    })
    return rows.map(({ userId, role, joinedAt, user }) => ({
      ...user,
      joinedAt,
      userId: UserId.parse(userId),
      role: TeamRole.parse(role),
    }))
  }

  async memberIdsOf(teamId: TeamId): Promise<readonly UserId[]> {
    const rows = await this.#database.membership.findMany({ where: { teamId }, select: { userId: true } })
    return rows.map(({ userId }) => UserId.parse(userId))
  }

  async takenAmong(names: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await this.#database.team.findMany({ where: { name: { in: [...names] } }, select: { name: true } })
    return new Set(rows.map(({ name }) => name))
  }

  /** Until the unit is done, nobody else changes the team. `undefined` where there is none. */
  async hold(
    unit: Unit,
    teamId: TeamId,
  ): Promise<{ readonly name: string; readonly deletingAt: Date | null } | undefined> {
    // Prisma has no word for a lock on a row.
    const [team] = await queriesOf(unit).$queryRaw<{ readonly name: string; readonly deletingAt: Date | null }[]>`
      SELECT "name", "deletingAt" FROM "Team" WHERE "id" = ${teamId}::uuid FOR UPDATE`
    return team
  }

  /** How many teams somebody owns; nobody else makes or counts theirs until the unit is done. */
  async holdOwned(unit: Unit, userId: UserId): Promise<number> {
    // Prisma has no word for a lock on a row.
    await queriesOf(unit).$queryRaw`SELECT 1 FROM "User" WHERE "id" = ${userId}::uuid FOR UPDATE`
    return queriesOf(unit).membership.count({ where: { userId, role: 'owner' } })
  }

  /** @throws TeamNameTaken */
  async add(unit: Unit, id: TeamId, name: string): Promise<void> {
    await queriesOf(unit)
      .team.create({ data: { id, name }, select: { id: true } })
      .catch(rethrow)
  }

  /** @throws TeamNameTaken */
  async rename(unit: Unit, id: TeamId, name: string): Promise<void> {
    await queriesOf(unit).team.updateMany({ where: { id }, data: { name } }).catch(rethrow)
  }

  /** Begins its end: nobody is in it any more, and nobody comes in. The team must be held. Returns who was in it. */
  async close(unit: Unit, teamId: TeamId): Promise<readonly UserId[]> {
    const { membership, team, teamInvite } = queriesOf(unit)
    const left = await membership.findMany({ where: { teamId }, select: { userId: true } })
    await membership.deleteMany({ where: { teamId } })
    await teamInvite.deleteMany({ where: { teamId } })
    await team.updateMany({ where: { id: teamId }, data: { deletingAt: new Date() } })
    await this.#onMembers(unit, teamId)
    return left.map(({ userId }) => UserId.parse(userId))
  }

  /** Teams whose end has begun. */
  async closed(): Promise<readonly TeamId[]> {
    const rows = await this.#database.team.findMany({ where: { deletingAt: { not: null } }, select: { id: true } })
    return rows.map(({ id }) => TeamId.parse(id))
  }

  /** Removes a team whose end has begun; null where there is none. */
  async remove(unit: Unit, id: TeamId): Promise<{ readonly name: string } | null> {
    const closed = { id, deletingAt: { not: null } }
    const { team } = queriesOf(unit)
    const removed = await team.findFirst({ where: closed, select: { name: true } })
    return (await team.deleteMany({ where: closed })).count > 0 ? removed : null
  }

  /** The teams that somebody is in, in the one order in which teams are locked. */
  async teamIdsOf(unit: Unit, userId: UserId): Promise<readonly TeamId[]> {
    const rows = await queriesOf(unit).membership.findMany({
      where: { userId },
      select: { teamId: true },
      orderBy: { teamId: 'asc' },
    })
    return rows.map(({ teamId }) => TeamId.parse(teamId))
  }

  /** Who is in a team within the unit, whoever joined first before the others. */
  async memberRolesOf(
    unit: Unit,
    teamId: TeamId,
  ): Promise<readonly { readonly userId: UserId; readonly role: TeamRole }[]> {
    const rows = await queriesOf(unit).membership.findMany({
      where: { teamId },
      select: { userId: true, role: true },
      orderBy: { joinedAt: 'asc' },
    })
    return rows.map(({ userId, role }) => ({ userId: UserId.parse(userId), role: TeamRole.parse(role) }))
  }

  async member(
    unit: Unit,
    teamId: TeamId,
    userId: UserId,
  ): Promise<{ readonly login: string; readonly role: TeamRole } | undefined> {
    const row = await queriesOf(unit).membership.findUnique({
      where: { teamId_userId: { teamId, userId } },
      select: { role: true, user: { select: { login: true } } },
    })
    return row === null ? undefined : { login: row.user.login, role: TeamRole.parse(row.role) }
  }

  countMembers(unit: Unit, teamId: TeamId): Promise<number> {
    return queriesOf(unit).membership.count({ where: { teamId } })
  }

  /** Whether they were not in it. Who is in already stays what they are. */
  async addMember(unit: Unit, teamId: TeamId, userId: UserId, role: TeamRole): Promise<boolean> {
    const { count } = await queriesOf(unit).membership.createMany({
      data: [{ teamId, userId, role }],
      skipDuplicates: true,
    })
    if (count > 0) await this.#onMembers(unit, teamId)
    return count > 0
  }

  async setRole(unit: Unit, teamId: TeamId, userId: UserId, role: TeamRole): Promise<void> {
    await queriesOf(unit).membership.updateMany({ where: { teamId, userId }, data: { role } })
  }

  async removeMember(unit: Unit, teamId: TeamId, userId: UserId): Promise<void> {
    await queriesOf(unit).membership.deleteMany({ where: { teamId, userId } })
    await this.#onMembers(unit, teamId)
  }
}

function rethrow(error: unknown): never {
  throw isUniqueViolation(error, 'Team_name_key') ? new TeamNameTaken('Another team has that name.') : error
}
