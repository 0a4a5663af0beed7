import { TeamId, errors } from '@arcx/router'
import type { Team, UserActor } from '@arcx/router'
import { rightsIn } from '../authorization/checks.ts'
import type { TeamStore } from './team-store.ts'

/** The teams that somebody is in, with what they may do there. */
export class OwnTeams {
  readonly #store: TeamStore

  constructor(store: TeamStore) {
    this.#store = store
  }

  async of(actor: UserActor): Promise<readonly Team[]> {
    const rows = await this.#store.teamsOf(actor.userId)
    return rows.map((row) => ({
      id: TeamId.parse(row.id),
      name: row.name,
      role: row.role,
      may: rightsIn(actor, row.id, row.role),
      memberCount: row.members,
      workspaceCount: row.workspaces,
      createdAt: row.createdAt.toISOString(),
    }))
  }

  /** @throws `team_not_found`, also where the actor is not in it. */
  async require(actor: UserActor, teamId: TeamId): Promise<Team> {
    const team = (await this.of(actor)).find(({ id }) => id === teamId)
    if (team === undefined) throw errors.teamNotFound()
    return team
  }
}
