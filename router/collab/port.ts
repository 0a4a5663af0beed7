import type { UserActor } from '../actor.ts'
import type { UserId, WorkspaceId } from '../ids.ts'

/** What somebody may do with the texts of a workspace. */
export type CollabRight = 'read' | 'write'

export interface CollabEntry {
  /** Where team-state takes WebSockets: `URL/PATH?ticket=…`, as y-websocket asks. */
  readonly url: string
  /** For one minute; a connection that stands goes on. */
  readonly ticket: string
  readonly may: CollabRight
  readonly expiresAt: string
}

export interface CollabPort {
  /** @throws `workspace_not_found`. */
  ticket(actor: UserActor, workspaceId: WorkspaceId): Promise<CollabEntry>
  /** What each may now; null for nothing. For team-state, which holds open connections against it. */
  rights(pairs: readonly { readonly userId: UserId; readonly workspaceId: WorkspaceId }[]): Promise<readonly (CollabRight | null)[]>
}
