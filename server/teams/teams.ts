import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { isUniqueViolation } from '@arcx/database'
import type { Database, Transaction } from '@arcx/database'
import { ArcError, TeamId, TeamInviteId, UserId, errors, nameProblem, nearestName, numberedName } from '@arcx/router'
import type { Actor, Invitation, InvitedRole, NewTeamInvite, Resume, Team, TeamChange, TeamDetails, TeamInvite, TeamRole, TeamsPort, Tracked, UserActor, WantedTeamInvite } from '@arcx/router'
import { recordAudit } from '../audit/audit.ts'
import type { AuditRecord } from '../audit/audit.ts'
import type { Feed } from '../events/feed.ts'
import { enqueue } from '../events/outbox.ts'
import type { Memberships } from './memberships.ts'
import { requireMay, requireScope, rightsIn } from './policy.ts'
import type { TeamOperation } from './policy.ts'

const ownedLimit = 20
const memberLimit = 500
const openInviteLimit = 100
const dayMs = 24 * 3600 * 1000
const suggestionsTried = 50

export const teamInviteHash = (code: string): Buffer => createHash('sha256').update(code).digest()

export interface TeamsNeeds {
  readonly database: Database
  readonly memberships: Memberships
  readonly feed: Feed
  readonly publicOrigin: string
  /** A team's deletion has begun. */
  onRemoval(): void
  onEvents(): void
}

interface Place {
  readonly teamId: TeamId
  readonly name: string
  readonly role: TeamRole
}

/**
 * Teams, their members and the invitations to them. Each change locks the team's row and reads the actor's role under
 * that lock, so that of two changes at once the second is decided by what the first left.
 */
export class Teams implements TeamsPort {
  readonly #needs: TeamsNeeds

  constructor(needs: TeamsNeeds) {
    this.#needs = needs
  }

  async list(actor: UserActor): Promise<readonly Team[]> {
    requireScope(actor, 'teams:read')
    return this.#teamsOf(actor.userId)
  }

