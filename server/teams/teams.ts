import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { isUniqueViolation } from '@arcx/database'
import type { Database, Transaction } from '@arcx/database'
import { TeamId, UserId, errors, freeNameNear, nameProblem } from '@arcx/router'
import type {
  Actor,
  DomainEvent,
  InvitedRole,
  Resume,
  Team,
  TeamChange,
  TeamDetails,
  TeamInvite,
  TeamsPort,
  Tracked,
  UserActor,
} from '@arcx/router'
import type { AuditRecord } from '../audit/audit.ts'
import { chosen } from '../events/chosen.ts'
import type { Feed } from '../events/feed.ts'
import { enqueue } from '../events/outbox.ts'
import type { TeamChanges } from './changes.ts'
import type { Memberships } from './memberships.ts'
import { requireRole, rightsIn, rightsOver } from '../authorization/checks.ts'
import type { TeamOperation } from '../authorization/checks.ts'

const ownedLimit = 20
/** After a gap in the events any team may have changed. */
const anyTeam: TeamChange = { teamId: null }

type TeamsChanged = Extract<DomainEvent, { type: 'teams.changed' }>

export interface TeamsNeeds {
  readonly database: Database
  readonly memberships: Memberships
  readonly feed: Feed
  readonly changes: TeamChanges
  /** Invitations to a team that may still be accepted. */
  openInvites(teamId: TeamId): Promise<readonly TeamInvite[]>
  /** A team's deletion has begun. */
  onRemoval(): void
}

/** Teams and their members. */
export class Teams implements TeamsPort {
  readonly #needs: TeamsNeeds
  /** What subscribers are told of an event, made once for all of them. */
  readonly #told = new WeakMap<TeamsChanged, TeamChange>()

  constructor(needs: TeamsNeeds) {
    this.#needs = needs
  }

  async list(actor: UserActor): Promise<readonly Team[]> {
    return this.#teamsOf(actor)
  }

  async get(actor: UserActor, wanted: { readonly teamId: TeamId } | { readonly name: string }): Promise<TeamDetails> {
    const { database } = this.#needs
    const team = (await this.#teamsOf(actor)).find((each) =>
      'name' in wanted ? each.name === wanted.name : each.id === wanted.teamId,
    )
    requireRole(team?.role, 'see')
    if (team === undefined) throw errors.teamNotFound()
    const [members, invites] = await Promise.all([
      database
        .selectFrom('Membership')
        .innerJoin('User', 'User.id', 'Membership.userId')
        .select(['User.id', 'User.login', 'User.name', 'Membership.role', 'Membership.joinedAt'])
        .where('teamId', '=', team.id)
        .orderBy('joinedAt')
        .orderBy('login')
        .execute(),
      team.may.includes('invite') ? this.#needs.openInvites(team.id) : [],
    ])
    return {
      ...team,
      invites,
      members: members.map((row) => ({
        userId: UserId.parse(row.id),
        login: row.login,
        name: row.name,
        role: row.role,
        may: rightsOver(actor, team, { userId: row.id, role: row.role }),
        joinedAt: row.joinedAt.toISOString(),
      })),
    }
  }

