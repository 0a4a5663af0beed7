import { errors } from '@arcx/router'
import type { Owner, TeamRole, UserActor, WorkspaceId } from '@arcx/router'
import { onWorkspace, requireMay } from '../authorization/checks.ts'
import type { Target, WorkspaceTarget } from '../authorization/checks.ts'
import type { Operation } from '../authorization/rights.ts'

/** Where a row belongs: one of the three is not null. */
export interface OwnerColumns {
  readonly ownerId: string | null
  readonly teamId: string | null
  readonly workspaceId: string | null
}

export interface OwnersDependencies {
  teamsOf(userId: string): Promise<ReadonlyMap<string, TeamRole>>
  workspaceOf(id: WorkspaceId): Promise<WorkspaceTarget | undefined>
}

/** Whose secrets and rules are whose to see and to change. */
export class Owners {
  readonly #dependencies: OwnersDependencies

  constructor(dependencies: OwnersDependencies) {
    this.#dependencies = dependencies
  }

  /** Where its rows belong. @throws `scope_missing`, `team_not_found`, `workspace_not_found`, `forbidden`. */
  async require(actor: UserActor, operation: Operation, owner: Owner): Promise<OwnerColumns> {
    requireMay(
      { ...actor, teams: await this.#dependencies.teamsOf(actor.userId) },
      operation,
      await this.#targetOf(owner),
    )
    return {
      ownerId: owner.kind === 'self' ? actor.userId : null,
      teamId: owner.kind === 'team' ? owner.teamId : null,
      workspaceId: owner.kind === 'workspace' ? owner.workspaceId : null,
    }
  }

  async #targetOf(owner: Owner): Promise<Target> {
    if (owner.kind !== 'workspace') return owner
    const workspace = await this.#dependencies.workspaceOf(owner.workspaceId)
    if (workspace === undefined) throw errors.workspaceNotFound()
    return onWorkspace(workspace)
  }
}
