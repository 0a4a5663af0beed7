import { errors } from '@arcx/router'
import type { TeamRole, UserActor, WorkspaceId } from '@arcx/router'
import { onWorkspace, requireMay } from '../authorization/checks.ts'
import type { ActorWithTeams } from '../authorization/checks.ts'
import type { WorkspaceRow, WorkspaceStore } from './store.ts'

export type RequiredOperation = 'see' | 'exec' | 'rename' | 'start' | 'stop' | 'restart' | 'remove'

/** Rows of workspaces, for whoever may do something with them. */
export class WorkspaceAccess {
  readonly #store: Pick<WorkspaceStore, 'byId' | 'byName'>
  readonly #memberships: { of(userId: string): Promise<ReadonlyMap<string, TeamRole>> }

  constructor(
    store: Pick<WorkspaceStore, 'byId' | 'byName'>,
    memberships: { of(userId: string): Promise<ReadonlyMap<string, TeamRole>> },
  ) {
    this.#store = store
    this.#memberships = memberships
  }

  async withTeams(actor: UserActor): Promise<ActorWithTeams> {
    return { ...actor, teams: await this.#memberships.of(actor.userId) }
  }

  /** Without a check of rights. @throws `workspace_not_found`. */
  async known(workspaceId: WorkspaceId): Promise<WorkspaceRow> {
    const row = await this.#store.byId(workspaceId)
    if (row === undefined) throw errors.workspaceNotFound()
    return row
  }

  /** @throws `workspace_not_found`, also where the actor may not see it; `scope_missing`, `forbidden`. */
  async require(actor: UserActor, workspaceId: WorkspaceId, operation: RequiredOperation): Promise<WorkspaceRow> {
    const [row, actorWithTeams] = await Promise.all([this.known(workspaceId), this.withTeams(actor)])
    requireMay(actorWithTeams, `workspace.${operation}`, onWorkspace(row))
    return row
  }

  /** The same by its name. */
  async requireByName(actor: UserActor, name: string, operation: RequiredOperation): Promise<WorkspaceRow> {
    const [row, actorWithTeams] = await Promise.all([this.#store.byName(name), this.withTeams(actor)])
    if (row === undefined) throw errors.workspaceNotFound()
    requireMay(actorWithTeams, `workspace.${operation}`, onWorkspace(row))
    return row
  }
}
