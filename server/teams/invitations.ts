import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { Database, Transaction } from '@arcx/database'
import { TeamId, TeamInviteId, errors } from '@arcx/router'
import type {
  Invitation,
  InvitedRole,
  NewTeamInvite,
  Team,
  TeamInvite,
  TeamInvitesPort,
  UserActor,
  UserId,
  WantedTeamInvite,
} from '@arcx/router'
import type { TeamChanges } from './changes.ts'

const memberLimit = 500
const openInviteLimit = 100
const dayMs = 24 * 3600 * 1000

export const teamInviteHash = (code: string): Buffer => createHash('sha256').update(code).digest()

/** Invitations to teams: by a link for whoever holds it, or by GitHub login for one person. */
export class TeamInvitations implements TeamInvitesPort {
  readonly #database: Database
  readonly #changes: TeamChanges
  readonly #publicOrigin: string
  readonly #teamOf: (actor: UserActor, teamId: TeamId) => Promise<Team>

  constructor(
    database: Database,
    changes: TeamChanges,
    publicOrigin: string,
    teamOf: (actor: UserActor, teamId: TeamId) => Promise<Team>,
  ) {
    this.#database = database
    this.#changes = changes
    this.#publicOrigin = publicOrigin
    this.#teamOf = teamOf
  }

