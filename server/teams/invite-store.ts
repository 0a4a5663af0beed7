import { InvitedRole, TeamId, TeamInviteId } from '@arcx/router'
import type { UserId } from '@arcx/router'
import type { Database, Queries } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

type Hash = Uint8Array<ArrayBuffer>

export interface NewInviteRow {
  readonly id: TeamInviteId
  readonly teamId: TeamId
  readonly role: InvitedRole
  /** Of a link's code; null for an invitation by login. */
  readonly hash: Hash | null
  readonly login: string | null
  readonly email: string | null
  readonly invitedById: UserId
  readonly maxUses: number
  readonly expiresAt: Date
}

/** An invitation that may still be accepted, as its team's managers see it. */
export interface OpenInviteRow {
  readonly id: TeamInviteId
  readonly role: InvitedRole
  readonly login: string | null
  readonly email: string | null
  readonly uses: number
  readonly maxUses: number
  readonly createdAt: Date
  readonly expiresAt: Date
  readonly invitedBy: string | null
}

/** The same as those who are invited see it. */
export interface InvitationRow {
  readonly id: TeamInviteId
  readonly role: InvitedRole
  readonly teamId: TeamId
  readonly teamName: string
  readonly expiresAt: Date
  readonly invitedBy: string | null
}

const invitedBy = { select: { login: true } } as const