  async create(actor: UserActor, name: string): Promise<Team> {
    await this.#requireGoodName(name)
    const teamId = TeamId.parse(randomUUID())
    await this.#named(actor, name, async (transaction) => {
      await transaction
        .selectFrom('User')
        .select('id')
        .where('id', '=', actor.userId)
        .forUpdate()
        .executeTakeFirstOrThrow()
      const { count } = await transaction
        .selectFrom('Membership')
        .select((builder) => builder.fn.countAll<string>().as('count'))
        .where('userId', '=', actor.userId)
        .where('role', '=', 'owner')
        .executeTakeFirstOrThrow()
      if (Number(count) >= ownedLimit) throw errors.tooManyTeams(ownedLimit)
      await transaction.insertInto('Team').values({ id: teamId, name }).execute()
      await transaction.insertInto('Membership').values({ teamId, userId: actor.userId, role: 'owner' }).execute()
      await this.#needs.changes.tell(transaction, actor, 'create', { teamId, name }, [actor.userId])
    })
    return this.teamOf(actor, teamId)
  }

  async rename(actor: UserActor, teamId: TeamId, name: string): Promise<Team> {
    await this.#requireMember(actor, teamId, 'rename')
    if (nameProblem(name) !== null) await this.#requireGoodName(name)
    await this.#named(actor, name, async (transaction) => {
      await this.#needs.changes.place(transaction, actor, teamId, 'rename')
      await transaction.updateTable('Team').set({ name }).where('id', '=', teamId).execute()
      await this.#needs.changes.tell(transaction, actor, 'rename', { teamId, name }, [])
    })
    return this.teamOf(actor, teamId)
  }

  async remove(actor: UserActor, teamId: TeamId): Promise<void> {
    await this.#needs.changes.change(actor, teamId, 'remove', 'remove', async (transaction) => {
      const left = await transaction.deleteFrom('Membership').where('teamId', '=', teamId).returning('userId').execute()
      await transaction.deleteFrom('TeamInvite').where('teamId', '=', teamId).execute()
      await transaction.updateTable('Team').set({ deletingAt: new Date() }).where('id', '=', teamId).execute()
      return { changed: left.map(({ userId }) => UserId.parse(userId)) }
    })
    this.#needs.onRemoval()
  }

  leave(actor: UserActor, teamId: TeamId): Promise<void> {
    return this.#needs.changes.change(actor, teamId, 'leave', 'leave', async (transaction) => {
      await transaction
        .deleteFrom('Membership')
        .where('teamId', '=', teamId)
        .where('userId', '=', actor.userId)
        .execute()
      return { changed: [actor.userId] }
    })
  }

  setRole(actor: UserActor, teamId: TeamId, userId: UserId, role: InvitedRole): Promise<void> {
    return this.#needs.changes.change(actor, teamId, 'manage', `role-${role}`, async (transaction) => {
      const login = await this.#otherThanOwner(transaction, teamId, userId)
      await transaction
        .updateTable('Membership')
        .set({ role })
        .where('teamId', '=', teamId)
        .where('userId', '=', userId)
        .execute()
      return { changed: [userId], about: login }
    })
  }

  removeMember(actor: UserActor, teamId: TeamId, userId: UserId): Promise<void> {
    return this.#needs.changes.change(actor, teamId, 'manage', 'member-remove', async (transaction) => {
      const login = await this.#otherThanOwner(transaction, teamId, userId)
      await transaction.deleteFrom('Membership').where('teamId', '=', teamId).where('userId', '=', userId).execute()
      return { changed: [userId], about: login }
    })
  }

  transfer(actor: UserActor, teamId: TeamId, userId: UserId): Promise<void> {
    return this.#needs.changes.change(actor, teamId, 'transfer', 'transfer', async (transaction) => {
      const login = await this.#otherThanOwner(transaction, teamId, userId)
      await transaction
        .updateTable('Membership')
        .set({ role: 'admin' })
        .where('teamId', '=', teamId)
        .where('userId', '=', actor.userId)
        .execute()
      await transaction
        .updateTable('Membership')
        .set({ role: 'owner' })
        .where('teamId', '=', teamId)
        .where('userId', '=', userId)
        .execute()
      return { changed: [userId, actor.userId], about: login }
    })
  }

  onChange(actor: UserActor, { after, signal }: Resume): AsyncIterable<Tracked<TeamChange>> {
    const { feed, memberships } = this.#needs
    return chosen(
      feed.subscribe(after, signal, ({ type }) => type === 'teams.changed'),
      async (item) => {
        const id = String(item.sequence)
        if ('gap' in item) return { id, data: anyTeam }
        if (item.event.type !== 'teams.changed') return null
        const { teamId, userIds } = item.event
        return userIds.includes(actor.userId) || (await memberships.of(actor.userId)).has(teamId)
          ? { id, data: this.#changeOf(item.event) }
          : null
      },
    )
  }

  #changeOf(event: TeamsChanged): TeamChange {
    const known = this.#told.get(event) ?? { teamId: event.teamId }
    this.#told.set(event, known)
    return known
  }

  /**
   * Takes somebody out of all teams, within the transaction in which they leave: what they own goes to the eldest admin,
   * else member, else viewer; with nobody left the team is deleted. Returns what is to be recorded, last.
   */
  async departWithin(transaction: Transaction, actor: Actor, userId: UserId): Promise<readonly AuditRecord[]> {
    const records: AuditRecord[] = []
    const places = await transaction
      .selectFrom('Membership')
      .select(['teamId', 'role'])
      .where('userId', '=', userId)
      .orderBy('teamId')
      .execute()
    for (const { teamId, role } of places) {
      const team = await transaction
        .selectFrom('Team')
        .select('name')
        .where('id', '=', teamId)
        .forUpdate()
        .executeTakeFirstOrThrow()
      await transaction.deleteFrom('Membership').where('teamId', '=', teamId).where('userId', '=', userId).execute()
      const target = { kind: 'team', id: teamId, name: team.name }
      const changed = [userId]
      if (role === 'owner') {
        const heir = await transaction
          .selectFrom('Membership')
          .select('userId')
          .where('teamId', '=', teamId)
          .orderBy(sql`array_position(ARRAY['admin', 'member', 'viewer'], "role")`)
          .orderBy('joinedAt')
          .limit(1)
          .executeTakeFirst()
        if (heir === undefined) {
          await transaction.deleteFrom('TeamInvite').where('teamId', '=', teamId).execute()
          await transaction.updateTable('Team').set({ deletingAt: new Date() }).where('id', '=', teamId).execute()
          records.push({ actor, action: 'team.remove', target, outcome: 'ok' })
        } else {
          await transaction
            .updateTable('Membership')
            .set({ role: 'owner' })
            .where('teamId', '=', teamId)
            .where('userId', '=', heir.userId)
            .execute()
          changed.push(UserId.parse(heir.userId))
          records.push({ actor, action: 'team.transfer', target, outcome: 'ok' })
        }
      } else records.push({ actor, action: 'team.leave', target, outcome: 'ok' })
      await enqueue(transaction, { type: 'teams.changed', teamId: TeamId.parse(teamId), userIds: changed })
    }
    return records
  }

  async #requireMember(actor: UserActor, teamId: TeamId, operation: TeamOperation): Promise<void> {
    requireRole((await this.#needs.memberships.of(actor.userId)).get(teamId), operation)
  }

  /** The login of a member that may be changed. @throws `member_not_found`, `owner_stays`. */
  async #otherThanOwner(transaction: Transaction, teamId: TeamId, userId: UserId): Promise<string> {
    const member = await transaction
      .selectFrom('Membership')
      .innerJoin('User', 'User.id', 'Membership.userId')
      .select(['Membership.role', 'login'])
      .where('teamId', '=', teamId)
      .where('userId', '=', userId)
      .executeTakeFirst()
    if (member === undefined) throw errors.memberNotFound()
    if (member.role === 'owner') throw errors.ownerStays()
    return member.login
  }

  async #teamsOf(actor: UserActor): Promise<readonly Team[]> {
    const rows = await this.#needs.database
      .selectFrom('Membership as Own')
      .innerJoin('Team', 'Team.id', 'Own.teamId')
      .where('Own.userId', '=', actor.userId)
      .select(['Team.id', 'Team.name', 'Team.createdAt', 'Own.role'])
      .select((builder) => [
        builder
          .selectFrom('Membership')
          .whereRef('Membership.teamId', '=', 'Team.id')
          .select((count) => count.fn.countAll<string>().as('count'))
          .as('members'),
        builder
          .selectFrom('Workspace')
          .whereRef('Workspace.teamId', '=', 'Team.id')
          .select((count) => count.fn.countAll<string>().as('count'))
          .as('workspaces'),
      ])
      .orderBy('Team.name')
      .execute()
    return rows.map((row) => ({
      id: TeamId.parse(row.id),
      name: row.name,
      role: row.role,
      may: rightsIn(actor, row.id, row.role),
      memberCount: Number(row.members),
      workspaceCount: Number(row.workspaces),
      createdAt: row.createdAt.toISOString(),
    }))
  }

  /** Who is in it. @throws `team_not_found`. */
  async membersOf(actor: UserActor, teamId: TeamId): Promise<readonly UserId[]> {
    const rows = await this.#needs.database
      .selectFrom('Membership')
      .select('userId')
      .where('teamId', '=', teamId)
      .execute()
    if (!rows.some(({ userId }) => userId === actor.userId)) throw errors.teamNotFound()
    return rows.map(({ userId }) => UserId.parse(userId))
  }

  async teamOf(actor: UserActor, teamId: TeamId): Promise<Team> {
    const team = (await this.#teamsOf(actor)).find(({ id }) => id === teamId)
    if (team === undefined) throw errors.teamNotFound()
    return team
  }

  async #requireGoodName(name: string): Promise<void> {
    const problem = nameProblem(name)
    if (problem !== null) throw errors.teamNameInvalid(problem, await this.#freeNameNear(name))
  }

  async #named<T>(actor: UserActor, name: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    try {
      const result = await this.#needs.database.transaction().execute(work)
      this.#needs.changes.done([actor.userId])
      return result
    } catch (error) {
      if (!isUniqueViolation(error, 'Team_name_key')) throw error
      throw errors.teamNameTaken(name, await this.#freeNameNear(name))
    }
  }

  #freeNameNear(wanted: string): Promise<string> {
    return freeNameNear(wanted, async (names) => {
      const rows = await this.#needs.database
        .selectFrom('Team')
        .select('name')
        .where('name', 'in', [...names])
        .execute()
      return new Set(rows.map((row) => row.name))
    })
  }
}
