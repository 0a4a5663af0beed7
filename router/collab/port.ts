import { z } from 'zod'
import type { UserActor } from '../actor.ts'
import { SessionId, TokenId, UserId, WorkspaceId } from '../ids.ts'

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

/** Who is connected, with what they came in by. */
export const CollabPresence = z.object({
  userId: UserId,
  workspaceId: WorkspaceId,
  by: z.discriminatedUnion('via', [
    z.object({ via: z.literal('session'), id: SessionId }),
    z.object({ via: z.literal('token'), id: TokenId }),
  ]),
})
export type CollabPresence = z.infer<typeof CollabPresence>

export interface CollabPort {
  /** @throws `workspace_not_found`. */
  ticket(actor: UserActor, workspaceId: WorkspaceId): Promise<CollabEntry>
  /** What each may now; null for nothing. For team-state, which holds open connections against it. */
  rights(present: readonly CollabPresence[]): Promise<readonly (CollabRight | null)[]>
}
