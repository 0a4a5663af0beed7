import type { TeamRole } from '@arcx/router'
import type { TeamStore } from './team-store.ts'

const freshMs = 2000
const rememberedLimit = 5000

export type Teams = ReadonlyMap<string, TeamRole>

/** What people are in which teams, as every decision about rights needs it. */
export class Memberships {
  readonly #store: TeamStore
  readonly #remembered = new Map<string, { readonly at: number; readonly teams: Promise<Teams> }>()

  constructor(store: TeamStore) {
    this.#store = store
  }

  /** Somebody's teams by id, with their role in each; at most two seconds old. */
  of(userId: string): Promise<Teams> {
    const known = this.#remembered.get(userId)
    if (known !== undefined && Date.now() - known.at < freshMs) return known.teams
    const teams = this.#store.rolesOf(userId)
    if (this.#remembered.size >= rememberedLimit) this.#remembered.clear()
    // Kept before it is there: one that is forgotten while it is being read does not come back.
    this.#remembered.set(userId, { at: Date.now(), teams })
    teams.catch(() => this.forget(userId))
    return teams
  }

  forget(userId: string): void {
    this.#remembered.delete(userId)
  }
}