  async get(actor: UserActor, wanted: { readonly teamId: TeamId } | { readonly name: string }): Promise<TeamDetails> {
    requireScope(actor, 'teams:read')
    const { database } = this.#needs
    const team = (await this.#teamsOf(actor.userId)).find((each) => ('name' in wanted ? each.name === wanted.name : each.id === wanted.teamId))
    requireMay(team?.role, 'see')
    if (team === undefined) throw errors.teamNotFound()
    const may = rightsIn(team.role)
    const [members, invites] = await Promise.all([
      database
        .selectFrom('Membership')
        .innerJoin('User', 'User.id', 'Membership.userId')
        .select(['User.id', 'User.login', 'User.name', 'Membership.role', 'Membership.joinedAt'])
        .where('teamId', '=', team.id)
        .orderBy('joinedAt')
        .orderBy('login')
        .execute(),
      may.includes('invite') ? this.#openInvites(team.id) : [],
    ])
    return {
      ...team,
      may,
      invites,
      members: members.map((row) => ({ userId: UserId.parse(row.id), login: row.login, name: row.name, role: row.role, joinedAt: row.joinedAt.toISOString() })),
    }
  }

  create(actor: UserActor, name: string): Promise<Team> {
    return this.#audited(actor, 'create', { name }, async () => {
      requireScope(actor, 'teams:write')
      await this.#requireGoodName(name)
      const teamId = TeamId.parse(randomUUID())
      await this.#named(name, async (transaction) => {
        await transaction.selectFrom('User').select('id').where('id', '=', actor.userId).forUpdate().executeTakeFirstOrThrow()
        const { count } = await transaction
          .selectFrom('Membership')
          .select((builder) => builder.fn.countAll<string>().as('count'))
          .where('userId', '=', actor.userId)
          .where('role', '=', 'owner')
          .executeTakeFirstOrThrow()
        if (Number(count) >= ownedLimit) throw errors.tooManyTeams(ownedLimit)
        await transaction.insertInto('Team').values({ id: teamId, name }).execute()
        await transaction.insertInto('Membership').values({ teamId, userId: actor.userId, role: 'owner' }).execute()
        await this.#tell(transaction, actor, 'create', { teamId, name }, [actor.userId])
      })
      return this.#team(actor, teamId)
    })
  }

  rename(actor: UserActor, teamId: TeamId, name: string): Promise<Team> {
    return this.#audited(actor, 'rename', { id: teamId, name }, async () => {
      requireScope(actor, 'teams:write')
      await this.#requireMember(actor, teamId, 'rename')
      if (nameProblem(name) !== null) await this.#requireGoodName(name)
      await this.#named(name, async (transaction) => {
        await this.#place(transaction, actor, teamId, 'rename')
        await transaction.updateTable('Team').set({ name }).where('id', '=', teamId).execute()
        await this.#tell(transaction, actor, 'rename', { teamId, name }, [])
      })
      return this.#team(actor, teamId)
    })
  }

  async remove(actor: UserActor, teamId: TeamId): Promise<void> {
    await this.#change(actor, teamId, 'remove', 'remove', async (transaction) => {
      const left = await transaction.deleteFrom('Membership').where('teamId', '=', teamId).returning('userId').execute()
      await transaction.deleteFrom('TeamInvite').where('teamId', '=', teamId).execute()
      await transaction.updateTable('Team').set({ deletingAt: new Date() }).where('id', '=', teamId).execute()
      return { changed: left.map(({ userId }) => UserId.parse(userId)) }
    })
    this.#needs.onRemoval()
  }

  leave(actor: UserActor, teamId: TeamId): Promise<void> {
    return this.#change(actor, teamId, 'leave', 'leave', async (transaction) => {
      await transaction.deleteFrom('Membership').where('teamId', '=', teamId).where('userId', '=', actor.userId).execute()
      return { changed: [actor.userId] }
    })
  }

  setRole(actor: UserActor, teamId: TeamId, userId: UserId, role: InvitedRole): Promise<void> {
    return this.#change(actor, teamId, 'manage', `role-${role}`, async (transaction) => {
      const login = await this.#otherThanOwner(transaction, teamId, userId)
      await transaction.updateTable('Membership').set({ role }).where('teamId', '=', teamId).where('userId', '=', userId).execute()
      return { changed: [userId], about: login }
    })
  }

  removeMember(actor: UserActor, teamId: TeamId, userId: UserId): Promise<void> {
    return this.#change(actor, teamId, 'manage', 'member-remove', async (transaction) => {
      const login = await this.#otherThanOwner(transaction, teamId, userId)
      await transaction.deleteFrom('Membership').where('teamId', '=', teamId).where('userId', '=', userId).execute()
      return { changed: [userId], about: login }
    })
  }

  transfer(actor: UserActor, teamId: TeamId, userId: UserId): Promise<void> {
    return this.#change(actor, teamId, 'transfer', 'transfer', async (transaction) => {
      const login = await this.#otherThanOwner(transaction, teamId, userId)
      await transaction.updateTable('Membership').set({ role: 'admin' }).where('teamId', '=', teamId).where('userId', '=', actor.userId).execute()
      await transaction.updateTable('Membership').set({ role: 'owner' }).where('teamId', '=', teamId).where('userId', '=', userId).execute()
      return { changed: [userId, actor.userId], about: login }
    })
  }

  async invite(actor: UserActor, teamId: TeamId, { role, login, maxUses, expiresDays }: WantedTeamInvite): Promise<NewTeamInvite> {
    const code = randomBytes(24).toString('base64url')
    const id = TeamInviteId.parse(randomUUID())
    await this.#change(actor, teamId, 'invite', 'invite', async (transaction) => {
      if (login !== null) {
        const already = await transaction
          .selectFrom('Membership')
          .innerJoin('User', 'User.id', 'Membership.userId')
          .select('login')
          .where('teamId', '=', teamId)
          .where('githubId', 'is not', null)
          .where(sql`lower("login")`, '=', login.toLowerCase())
          .executeTakeFirst()
        if (already !== undefined) throw errors.alreadyMember(already.login)
        // The same invitation again: the newer one counts.
        await transaction.deleteFrom('TeamInvite').where('teamId', '=', teamId).where(sql`lower("login")`, '=', login.toLowerCase()).execute()
      }
      await transaction.deleteFrom('TeamInvite').where('teamId', '=', teamId).where(sql<boolean>`"expiresAt" <= now() OR "uses" >= "maxUses"`).execute()
      const { count } = await transaction.selectFrom('TeamInvite').select((builder) => builder.fn.countAll<string>().as('count')).where('teamId', '=', teamId).executeTakeFirstOrThrow()
      if (Number(count) >= openInviteLimit) throw errors.tooManyTeamInvites(openInviteLimit)
      await transaction
        .insertInto('TeamInvite')
        .values({ id, teamId, role, hash: login === null ? teamInviteHash(code) : null, login, invitedById: actor.userId, maxUses: login === null ? maxUses : 1, expiresAt: new Date(Date.now() + expiresDays * dayMs) })
        .execute()
      return { changed: [], ...(login === null ? {} : { about: login }) }
    })
    const invite = (await this.#openInvites(teamId)).find((each) => each.id === id)
    if (invite === undefined) throw errors.invitationSpent()
    const url = login === null ? `${this.#needs.publicOrigin}/join?${new URLSearchParams({ code })}` : `${this.#needs.publicOrigin}/dashboard`
    return { ...invite, url }
  }

  revokeInvite(actor: UserActor, teamId: TeamId, inviteId: TeamInviteId): Promise<void> {
    return this.#change(actor, teamId, 'invite', 'invite-revoke', async (transaction) => {
      const revoked = await transaction.deleteFrom('TeamInvite').where('id', '=', inviteId).where('teamId', '=', teamId).returning('login').executeTakeFirst()
      if (revoked === undefined) throw errors.inviteNotFound()
      return { changed: [], ...(revoked.login === null ? {} : { about: revoked.login }) }
    })
  }

  async invitation(code: string): Promise<Invitation> {
    const row = await this.#invitations(this.#needs.database).where('TeamInvite.hash', '=', teamInviteHash(code)).executeTakeFirst()
    if (row === undefined) throw errors.invitationSpent()
    return presentInvitation(row)
  }

  accept(actor: UserActor, code: string): Promise<Team> {
    return this.#audited(actor, 'join', {}, async () => {
      requireScope(actor, 'teams:write')
      return this.#join(actor, (transaction) => this.#invitations(transaction).where('TeamInvite.hash', '=', teamInviteHash(code)).executeTakeFirst())
    })
  }

  async invitations(actor: UserActor): Promise<readonly (Invitation & { readonly id: TeamInviteId })[]> {
    requireScope(actor, 'teams:read')
    const rows = await this.#forLogin(this.#needs.database, actor.userId).orderBy('TeamInvite.createdAt').execute()
    return rows.map((row) => ({ id: TeamInviteId.parse(row.id), ...presentInvitation(row) }))
  }

  answer(actor: UserActor, inviteId: TeamInviteId, accepted: boolean): Promise<Team | null> {
    return this.#audited(actor, accepted ? 'join' : 'decline', {}, async () => {
      requireScope(actor, 'teams:write')
      if (accepted) return this.#join(actor, (transaction) => this.#forLogin(transaction, actor.userId).where('TeamInvite.id', '=', inviteId).executeTakeFirst())
      await this.#needs.database.transaction().execute(async (transaction) => {
        const row = await this.#forLogin(transaction, actor.userId).where('TeamInvite.id', '=', inviteId).executeTakeFirst()
        if (row === undefined) throw errors.invitationSpent()
        await transaction.deleteFrom('TeamInvite').where('id', '=', inviteId).execute()
        await this.#tell(transaction, actor, 'decline', { teamId: TeamId.parse(row.teamId), name: row.teamName }, [])
      })
      this.#needs.onEvents()
      return null
    })
  }

  async *onChange(actor: UserActor, { after, signal }: Resume): AsyncIterable<Tracked<TeamChange>> {
    requireScope(actor, 'teams:read')
    const { feed, memberships } = this.#needs
    for await (const item of feed.subscribe(after, signal)) {
      const id = String(item.sequence)
      if ('gap' in item) yield { id, data: { teamId: null } }
      else if (item.event.type === 'teams.changed') {
        const { teamId, userIds } = item.event
        if (userIds.includes(actor.userId)) memberships.forget(actor.userId)
        else if (!(await memberships.of(actor.userId)).has(teamId)) continue
        yield { id, data: { teamId } }
      }
    }
  }

  /**
   * Takes somebody out of all teams, within the transaction in which they leave: what they own goes to the eldest admin,
   * else member, else viewer; with nobody left the team is deleted. Returns what is to be recorded, last.
   */
  async departWithin(transaction: Transaction, actor: Actor, userId: UserId): Promise<readonly AuditRecord[]> {
    const records: AuditRecord[] = []
    const places = await transaction.selectFrom('Membership').select(['teamId', 'role']).where('userId', '=', userId).orderBy('teamId').execute()
    for (const { teamId, role } of places) {
      const team = await transaction.selectFrom('Team').select('name').where('id', '=', teamId).forUpdate().executeTakeFirstOrThrow()
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
          await transaction.updateTable('Membership').set({ role: 'owner' }).where('teamId', '=', teamId).where('userId', '=', heir.userId).execute()
          changed.push(UserId.parse(heir.userId))
          records.push({ actor, action: 'team.transfer', target, outcome: 'ok' })
        }
      } else records.push({ actor, action: 'team.leave', target, outcome: 'ok' })
      await enqueue(transaction, { type: 'teams.changed', teamId: TeamId.parse(teamId), userIds: changed })
    }
    return records
  }

  async #join(actor: UserActor, find: (transaction: Transaction) => Promise<InvitationRow | undefined>): Promise<Team> {
    const teamId = await this.#needs.database.transaction().execute(async (transaction) => {
      const unlocked = await find(transaction)
      if (unlocked === undefined) throw errors.invitationSpent()
      await transaction.selectFrom('Team').select('id').where('id', '=', unlocked.teamId).forUpdate().execute()
      // Under the lock it may be used up by now.
      const invite = await find(transaction)
      if (invite === undefined) throw errors.invitationSpent()
      const id = TeamId.parse(invite.teamId)
      const { count } = await transaction.selectFrom('Membership').select((builder) => builder.fn.countAll<string>().as('count')).where('teamId', '=', id).executeTakeFirstOrThrow()
      if (Number(count) >= memberLimit) throw errors.teamFull(memberLimit)
      const joined = await transaction
        .insertInto('Membership')
        .values({ teamId: id, userId: actor.userId, role: invite.role })
        .onConflict((conflict) => conflict.columns(['teamId', 'userId']).doNothing())
        .executeTakeFirst()
      // Who is in already stays what they are, and uses nothing up.
      if ((joined.numInsertedOrUpdatedRows ?? 0n) === 0n) return id
      await transaction.updateTable('TeamInvite').set({ uses: sql`"uses" + 1` }).where('id', '=', invite.id).execute()
      await transaction.deleteFrom('TeamInvite').where('id', '=', invite.id).where(sql<boolean>`"uses" >= "maxUses"`).execute()
      await this.#tell(transaction, actor, 'join', { teamId: id, name: invite.teamName }, [actor.userId])
      return id
    })
    this.#needs.memberships.forget(actor.userId)
    this.#needs.onEvents()
    return this.#team(actor, teamId)
  }

  /** A change of a team by one of its members: right, change, record and event in one transaction. */
  #change(
    actor: UserActor,
    teamId: TeamId,
    operation: TeamOperation,
    action: string,
    work: (transaction: Transaction, place: Place) => Promise<{ readonly changed: readonly UserId[]; readonly about?: string }>,
  ): Promise<void> {
    return this.#audited(actor, action, { id: teamId }, async () => {
      requireScope(actor, 'teams:write')
      const changed = await this.#needs.database.transaction().execute(async (transaction) => {
        const place = await this.#place(transaction, actor, teamId, operation)
        const done = await work(transaction, place)
        await this.#tell(transaction, actor, action, place, done.changed, done.about)
        return done.changed
      })
      for (const userId of changed) this.#needs.memberships.forget(userId)
      this.#needs.onEvents()
    })
  }

  /** Locks the team; what the actor is in it. @throws `team_not_found`, `forbidden`, `owner_stays`. */
  async #place(transaction: Transaction, actor: UserActor, teamId: TeamId, operation: TeamOperation): Promise<Place> {
    const team = await transaction.selectFrom('Team').select('name').where('id', '=', teamId).where('deletingAt', 'is', null).forUpdate().executeTakeFirst()
    if (team === undefined) throw errors.teamNotFound()
    const own = await transaction.selectFrom('Membership').select('role').where('teamId', '=', teamId).where('userId', '=', actor.userId).executeTakeFirst()
    const role = own?.role
    requireMay(role, operation)
    return { teamId, name: team.name, role }
  }

  async #requireMember(actor: UserActor, teamId: TeamId, operation: TeamOperation): Promise<void> {
    requireMay((await this.#needs.memberships.of(actor.userId)).get(teamId), operation)
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

  async #teamsOf(userId: UserId): Promise<readonly Team[]> {
    const rows = await this.#needs.database
      .selectFrom('Membership as Own')
      .innerJoin('Team', 'Team.id', 'Own.teamId')
      .where('Own.userId', '=', userId)
      .select(['Team.id', 'Team.name', 'Team.createdAt', 'Own.role'])
      .select((builder) => [
        builder.selectFrom('Membership').whereRef('Membership.teamId', '=', 'Team.id').select((count) => count.fn.countAll<string>().as('count')).as('members'),
        builder.selectFrom('Workspace').whereRef('Workspace.teamId', '=', 'Team.id').select((count) => count.fn.countAll<string>().as('count')).as('workspaces'),
      ])
      .orderBy('Team.name')
      .execute()
    return rows.map((row) => ({
      id: TeamId.parse(row.id),
      name: row.name,
      role: row.role,
      memberCount: Number(row.members),
      workspaceCount: Number(row.workspaces),
      createdAt: row.createdAt.toISOString(),
    }))
  }

  async #team(actor: UserActor, teamId: TeamId): Promise<Team> {
    const team = (await this.#teamsOf(actor.userId)).find(({ id }) => id === teamId)
    if (team === undefined) throw errors.teamNotFound()
    return team
  }

  async #openInvites(teamId: TeamId): Promise<readonly TeamInvite[]> {
    const rows = await this.#needs.database
      .selectFrom('TeamInvite')
      .leftJoin('User', 'User.id', 'TeamInvite.invitedById')
      .select(['TeamInvite.id', 'TeamInvite.role', 'TeamInvite.login', 'uses', 'maxUses', 'TeamInvite.createdAt', 'expiresAt', 'User.login as invitedBy'])
      .where('teamId', '=', teamId)
      .where('expiresAt', '>', sql<Date>`now()`)
      .where(sql<boolean>`"uses" < "maxUses"`)
      .orderBy('TeamInvite.createdAt', 'desc')
      .execute()
    return rows.map(({ id, createdAt, expiresAt, ...row }) => ({ ...row, id: TeamInviteId.parse(id), createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString() }))
  }

  #invitations(database: Database | Transaction) {
    return database
      .selectFrom('TeamInvite')
      .innerJoin('Team', 'Team.id', 'TeamInvite.teamId')
      .leftJoin('User', 'User.id', 'TeamInvite.invitedById')
      .select(['TeamInvite.id', 'TeamInvite.role', 'TeamInvite.teamId', 'TeamInvite.expiresAt', 'Team.name as teamName', 'User.login as invitedBy'])
      .where('Team.deletingAt', 'is', null)
      .where('TeamInvite.expiresAt', '>', sql<Date>`now()`)
      .where(sql<boolean>`"TeamInvite"."uses" < "TeamInvite"."maxUses"`)
  }

  /** Invitations by login count for whom GitHub says has it, and for nobody who merely is called so here. */
  #forLogin(database: Database | Transaction, userId: UserId) {
    return this.#invitations(database).where(
      sql<boolean>`lower("TeamInvite"."login") = (SELECT lower("login") FROM "User" AS "Invited" WHERE "Invited"."id" = ${userId} AND "Invited"."githubId" IS NOT NULL)`,
    )
  }

  async #requireGoodName(name: string): Promise<void> {
    const problem = nameProblem(name)
    if (problem !== null) throw errors.teamNameInvalid(problem, await this.#freeNameNear(name))
  }

  async #named<T>(name: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    try {
      const result = await this.#needs.database.transaction().execute(work)
      this.#needs.onEvents()
      return result
    } catch (error) {
      if (!isUniqueViolation(error, 'Team_name_key')) throw error
      throw errors.teamNameTaken(name, await this.#freeNameNear(name))
    }
  }

  async #freeNameNear(wanted: string): Promise<string> {
    const near = nearestName(wanted)
    const candidates = [near, ...Array.from({ length: suggestionsTried }, (_, index) => numberedName(near, index + 2))]
    const rows = await this.#needs.database.selectFrom('Team').select('name').where('name', 'in', candidates).execute()
    const taken = new Set(rows.map((row) => row.name))
    return candidates.find((candidate) => !taken.has(candidate)) ?? numberedName(near, Date.now() % 1_000_000)
  }

  async #tell(transaction: Transaction, actor: Actor, action: string, team: { readonly teamId: TeamId; readonly name: string }, changed: readonly UserId[], about?: string): Promise<void> {
    await enqueue(transaction, { type: 'teams.changed', teamId: team.teamId, userIds: [...changed] })
    const name = about === undefined ? team.name : `${team.name}: ${about}`
    await recordAudit(transaction, { actor, action: `team.${action}`, target: { kind: 'team', id: team.teamId, name }, outcome: 'ok' })
  }

  /** What is refused is recorded too; what is done was recorded together with the change. */
  async #audited<T>(actor: UserActor, action: string, target: { id?: string; name?: string }, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      const outcome = error instanceof ArcError ? `refused:${error.code}` : 'failed'
      const cut = { kind: 'team', ...target, ...(target.name === undefined ? {} : { name: target.name.slice(0, 80) }) }
      await recordAudit(this.#needs.database, { actor, action: `team.${action}`, target: cut, outcome })
      throw error
    }
  }
}

interface InvitationRow {
  readonly id: string
  readonly role: InvitedRole
  readonly teamId: string
  readonly teamName: string
  readonly invitedBy: string | null
  readonly expiresAt: Date
}

function presentInvitation({ teamId, teamName, role, invitedBy, expiresAt }: InvitationRow): Invitation {
  return { teamId: TeamId.parse(teamId), teamName, role, invitedBy, expiresAt: expiresAt.toISOString() }
}
