import type { UserActor } from '../actor.ts'
import type { TeamId, WorkspaceId } from '../ids.ts'
import type { LogLine, StatsSample, Tracked, Workspace, WorkspaceChange, WorkspaceRules } from './workspace.ts'

/** Where a subscription resumes, and what ends it. */
export interface Resume {
  readonly after: string | undefined
  readonly signal: AbortSignal
}

/** The operations on workspaces. Each decides by itself whether the actor may; each throws `ArcError`. */
export interface WorkspacesPort {
  readonly rules: WorkspaceRules
  list(actor: UserActor): Promise<readonly Workspace[]>
  get(actor: UserActor, workspaceId: WorkspaceId): Promise<Workspace>
  getByName(actor: UserActor, name: string): Promise<Workspace>
  /** Of the actor's own, or of a team's. @throws `workspace_limit_reached`, `team_not_found`, `forbidden`. */
  create(actor: UserActor, name: string, teamId: TeamId | null): Promise<Workspace>
  start(actor: UserActor, workspaceId: WorkspaceId): Promise<Workspace>
  stop(actor: UserActor, workspaceId: WorkspaceId): Promise<Workspace>
  restart(actor: UserActor, workspaceId: WorkspaceId): Promise<Workspace>
  /** A running workspace restarts, since its container carries its name. */
  rename(actor: UserActor, workspaceId: WorkspaceId, name: string): Promise<Workspace>
  remove(actor: UserActor, workspaceId: WorkspaceId): Promise<Workspace>
  /** A valid, free name near to what is wanted. */
  freeName(actor: UserActor, wanted: string): Promise<string>
  /** With `follow` false it ends with what there is. */
  logs(actor: UserActor, workspaceId: WorkspaceId, follow: boolean, resume: Resume): AsyncIterable<Tracked<LogLine>>
  stats(actor: UserActor, workspaceId: WorkspaceId, resume: Resume): AsyncIterable<Tracked<StatsSample>>
  /** The whole first, then each change. */
  onChange(actor: UserActor, resume: Resume): AsyncIterable<Tracked<WorkspaceChange>>
}
