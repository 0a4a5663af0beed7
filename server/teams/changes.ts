import { errors } from '@arcx/router'
import type { TeamId, TeamRole, UserActor, UserId } from '@arcx/router'
import { requireRole } from '../authorization/checks.ts'
import type { TeamOperation } from '../authorization/checks.ts'
import type { PublishEvent } from '../event-webhooks/publish.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { Memberships } from './memberships.ts'
import type { TeamStore } from './team-store.ts'

interface ActorInTeam {
  readonly teamId: TeamId
  readonly name: string
  readonly role: TeamRole
}

export interface Changed {
  /** Members whose role or membership changed. */
  readonly changed: readonly UserId[]
  /** Whom it was about, for the record. */
  readonly about?: string
}

/**
 * Changes of teams. Each locks the team's row and reads the actor's role under that lock, so that of two changes at once
 * the second is decided by what the first left; record and event are written with it.
 */
export class TeamChanges {
  readonly #store: TeamStore
  readonly #memberships: Memberships
  readonly #unitOfWork: UnitOfWork
  readonly #publish: PublishEvent

  constructor(store: TeamStore, memberships: Memberships, unitOfWork: UnitOfWork, publish: PublishEvent) {
    this.#store = store
    this.#memberships = memberships
    this.#unitOfWork = unitOfWork
    this.#publish = publish
  }

  /** A change of a team by one of its members: right, change, record and event in one transaction. */
  async change(
    actor: UserActor,
    teamId: TeamId,
    operation: TeamOperation,
    action: string,
    work: (unit: Unit, actorInTeam: ActorInTeam) => Promise<Changed>,
  ): Promise<void> {
    await this.#unitOfWork(actor, async (unit) => {
      const actorInTeam = await this.authorize(unit, actor, teamId, operation)
      const { changed, about } = await work(unit, actorInTeam)
      this.recordAndEmit(unit, action, actorInTeam, changed, about)
    })
  }

  /** Locks the team and checks the actor's role in it. @throws `team_not_found`, `forbidden`, `owner_stays`. */
  async authorize(unit: Unit, actor: UserActor, teamId: TeamId, operation: TeamOperation): Promise<ActorInTeam> {
    const team = await this.#store.hold(unit, teamId)
    if (team === undefined || team.deletingAt !== null) throw errors.teamNotFound()
    const role = (await this.#store.member(unit, teamId, actor.userId))?.role
    requireRole(role, operation)
    return { teamId, name: team.name, role }
  }

  /** Tells webhook endpoints that somebody has come or gone. */
  tellOfMember(
    unit: Unit,
    teamId: TeamId,
    event: 'member.joined' | 'member.left',
    member: { readonly id: UserId; readonly login: string },
  ): Promise<void> {
    return this.#publish(unit, { teamId }, event, { member })
  }

  /** Writes the audit entry and the event of a change; after the commit, cached memberships of `changed` are dropped. */
  recordAndEmit(
    unit: Unit,
    action: string,
    { teamId, name }: { readonly teamId: TeamId; readonly name: string },
    changed: readonly UserId[],
    about?: string,
  ): void {
    unit.emit({ type: 'teams.changed', teamId, userIds: [...changed] })
    const target = { kind: 'team', id: teamId, name: about === undefined ? name : `${name}: ${about}` }
    unit.record({ action: `team.${action}`, target })
    unit.afterCommit(() => {
      for (const userId of changed) this.#memberships.forget(userId)
    })
  }
}
