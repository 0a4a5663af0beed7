import { randomUUID } from 'node:crypto'
import { TeamId, errors } from '@arcx/router'
import type {
  InvitedRole,
  Resume,
  Team,
  TeamChange,
  TeamDetails,
  TeamInvite,
  TeamsPort,
  Tracked,
  UserActor,
  UserId,
} from '@arcx/router'
import { requireRole, rightsOver } from '../authorization/checks.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { TeamChanges } from './changes.ts'
import type { Memberships } from './memberships.ts'
import { TeamNames } from './names.ts'
import type { OwnTeams } from './own-teams.ts'
import type { TeamSubscriptions } from './subscriptions.ts'
import type { CloseTeam } from './removal.ts'
import type { TeamStore } from './team-store.ts'

const ownedLimit = 20

export interface TeamsDependencies {
  readonly store: TeamStore
  readonly unitOfWork: UnitOfWork
  readonly memberships: Memberships
  readonly changes: TeamChanges
  readonly subscriptions: TeamSubscriptions
  readonly own: OwnTeams
  /** Invitations to a team that may still be accepted. */
  openInvites(teamId: TeamId): Promise<readonly TeamInvite[]>
  readonly closeTeam: CloseTeam
}

/** Teams and their members. */
export class Teams implements TeamsPort {
  readonly #dependencies: TeamsDependencies
  readonly #names: TeamNames

  constructor(dependencies: TeamsDependencies) {
    this.#dependencies = dependencies
    this.#names = new TeamNames(dependencies.store)
  }

  list(actor: UserActor): Promise<readonly Team[]> {
    return this.#dependencies.own.of(actor)
  }

  async get(actor: UserActor, wanted: { readonly teamId: TeamId } | { readonly name: string }): Promise<TeamDetails> {
    const { openInvites, store } = this.#dependencies
    const team = (await this.list(actor)).find((each) =>
      'name' in wanted ? each.name === wanted.name : each.id === wanted.teamId,
    )
    requireRole(team?.role, 'see')
    if (team === undefined) throw errors.teamNotFound()
    const [members, invites] = await Promise.all([
      store.membersOf(team.id),
      team.may.includes('invite') ? openInvites(team.id) : [],
    ])
    return {
      ...team,
      invites,
      members: members.map((member) => ({
        ...member,
        may: rightsOver(actor, team, member),
        joinedAt: member.joinedAt.toISOString(),
      })),
    }
  }

  /** Who is in it. @throws `team_not_found`. */
  async membersOf(actor: UserActor, teamId: TeamId): Promise<readonly UserId[]> {
    const members = await this.#dependencies.store.memberIdsOf(teamId)
    if (!members.includes(actor.userId)) throw errors.teamNotFound()
    return members
  }

  async create(actor: UserActor, name: string): Promise<Team> {
    const { changes, store, unitOfWork } = this.#dependencies
    await this.#names.requireGood(name)
    const teamId = TeamId.parse(randomUUID())
    await this.#names.give(name, () =>
      unitOfWork(actor, async (unit) => {
        if ((await store.holdOwned(unit, actor.userId)) >= ownedLimit) throw errors.tooManyTeams(ownedLimit)
        await store.add(unit, teamId, name)
        await store.addMember(unit, teamId, actor.userId, 'owner')
        changes.recordAndEmit(unit, 'create', { teamId, name }, [actor.userId])
      }),
    )
    return this.#dependencies.own.require(actor, teamId)
  }

  async rename(actor: UserActor, teamId: TeamId, name: string): Promise<Team> {
    const { changes, memberships, store, unitOfWork } = this.#dependencies
    requireRole((await memberships.of(actor.userId)).get(teamId), 'rename')
    await this.#names.requireGood(name)
    await this.#names.give(name, () =>
      unitOfWork(actor, async (unit) => {
        await changes.authorize(unit, actor, teamId, 'rename')
        await store.rename(unit, teamId, name)
        changes.recordAndEmit(unit, 'rename', { teamId, name }, [])
      }),
    )
    return this.#dependencies.own.require(actor, teamId)
  }

  async remove(actor: UserActor, teamId: TeamId): Promise<void> {
    const { changes, closeTeam } = this.#dependencies
    await changes.change(actor, teamId, 'remove', 'remove', async (unit) => ({
      changed: await closeTeam(unit, teamId),
    }))
  }

  leave(actor: UserActor, teamId: TeamId): Promise<void> {
    const { changes, store } = this.#dependencies
    return changes.change(actor, teamId, 'leave', 'leave', async (unit) => {
      await store.removeMember(unit, teamId, actor.userId)
      await changes.tellOfMember(unit, teamId, 'member.left', { id: actor.userId, login: actor.login })
      return { changed: [actor.userId] }
    })
  }

  setRole(actor: UserActor, teamId: TeamId, userId: UserId, role: InvitedRole): Promise<void> {
    const { changes, store } = this.#dependencies
    return changes.change(actor, teamId, 'manage', `role-${role}`, async (unit) => {
      const about = await this.#otherThanOwner(unit, teamId, userId)
      await store.setRole(unit, teamId, userId, role)
      return { changed: [userId], about }
    })
  }

  removeMember(actor: UserActor, teamId: TeamId, userId: UserId): Promise<void> {
    const { changes, store } = this.#dependencies
    return changes.change(actor, teamId, 'manage', 'member-remove', async (unit) => {
      const about = await this.#otherThanOwner(unit, teamId, userId)
      await store.removeMember(unit, teamId, userId)
      await changes.tellOfMember(unit, teamId, 'member.left', { id: userId, login: about })
      return { changed: [userId], about }
    })
  }

  transfer(actor: UserActor, teamId: TeamId, userId: UserId): Promise<void> {
    const { changes, store } = this.#dependencies
    return changes.change(actor, teamId, 'transfer', 'transfer', async (unit) => {
      const about = await this.#otherThanOwner(unit, teamId, userId)
      // A team has one owner at most: an index says so.
      await store.setRole(unit, teamId, actor.userId, 'admin')
      await store.setRole(unit, teamId, userId, 'owner')
      return { changed: [userId, actor.userId], about }
    })
  }

  onChange(actor: UserActor, resume: Resume): AsyncIterable<Tracked<TeamChange>> {
    return this.#dependencies.subscriptions.open(actor, resume)
  }

  /** The login of a member that may be changed. @throws `member_not_found`, `owner_stays`. */
  async #otherThanOwner(unit: Unit, teamId: TeamId, userId: UserId): Promise<string> {
    const member = await this.#dependencies.store.member(unit, teamId, userId)
    if (member === undefined) throw errors.memberNotFound()
    if (member.role === 'owner') throw errors.ownerStays()
    return member.login
  }
}