  async invite(
    actor: UserActor,
    teamId: TeamId,
    { role, login, maxUses, expiresDays }: WantedTeamInvite,
  ): Promise<NewTeamInvite> {
    const code = randomBytes(24).toString('base64url')
    const id = TeamInviteId.parse(randomUUID())
    await this.#changes.change(actor, teamId, 'invite', 'invite', async (transaction) => {
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
        await transaction
          .deleteFrom('TeamInvite')
          .where('teamId', '=', teamId)
          .where(sql`lower("login")`, '=', login.toLowerCase())
          .execute()
      }
      await transaction
        .deleteFrom('TeamInvite')
        .where('teamId', '=', teamId)
        .where(sql<boolean>`"expiresAt" <= now() OR "uses" >= "maxUses"`)
        .execute()
      const { count } = await transaction
        .selectFrom('TeamInvite')
        .select((builder) => builder.fn.countAll<string>().as('count'))
        .where('teamId', '=', teamId)
        .executeTakeFirstOrThrow()
      if (Number(count) >= openInviteLimit) throw errors.tooManyTeamInvites(openInviteLimit)
      await transaction
        .insertInto('TeamInvite')
        .values({
          id,
          teamId,
          role,
          hash: login === null ? teamInviteHash(code) : null,
          login,
          invitedById: actor.userId,
          maxUses: login === null ? maxUses : 1,
          expiresAt: new Date(Date.now() + expiresDays * dayMs),
        })
        .execute()
      return { changed: [], ...(login === null ? {} : { about: login }) }
    })
    const invite = (await this.open(teamId)).find((each) => each.id === id)
    if (invite === undefined) throw errors.invitationSpent()
    const url =
      login === null ? `${this.#publicOrigin}/join?${new URLSearchParams({ code })}` : `${this.#publicOrigin}/dashboard`
    return { ...invite, url }
  }

  revokeInvite(actor: UserActor, teamId: TeamId, inviteId: TeamInviteId): Promise<void> {
    return this.#changes.change(actor, teamId, 'invite', 'invite-revoke', async (transaction) => {
      const revoked = await transaction
        .deleteFrom('TeamInvite')
        .where('id', '=', inviteId)
        .where('teamId', '=', teamId)
        .returning('login')
        .executeTakeFirst()
      if (revoked === undefined) throw errors.inviteNotFound()
      return { changed: [], ...(revoked.login === null ? {} : { about: revoked.login }) }
    })
  }

  async invitation(code: string): Promise<Invitation> {
    const row = await this.#invitations(this.#database)
      .where('TeamInvite.hash', '=', teamInviteHash(code))
      .executeTakeFirst()
    if (row === undefined) throw errors.invitationSpent()
    return presentInvitation(row)
  }

  accept(actor: UserActor, code: string): Promise<Team> {
    return this.#join(actor, (transaction) =>
      this.#invitations(transaction).where('TeamInvite.hash', '=', teamInviteHash(code)).executeTakeFirst(),
    )
  }

  async invitations(actor: UserActor): Promise<readonly (Invitation & { readonly id: TeamInviteId })[]> {
    const rows = await this.#forLogin(this.#database, actor.userId).orderBy('TeamInvite.createdAt').execute()
    return rows.map((row) => ({ id: TeamInviteId.parse(row.id), ...presentInvitation(row) }))
  }

  async answer(actor: UserActor, inviteId: TeamInviteId, accepted: boolean): Promise<Team | null> {
    if (accepted)
      return this.#join(actor, (transaction) =>
        this.#forLogin(transaction, actor.userId).where('TeamInvite.id', '=', inviteId).executeTakeFirst(),
      )
    await this.#database.transaction().execute(async (transaction) => {
      const row = await this.#forLogin(transaction, actor.userId)
        .where('TeamInvite.id', '=', inviteId)
        .executeTakeFirst()
      if (row === undefined) throw errors.invitationSpent()
      await transaction.deleteFrom('TeamInvite').where('id', '=', inviteId).execute()
      await this.#changes.tell(
        transaction,
        actor,
        'decline',
        { teamId: TeamId.parse(row.teamId), name: row.teamName },
        [],
      )
    })
    this.#changes.done([])
    return null
  }

  async #join(actor: UserActor, find: (transaction: Transaction) => Promise<InvitationRow | undefined>): Promise<Team> {
    const teamId = await this.#database.transaction().execute(async (transaction) => {
      const unlocked = await find(transaction)
      if (unlocked === undefined) throw errors.invitationSpent()
      await transaction.selectFrom('Team').select('id').where('id', '=', unlocked.teamId).forUpdate().execute()
      // Under the lock it may be used up by now.
      const invite = await find(transaction)
      if (invite === undefined) throw errors.invitationSpent()
      const id = TeamId.parse(invite.teamId)
      const { count } = await transaction
        .selectFrom('Membership')
        .select((builder) => builder.fn.countAll<string>().as('count'))
        .where('teamId', '=', id)
        .executeTakeFirstOrThrow()
      if (Number(count) >= memberLimit) throw errors.teamFull(memberLimit)
      const joined = await transaction
        .insertInto('Membership')
        .values({ teamId: id, userId: actor.userId, role: invite.role })
        .onConflict((conflict) => conflict.columns(['teamId', 'userId']).doNothing())
        .executeTakeFirst()
      // Who is in already stays what they are, and uses nothing up.
      if ((joined.numInsertedOrUpdatedRows ?? 0n) === 0n) return id
      await transaction
        .updateTable('TeamInvite')
        .set({ uses: sql`"uses" + 1` })
        .where('id', '=', invite.id)
        .execute()
      await transaction
        .deleteFrom('TeamInvite')
        .where('id', '=', invite.id)
        .where(sql<boolean>`"uses" >= "maxUses"`)
        .execute()
      await this.#changes.tell(transaction, actor, 'join', { teamId: id, name: invite.teamName }, [actor.userId])
      return id
    })
    this.#changes.done([actor.userId])
    return this.#teamOf(actor, teamId)
  }

  /** Those that may still be accepted. */
  async open(teamId: TeamId): Promise<readonly TeamInvite[]> {
    const rows = await this.#database
      .selectFrom('TeamInvite')
      .leftJoin('User', 'User.id', 'TeamInvite.invitedById')
      .select([
        'TeamInvite.id',
        'TeamInvite.role',
        'TeamInvite.login',
        'uses',
        'maxUses',
        'TeamInvite.createdAt',
        'expiresAt',
        'User.login as invitedBy',
      ])
      .where('teamId', '=', teamId)
      .where('expiresAt', '>', sql<Date>`now()`)
      .where(sql<boolean>`"uses" < "maxUses"`)
      .orderBy('TeamInvite.createdAt', 'desc')
      .execute()
    return rows.map(({ id, createdAt, expiresAt, ...row }) => ({
      ...row,
      id: TeamInviteId.parse(id),
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    }))
  }

  #invitations(database: Database | Transaction) {
    return database
      .selectFrom('TeamInvite')
      .innerJoin('Team', 'Team.id', 'TeamInvite.teamId')
      .leftJoin('User', 'User.id', 'TeamInvite.invitedById')
      .select([
        'TeamInvite.id',
        'TeamInvite.role',
        'TeamInvite.teamId',
        'TeamInvite.expiresAt',
        'Team.name as teamName',
        'User.login as invitedBy',
      ])
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
