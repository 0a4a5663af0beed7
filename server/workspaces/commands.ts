import { errors } from '@arcx/router'
import type { Actor, WorkspaceFacts, WorkspaceId } from '@arcx/router'
import type { DiskLevel } from '@arcx/service-kit/disk'
import type { Change, WorkspaceChanges } from './changes.ts'
import type { WorkspacePresenter } from './presenter.ts'
import { restingStates } from './store.ts'
import type { WorkspaceRow } from './store.ts'

export type Command = 'start' | 'stop' | 'restart' | 'remove'

/** How each command changes a row, and the states in which it is done already, so that commands are idempotent. */
const commands: Readonly<
  Record<
    Command,
    { readonly change: Omit<Change, 'actor' | 'action'>; readonly settled: readonly WorkspaceRow['state'][] }
  >
> = {
  start: {
    change: { to: 'starting', from: ['stopped', 'failed'], losses: 0, step: 'Waiting for its turn' },
    settled: ['creating', 'starting', 'running'],
  },
  stop: { change: { to: 'stopping', step: 'Stopping' }, settled: ['stopping', 'stopped'] },
  restart: { change: { to: 'starting', losses: 0, step: 'Restarting' }, settled: ['creating'] },
  remove: { change: { to: 'deleting', step: 'Deleting' }, settled: ['deleting'] },
}

export interface CommandsDependencies {
  readonly changes: WorkspaceChanges
  readonly presenter: WorkspacePresenter
  /** How much room is left on disk. */
  readonly disk: { now(): Promise<{ readonly level: DiskLevel }> }
  /** There is something for the reconciler to do. */
  poke(id: WorkspaceId): void
}

/** Executes commands on a workspace: the row records the desired state, and the reconciler does the rest. */
export class WorkspaceCommands {
  readonly #dependencies: CommandsDependencies

  constructor(dependencies: CommandsDependencies) {
    this.#dependencies = dependencies
  }

  /** `read`: reads the current row. @throws `workspace_busy`, `running_limit_reached`, `disk_low`, `disk_full`. */
  async execute(
    actor: Actor,
    workspaceId: WorkspaceId,
    operation: Command,
    read: () => Promise<WorkspaceRow>,
  ): Promise<WorkspaceFacts> {
    const { changes, presenter } = this.#dependencies
    const { change, settled } = commands[operation]
    const row = await read()
    if (settled.includes(row.state)) return presenter.present(row)
    if (operation === 'start') await this.requireRoom()
    const takesPlace = change.to === 'starting' && restingStates.includes(row.state)
    const moved = await changes.move(workspaceId, { ...change, actor, action: operation, takesPlace })
    if (moved !== null) {
      this.#dependencies.poke(workspaceId)
      return presenter.present(moved)
    }
    const now = await read()
    if (settled.includes(now.state)) return presenter.present(now)
    throw errors.workspaceBusy(now.state, operation)
  }

  /** What is left on disk is kept for what runs. @throws `disk_low`, `disk_full`. */
  async requireRoom(): Promise<void> {
    const { level } = await this.#dependencies.disk.now()
    if (level === 'full') throw errors.diskFull()
    if (level === 'low') throw errors.diskLow()
  }
}