/** Invitations to teams. */
export class InviteStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The login of a member whom GitHub calls so. */
  async memberCalled(unit: Unit, teamId: TeamId, login: string): Promise<string | undefined> {
    const member = await queriesOf(unit).membership.findFirst({
      where: { teamId, user: { githubId: { not: null }, loweredLogin: login.toLowerCase() } },
      select: { user: { select: { login: true } } },
    })
    return member?.user.login
  }

  async removeByLogin(unit: Unit, teamId: TeamId, login: string): Promise<void> {
    await queriesOf(unit).teamInvite.deleteMany({ where: { teamId, loweredLogin: login.toLowerCase() } })
  }

  /** Those by the login of somebody who is in now. */
  async removeOfMember(unit: Unit, teamId: TeamId, userId: UserId): Promise<void> {
    const theirs = (await this.ofPerson(userId, unit)).filter((invitation) => invitation.teamId === teamId)
    if (theirs.length > 0)
      await queriesOf(unit).teamInvite.deleteMany({ where: { id: { in: theirs.map(({ id }) => id) } } })
  }

  /** Those that nobody can accept any more. */
  async removeSpent(unit: Unit, teamId: TeamId): Promise<void> {
    const { teamInvite } = queriesOf(unit)
    await teamInvite.deleteMany({
      where: {
        teamId,
        OR: [{ expiresAt: { lte: new Date() } }, { uses: { gte: teamInvite.fields.maxUses } }],
      },
    })
  }

  count(unit: Unit, teamId: TeamId): Promise<number> {
    return queriesOf(unit).teamInvite.count({ where: { teamId } })
  }

  async add(unit: Unit, invite: NewInviteRow): Promise<void> {
    await queriesOf(unit).teamInvite.create({ data: invite, select: { id: true } })
  }

  /** `undefined` where there is none of that id, or not any more. */
  async remove(unit: Unit, teamId: TeamId, id: TeamInviteId): Promise<{ readonly login: string | null } | undefined> {
    const { teamInvite } = queriesOf(unit)
    const invite = await teamInvite.findFirst({ where: { id, teamId }, select: { login: true } })
    const { count } = await teamInvite.deleteMany({ where: { id, teamId } })
    return invite !== null && count > 0 ? invite : undefined
  }

  /** Uses up one of its uses, and the invitation with its last one. Whether there was one left. */
  async use(unit: Unit, id: TeamInviteId): Promise<boolean> {
    const { teamInvite } = queriesOf(unit)
    const { count } = await teamInvite.updateMany({
      where: { id, uses: { lt: teamInvite.fields.maxUses } },
      data: { uses: { increment: 1 } },
    })
    await teamInvite.deleteMany({ where: { id, uses: { gte: teamInvite.fields.maxUses } } })
    return count > 0
  }

  /** Uses up one of a link's uses for somebody who signs up, and says where it leads. */
  async useLink(
    unit: Unit,
    hash: Hash,
  ): Promise<{ readonly teamId: TeamId; readonly name: string; readonly role: InvitedRole } | undefined> {
    // Raw, as it must be one statement that also says the team's name.
    const [used] = await queriesOf(unit).$queryRaw<
      { readonly teamId: string; readonly name: string; readonly role: InvitedRole }[]
    >`
      UPDATE "TeamInvite" SET "uses" = "uses" + 1 FROM "Team"
      WHERE "Team"."id" = "TeamInvite"."teamId" AND "Team"."deletingAt" IS NULL
        AND "hash" = ${hash} AND "expiresAt" > now() AND "uses" < "maxUses"
      RETURNING "teamId", "Team"."name", "TeamInvite"."role"`
    return used === undefined ? undefined : { ...used, teamId: TeamId.parse(used.teamId) }
  }

  /** Whether somebody whom GitHub calls so is invited anywhere. */
  async isInvited(unit: Unit, login: string): Promise<boolean> {
    const count = await queriesOf(unit).teamInvite.count({
      where: { loweredLogin: login.toLowerCase(), expiresAt: { gt: new Date() }, team: { deletingAt: null } },
    })
    return count > 0
  }

  /** Those of a team that may still be accepted, newest first. */
  async open(teamId: TeamId): Promise<readonly OpenInviteRow[]> {
    const rows = await this.#database.teamInvite.findMany({
      where: { teamId, expiresAt: { gt: new Date() }, uses: { lt: this.#database.teamInvite.fields.maxUses } },
      select: {
        id: true,
        role: true,
        login: true,
        email: true,
        uses: true,
        maxUses: true,
        createdAt: true,
        expiresAt: true,
        invitedBy,
      },
      orderBy: { createdAt: 'desc' },
    })
    return rows.map(({ id, role, invitedBy, ...row }) => ({
      ...row,
      id: TeamInviteId.parse(id),
      role: InvitedRole.parse(role),
      invitedBy: invitedBy?.login ?? null,
    }))
  }

  /** What a link invites to. `unit`: as it is seen within that. */
  async ofLink(hash: Hash, unit?: Unit): Promise<InvitationRow | undefined> {
    const [invitation] = await this.#invitations(this.#queries(unit), { hash })
    return invitation
  }

  /** Invitations by login count for whom GitHub says has it, and for nobody who merely is called so here. */
  async ofPerson(userId: UserId, unit?: Unit): Promise<readonly InvitationRow[]> {
    const queries = this.#queries(unit)
    const person = await queries.user.findUnique({
      where: { id: userId },
      select: { githubId: true, loweredLogin: true },
    })
    return person === null || person.githubId === null
      ? []
      : this.#invitations(queries, { loweredLogin: person.loweredLogin })
  }

  #queries(unit: Unit | undefined): Queries {
    return unit === undefined ? this.#database : queriesOf(unit)
  }

  async #invitations(
    queries: Queries,
    whose: { readonly hash: Hash } | { readonly loweredLogin: string },
  ): Promise<readonly InvitationRow[]> {
    const rows = await queries.teamInvite.findMany({
      where: {
        ...whose,
        team: { deletingAt: null },
        expiresAt: { gt: new Date() },
        uses: { lt: queries.teamInvite.fields.maxUses },
      },
      select: { id: true, role: true, teamId: true, expiresAt: true, team: { select: { name: true } }, invitedBy },
      orderBy: { createdAt: 'asc' },
    })
    return rows.map(({ id, role, teamId, expiresAt, team, invitedBy }) => ({
      id: TeamInviteId.parse(id),
      role: InvitedRole.parse(role),
      teamId: TeamId.parse(teamId),
      teamName: team.name,
      expiresAt,
      invitedBy: invitedBy?.login ?? null,
    }))
  }
}
