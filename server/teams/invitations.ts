import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { TeamInviteId, errors } from '@arcx/router'
import type {
  Invitation,
  NewTeamInvite,
  Team,
  TeamId,
  TeamInvite,
  TeamInvitesPort,
  UserActor,
  TeamInviteInput,
} from '@arcx/router'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { TeamChanges } from './changes.ts'
import { invitationMail } from './invitation-mail.ts'
import type { InvitationMail } from './invitation-mail.ts'
import type { InvitationRow, InviteStore } from './invite-store.ts'
import type { OwnTeams } from './own-teams.ts'
import type { TeamStore } from './team-store.ts'

const openInviteLimit = 100
const dayMs = 24 * 3600 * 1000

export const teamInviteHash = (code: string) => new Uint8Array(createHash('sha256').update(code).digest())

export interface TeamInvitationsDependencies {
  readonly teams: TeamStore
  readonly invites: InviteStore
  readonly unitOfWork: UnitOfWork
  readonly changes: TeamChanges
  readonly mail: InvitationMail
  readonly publicOrigin: string
  readonly own: OwnTeams
  /** By the plan that counts for the team. */
  mostMembers(this: void, unit: Unit, teamId: TeamId): Promise<number>
}

/** Invitations to teams: by a link for whoever holds it, or by GitHub login for one person. */
export class TeamInvitations implements TeamInvitesPort {
  readonly #dependencies: TeamInvitationsDependencies

  constructor(dependencies: TeamInvitationsDependencies) {
    this.#dependencies = dependencies
  }

  async invite(
    actor: UserActor,
    teamId: TeamId,
    { role, login, email, maxUses, expiresDays }: TeamInviteInput,
  ): Promise<NewTeamInvite> {
    const { changes, invites, mail, publicOrigin } = this.#dependencies
    if (email !== null && !mail.isConfigured) throw errors.mailNotConfigured()
    const code = randomBytes(24).toString('base64url')
    const id = TeamInviteId.parse(randomUUID())
    const path = login === null ? `/join?${new URLSearchParams({ code })}` : '/dashboard'
    await changes.change(actor, teamId, 'invite', 'invite', async (unit, { name: teamName }) => {
      if (login !== null) {
        const already = await invites.memberCalled(unit, teamId, login)
        if (already !== undefined) throw errors.alreadyMember(already)
        // The same invitation again: the newer one counts.
        await invites.removeByLogin(unit, teamId, login)
      }
      await invites.removeSpent(unit, teamId)
      if ((await invites.count(unit, teamId)) >= openInviteLimit) throw errors.tooManyTeamInvites(openInviteLimit)
      await invites.add(unit, {
        id,
        teamId,
        role,
        hash: login === null ? teamInviteHash(code) : null,
        login,
        email,
        invitedById: actor.userId,
        maxUses: login === null && email === null ? maxUses : 1,
        expiresAt: new Date(Date.now() + expiresDays * dayMs),
      })
      if (email !== null)
        await mail.enqueue(unit, invitationMail({ to: email, by: actor, teamName, login, path, expiresDays }))
      const about = login ?? email
      return { changed: [], ...(about === null ? {} : { about }) }
    })
    const invite = (await this.open(teamId)).find((each) => each.id === id)
    if (invite === undefined) throw errors.invitationSpent()
    return { ...invite, url: `${publicOrigin}${path}` }
  }

  revokeInvite(actor: UserActor, teamId: TeamId, inviteId: TeamInviteId): Promise<void> {
    const { changes, invites } = this.#dependencies
    return changes.change(actor, teamId, 'invite', 'invite-revoke', async (unit) => {
      const revoked = await invites.remove(unit, teamId, inviteId)
      if (revoked === undefined) throw errors.inviteNotFound()
      return { changed: [], ...(revoked.login === null ? {} : { about: revoked.login }) }
    })
  }

  async invitation(code: string): Promise<Invitation> {
    const row = await this.#dependencies.invites.ofLink(teamInviteHash(code))
    if (row === undefined) throw errors.invitationSpent()
    return presentInvitation(row)
  }

  accept(actor: UserActor, code: string): Promise<Team> {
    return this.#join(actor, (unit) => this.#dependencies.invites.ofLink(teamInviteHash(code), unit))
  }

  async invitations(actor: UserActor): Promise<readonly (Invitation & { readonly id: TeamInviteId })[]> {
    const rows = await this.#dependencies.invites.ofPerson(actor.userId)
    return rows.map((row) => ({ id: row.id, ...presentInvitation(row) }))
  }

  async answer(actor: UserActor, inviteId: TeamInviteId, accepted: boolean): Promise<Team | null> {
    const { changes, invites, unitOfWork } = this.#dependencies
    const find = async (unit: Unit) =>
      (await invites.ofPerson(actor.userId, unit)).find((invitation) => invitation.id === inviteId)
    if (accepted) return this.#join(actor, find)
    await unitOfWork(actor, async (unit) => {
      const invitation = await find(unit)
      if (invitation === undefined) throw errors.invitationSpent()
      const { teamId, teamName: name } = invitation
      // Somebody may have answered it meanwhile, in another window.
      if ((await invites.remove(unit, teamId, inviteId)) === undefined) throw errors.invitationSpent()
      changes.recordAndEmit(unit, 'decline', { teamId, name }, [])
    })
    return null
  }

  async #join(actor: UserActor, find: (unit: Unit) => Promise<InvitationRow | undefined>): Promise<Team> {
    const { changes, invites, mostMembers, own, teams, unitOfWork } = this.#dependencies
    const teamId = await unitOfWork(actor, async (unit) => {
      const unlocked = await find(unit)
      if (unlocked === undefined) throw errors.invitationSpent()
      await teams.hold(unit, unlocked.teamId)
      // Under the lock it may be used up by now.
      const invite = await find(unit)
      if (invite === undefined) throw errors.invitationSpent()
      const { teamId, teamName: name } = invite
      const most = await mostMembers(unit, teamId)
      if ((await teams.countMembers(unit, teamId)) >= most) throw errors.teamFull(most)
      // Who is in already uses nothing up.
      if (!(await teams.addMember(unit, teamId, actor.userId, invite.role))) return teamId
      // Whoever signs up by it does not wait for that lock.
      if (!(await invites.use(unit, invite.id))) throw errors.invitationSpent()
      await invites.removeOfMember(unit, teamId, actor.userId)
      changes.recordAndEmit(unit, 'join', { teamId, name }, [actor.userId])
      await changes.tellOfMember(unit, teamId, 'member.joined', { id: actor.userId, login: actor.login })
      return teamId
    })
    return own.require(actor, teamId)
  }

  /** Those that may still be accepted. */
  async open(teamId: TeamId): Promise<readonly TeamInvite[]> {
    const rows = await this.#dependencies.invites.open(teamId)
    return rows.map(({ createdAt, expiresAt, ...row }) => ({
      ...row,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    }))
  }
}

function presentInvitation({ teamId, teamName, role, invitedBy, expiresAt }: InvitationRow): Invitation {
  return { teamId, teamName, role, invitedBy, expiresAt: expiresAt.toISOString() }
}
