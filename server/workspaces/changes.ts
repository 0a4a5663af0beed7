import { TeamId, UserId, errors } from '@arcx/router'
import type { Actor, UserActor, WorkspaceId, WorkspaceState, WorkspaceStep } from '@arcx/router'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { eventOf, publishChange } from './published.ts'
import type { PublishEvent } from '../event-webhooks/publish.ts'
import type { DiskUse } from './disk-use.ts'
import type { WorkspacePresenter } from './presenter.ts'
import { restingStates } from './store.ts'
import type { WorkspaceRow, WorkspaceStore } from './store.ts'
import { tierLimits } from './tier-limits.ts'
import { statesBefore } from './transitions.ts'

export interface Change {
  readonly to: WorkspaceState
  readonly actor: Actor
  /** `workspace.` + this is the audit entry's action. */
  readonly action: string
  /** Narrows the table of transitions to these states. */
  readonly from?: readonly WorkspaceState[]
  /** Only if this is still the current container. */
  readonly incarnation?: number
  readonly reason?: string | null
  readonly step?: WorkspaceStep | null
  readonly losses?: number
  readonly name?: string
}

export interface WorkspaceChangesDependencies {
  readonly store: WorkspaceStore
  readonly presenter: WorkspacePresenter
  readonly unitOfWork: UnitOfWork
  /** For what nobody waits for, and takes many rows along. */
  readonly background: UnitOfWork
  /** Tells webhook endpoints. */
  readonly publish: PublishEvent
}

/** Every change of a workspace row, with its audit entry and its event in the same transaction. */
export class WorkspaceChanges {
  readonly #dependencies: WorkspaceChangesDependencies

  constructor(dependencies: WorkspaceChangesDependencies) {
    this.#dependencies = dependencies
  }

  /**
   * Inserts a workspace. It counts for its owner, or for its team's; their row is locked first, so two requests at once
   * cannot both take the last place. Resolves to `null` when the name is taken. @throws `workspace_limit_reached`, `team_not_found`.
   */
  create(actor: UserActor, name: string, teamId: TeamId | null): Promise<WorkspaceRow | null> {
    const { store, unitOfWork } = this.#dependencies
    return unitOfWork(actor, async (unit) => {
      const quotaOwnerId = teamId === null ? actor.userId : await store.ownerOf(unit, teamId)
      if (quotaOwnerId === null) throw errors.teamNotFound()
      const quotaOwner = await store.lockQuotaOwner(unit, quotaOwnerId)
      if (teamId === null) {
        if (quotaOwner.status !== 'active') throw errors.signedOut()
      } else if (!(await store.holdTeam(unit, teamId))) throw errors.teamNotFound()
      const limit = tierLimits[quotaOwner.tier]
      if ((await store.countTowardsQuotaOf(unit, quotaOwnerId)) >= limit)
        throw quotaOwnerId === actor.userId
          ? errors.workspaceLimitReached(limit, quotaOwner.tier)
          : errors.teamLimitReached(limit, quotaOwner.login, quotaOwner.tier)
      const row = await store.insert(unit, actor, name, teamId, 'Waiting for its turn')
      if (row !== null) await publishChange(this.#dependencies.publish, unit, row, 'workspace.created')
      return this.#recordChange(unit, row, 'create')
    })
  }

  /** Moves a workspace to another state; `null` when it is in none from which it may, or is gone. @throws {NameTaken} */
  move(id: WorkspaceId, change: Change): Promise<WorkspaceRow | null> {
    const { store, unitOfWork } = this.#dependencies
    const { to, actor, action, incarnation, reason = null, step = null, losses, name } = change
    const from = statesBefore(to).filter((state) => change.from?.includes(state) ?? true)
    const now = new Date()
    const update = {
      state: to,
      step,
      reason,
      losses,
      name,
      isNextIncarnation: to === 'starting',
      ...(to === 'running' ? { startedAt: now, lastActivityAt: now } : {}),
    }
    return unitOfWork(actor, async (unit) => {
      const row = await store.change(unit, { id, from, incarnation }, update)
      const event = eventOf(to)
      if (row !== null && event !== null) await publishChange(this.#dependencies.publish, unit, row, event)
      return this.#recordChange(unit, row, action)
    })
  }

  /** Gives a workspace that has no container another name. Resolves to `null` when it has one by now. @throws {NameTaken} */
  renameResting(id: WorkspaceId, name: string, actor: Actor): Promise<WorkspaceRow | null> {
    const { store, unitOfWork } = this.#dependencies
    return unitOfWork(actor, async (unit) =>
      this.#recordChange(unit, await store.change(unit, { id, from: restingStates }, { name }), 'rename'),
    )
  }

  /** Publishes the current step of a start. Does nothing once another container is current. */
  step(id: WorkspaceId, incarnation: number, step: string, actor: Actor): Promise<void> {
    const { store, unitOfWork } = this.#dependencies
    return unitOfWork(actor, async (unit) =>
      this.#emitChanged(unit, await store.change(unit, { id, from: ['starting'], incarnation }, { step })),
    )
  }

  /** Notes what its files take, and tells of it. */
  measured(id: WorkspaceId, use: DiskUse, actor: Actor): Promise<void> {
    const { store, background } = this.#dependencies
    return background(actor, async (unit) => this.#emitChanged(unit, await store.noteDiskUse(unit, id, use)))
  }

  /** The last step of a removal: its container and home are gone. */
  async delete(id: WorkspaceId, actor: Actor): Promise<void> {
    const { store, background } = this.#dependencies
    await background(actor, async (unit) => {
      const row = await store.delete(unit, id)
      if (row === null) return
      await publishChange(this.#dependencies.publish, unit, row, 'workspace.deleted')
      unit.record({ action: 'workspace.removed', target: targetOf(row) })
      unit.emit({
        type: 'workspaces.removed',
        workspaceId: id,
        ownerId: row.ownerId === null ? null : UserId.parse(row.ownerId),
        teamId: row.teamId === null ? null : TeamId.parse(row.teamId),
        name: row.name,
      })
    })
  }

  #recordChange(unit: Unit, row: WorkspaceRow | null, action: string): WorkspaceRow | null {
    if (row !== null) unit.record({ action: `workspace.${action}`, target: targetOf(row) })
    this.#emitChanged(unit, row)
    return row
  }

  #emitChanged(unit: Unit, row: WorkspaceRow | null): void {
    if (row !== null) unit.emit({ type: 'workspaces.changed', workspace: this.#dependencies.presenter.present(row) })
  }
}

const targetOf = ({ id, name }: Pick<WorkspaceRow, 'id' | 'name'>) => ({ kind: 'workspace', id, name })
