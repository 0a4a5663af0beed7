import type { Actor, ServiceActor, TeamId } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { TeamStore } from './team-store.ts'

const sweepMs = 5000
const service: ServiceActor = { kind: 'service', service: 'teams' }

export interface TeamRemovalDependencies {
  readonly store: TeamStore
  readonly unitOfWork: UnitOfWork
  readonly log: Log
}

/** Begins the removal of all that a team has; returns how many are not gone yet. */
export type RemoveWorkspaces = (actor: Actor, teamId: TeamId) => Promise<number>

/** Drives teams that are being deleted to their end, whatever a crash cut off. */
export class TeamRemoval {
  readonly #dependencies: TeamRemovalDependencies
  #removeWorkspaces: RemoveWorkspaces | null = null
  #timer: NodeJS.Timeout | undefined
  #sweeping: Promise<void> = Promise.resolve()

  constructor(dependencies: TeamRemovalDependencies) {
    this.#dependencies = dependencies
  }

  /** From now on; what was begun before is found then. */
  start(removeWorkspaces: RemoveWorkspaces): void {
    this.#removeWorkspaces = removeWorkspaces
    this.#timer = setInterval(() => this.poke(), sweepMs)
  }

  poke(): void {
    this.#sweeping = this.#sweeping
      .then(() => this.#finish())
      .catch((error: unknown) => this.#dependencies.log.warn({ err: error }, 'a team that is deleted stays for now'))
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sweeping
  }

  async #finish(): Promise<void> {
    const { store, unitOfWork } = this.#dependencies
    const removeWorkspaces = this.#removeWorkspaces
    if (removeWorkspaces === null) return
    for (const { id, name } of await store.closed()) {
      if ((await removeWorkspaces(service, id)) > 0) continue
      await unitOfWork(service, async (unit) => {
        if (await store.remove(unit, id)) unit.record({ action: 'team.removed', target: { kind: 'team', id, name } })
      })
    }
  }
}
