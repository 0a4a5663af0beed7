import { errors, freeNameNear, nameProblem } from '@arcx/router'
import { TeamNameTaken } from './team-store.ts'
import type { TeamStore } from './team-store.ts'

/** What teams may be called: each name is one team's, and a refusal names one that is free. */
export class TeamNames {
  readonly #store: TeamStore

  constructor(store: TeamStore) {
    this.#store = store
  }

  /** @throws `team_name_invalid`. */
  async requireGood(name: string): Promise<void> {
    const problem = nameProblem(name)
    if (problem !== null) throw errors.teamNameInvalid(problem, await this.#freeNear(name))
  }

  /** Does what gives a team its name. @throws `team_name_taken`. */
  async give(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof TeamNameTaken)) throw error
      throw errors.teamNameTaken(name, await this.#freeNear(name))
    }
  }

  #freeNear(wanted: string): Promise<string> {
    return freeNameNear(wanted, (names) => this.#store.takenAmong(names))
  }
}
