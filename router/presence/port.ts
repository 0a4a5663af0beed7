import type { UserActor } from '../actor.ts'
import type { TeamId, WorkspaceId } from '../ids.ts'
import type { Resume } from '../workspaces/port.ts'
import type { Tracked } from '../workspaces/workspace.ts'
import type { PresencePlace, PresenceChange } from './presence.ts'

/** A WebSocket by which a client calls; what it said of itself ends with it. */
export interface ClientConnection {
  readonly id: string
  readonly closed: AbortSignal
}

export interface PresencePort {
  /**
   * Says where a client is. By a WebSocket it holds until that closes; by a request for eight seconds, so it is to be said
   * again. `tab` tells several clients by requests apart. @throws `workspace_not_found`.
   */
  set(
    actor: UserActor,
    connection: ClientConnection | null,
    tab: string,
    place: PresencePlace | null,
    agent: string | null,
  ): Promise<void>
  /** Who of a team is here, and where in its workspaces; the whole first. @throws `team_not_found`, also later on. */
  onTeam(actor: UserActor, teamId: TeamId, resume: Resume): AsyncIterable<Tracked<PresenceChange>>
  /** Who is in a workspace; the whole first. @throws `workspace_not_found`, also later on. */
  onWorkspace(actor: UserActor, workspaceId: WorkspaceId, resume: Resume): AsyncIterable<Tracked<PresenceChange>>
}
