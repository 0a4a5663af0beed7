import { errors } from '@arcx/router'
import type { Holder, TeamId, TeamRole, UserActor, Workspace, WorkspaceId } from '@arcx/router'

/** Who may change a team's secrets, and where its workspaces go; every member sees them. */
const keepers: ReadonlySet<TeamRole> = new Set<TeamRole>(['owner', 'admin'])

/** Where a row belongs: one of the three is not null. */
export interface HolderColumns {
  readonly ownerId: string | null
  readonly teamId: string | null
  readonly workspaceId: string | null
}

export interface HoldersNeeds {
  teamsOf(userId: string): Promise<ReadonlyMap<string, TeamRole>>
  /** @throws where the actor may not see it. */
  workspaceOf(actor: UserActor, id: WorkspaceId): Promise<Pick<Workspace, 'ownerId' | 'teamId'>>
}

/** Whose secrets and rules are whose to see and to change. */
export class Holders {
  readonly #needs: HoldersNeeds

  constructor(needs: HoldersNeeds) {
    this.#needs = needs
  }

  /** @throws `team_not_found`, `workspace_not_found`. */
  async seen(actor: UserActor, holder: Holder): Promise<HolderColumns> {
    switch (holder.kind) {
      case 'self':
        return { ownerId: actor.userId, teamId: null, workspaceId: null }
      case 'team':
        await this.#roleIn(actor, holder.teamId)
        return { ownerId: null, teamId: holder.teamId, workspaceId: null }
      case 'workspace':
        await this.#needs.workspaceOf(actor, holder.workspaceId)
        return { ownerId: null, teamId: null, workspaceId: holder.workspaceId }
    }
  }

  /** @throws `team_not_found`, `workspace_not_found`, `forbidden`. */
  async changed(actor: UserActor, holder: Holder, what: string): Promise<HolderColumns> {
    const teamId =
      holder.kind === 'team'
        ? holder.teamId
        : holder.kind === 'workspace'
          ? await this.#teamOfWorkspace(actor, holder.workspaceId, what)
          : null
    if (teamId !== null && !keepers.has(await this.#roleIn(actor, teamId))) throw errors.forbidden(what)
    return this.seen(actor, holder)
  }

  async #teamOfWorkspace(actor: UserActor, id: WorkspaceId, what: string): Promise<TeamId | null> {
    const { ownerId, teamId } = await this.#needs.workspaceOf(actor, id)
    if (teamId === null && ownerId !== actor.userId) throw errors.forbidden(what)
    return teamId
  }

  async #roleIn(actor: UserActor, teamId: TeamId): Promise<TeamRole> {
    const role = (await this.#needs.teamsOf(actor.userId)).get(teamId)
    if (role === undefined) throw errors.teamNotFound()
    return role
  }
}
