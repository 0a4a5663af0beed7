import type { Database, Transaction } from '@arcx/database'
import { errors } from '@arcx/router'
import type { Actor, TeamId, TeamRole, UserActor, UserId } from '@arcx/router'
import { recordAudit } from '../audit/audit.ts'
import { enqueue } from '../events/outbox.ts'
import type { Memberships } from './memberships.ts'
import { requireRole } from '../authorization/checks.ts'
import type { TeamOperation } from '../authorization/checks.ts'

interface Place {
  readonly teamId: TeamId
  readonly name: string
  readonly role: TeamRole
}

export interface Changed {
  /** Those whose place in the team is another now. */
  readonly changed: readonly UserId[]
  /** Whom it was about, for the record. */
  readonly about?: string
}

/**
 * Changes of teams. Each locks the team's row and reads the actor's role under that lock, so that of two changes at once
 * the second is decided by what the first left; record and event are written with it.
 */
export class TeamChanges {
  readonly #database: Database
  readonly #memberships: Memberships
  readonly #onEvents: () => void

  constructor(database: Database, memberships: Memberships, onEvents: () => void) {
    this.#database = database
    this.#memberships = memberships
    this.#onEvents = onEvents
  }

  /** A change of a team by one of its members: right, change, record and event in one transaction. */
  async change(
    actor: UserActor,
    teamId: TeamId,
    operation: TeamOperation,
    action: string,
    work: (transaction: Transaction, place: Place) => Promise<Changed>,
  ): Promise<void> {
    const changed = await this.#database.transaction().execute(async (transaction) => {
      const place = await this.place(transaction, actor, teamId, operation)
      const done = await work(transaction, place)
      await this.tell(transaction, actor, action, place, done.changed, done.about)
      return done.changed
    })
    this.done(changed)
  }

  /** Locks the team; what the actor is in it. @throws `team_not_found`, `forbidden`, `owner_stays`. */
  async place(transaction: Transaction, actor: UserActor, teamId: TeamId, operation: TeamOperation): Promise<Place> {
    const team = await transaction
      .selectFrom('Team')
      .select('name')
      .where('id', '=', teamId)
      .where('deletingAt', 'is', null)
      .forUpdate()
      .executeTakeFirst()
    if (team === undefined) throw errors.teamNotFound()
    const own = await transaction
      .selectFrom('Membership')
      .select('role')
      .where('teamId', '=', teamId)
      .where('userId', '=', actor.userId)
      .executeTakeFirst()
    const role = own?.role
    requireRole(role, operation)
    return { teamId, name: team.name, role }
  }

  /** A transaction with changes in it is done: what is remembered is old, and its events may go out. */
  done(changed: readonly UserId[]): void {
    for (const userId of changed) this.#memberships.forget(userId)
    this.#onEvents()
  }

  async tell(
    transaction: Transaction,
    actor: Actor,
    action: string,
    team: { readonly teamId: TeamId; readonly name: string },
    changed: readonly UserId[],
    about?: string,
  ): Promise<void> {
    await enqueue(transaction, { type: 'teams.changed', teamId: team.teamId, userIds: [...changed] })
    const name = about === undefined ? team.name : `${team.name}: ${about}`
    await recordAudit(transaction, {
      actor,
      action: `team.${action}`,
      target: { kind: 'team', id: team.teamId, name },
      outcome: 'ok',
    })
  }
}
