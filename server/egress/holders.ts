import { errors } from '@arcx/router'
import type { Holder, TeamRole, UserActor, WorkspaceId } from '@arcx/router'
import { onWorkspace, requireMay } from '../authorization/checks.ts'
import type { Target, WorkspaceTarget } from '../authorization/checks.ts'
import type { Operation } from '../authorization/rights.ts'

/** Where a row belongs: one of the three is not null. */
export interface HolderColumns {
  readonly ownerId: string | null
  readonly teamId: string | null
  readonly workspaceId: string | null
}

export interface HoldersDependencies {
  teamsOf(userId: string): Promise<ReadonlyMap<string, TeamRole>>
  workspaceOf(id: WorkspaceId): Promise<WorkspaceTarget | undefined>
}

/** Whose secrets and rules are whose to see and to change. */
export class Holders {
  readonly #dependencies: HoldersDependencies

  constructor(dependencies: HoldersDependencies) {
    this.#dependencies = dependencies
  }

  /** Where its rows belong. @throws `scope_missing`, `team_not_found`, `workspace_not_found`, `forbidden`. */
  async require(actor: UserActor, operation: Operation, holder: Holder): Promise<HolderColumns> {
    requireMay(
      { ...actor, teams: await this.#dependencies.teamsOf(actor.userId) },
      operation,
      await this.#targetOf(holder),
    )
    return {
      ownerId: holder.kind === 'self' ? actor.userId : null,
      teamId: holder.kind === 'team' ? holder.teamId : null,
      workspaceId: holder.kind === 'workspace' ? holder.workspaceId : null,
    }
  }

  async #targetOf(holder: Holder): Promise<Target> {
    if (holder.kind !== 'workspace') return holder
    const workspace = await this.#dependencies.workspaceOf(holder.workspaceId)
    if (workspace === undefined) throw errors.workspaceNotFound()
    return onWorkspace(workspace)
  }
}
