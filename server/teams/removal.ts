import type { Actor, ServiceActor, TeamId } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { TeamStore } from './team-store.ts'

const sweepMs = 5000
const service: ServiceActor = { kind: 'service', service: 'teams' }

export interface TeamRemovalNeeds {
  readonly store: TeamStore
  readonly unitOfWork: UnitOfWork
  readonly log: Log
  /** Begins the removal of all that a team has; returns how many are not gone yet. */
  removeWorkspaces(actor: Actor, teamId: TeamId): Promise<number>
}

/** Drives teams that are being deleted to their end, whatever a crash cut off. */
export class TeamRemoval {
  readonly #needs: TeamRemovalNeeds
  readonly #timer: NodeJS.Timeout
  #sweeping: Promise<void> = Promise.resolve()

  constructor(needs: TeamRemovalNeeds) {
    this.#needs = needs
    this.#timer = setInterval(() => this.poke(), sweepMs)
  }

  poke(): void {
    this.#sweeping = this.#sweeping
      .then(() => this.#finish())
      .catch((error: unknown) => this.#needs.log.warn({ err: error }, 'a team that is deleted stays for now'))
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sweeping
  }

  async #finish(): Promise<void> {
    const { removeWorkspaces, store, unitOfWork } = this.#needs
    for (const { id, name } of await store.closed()) {
      if ((await removeWorkspaces(service, id)) > 0) continue
      await unitOfWork(service, async (unit) => {
        if (await store.remove(unit, id)) unit.record({ action: 'team.removed', target: { kind: 'team', id, name } })
      })
    }
  }
}
