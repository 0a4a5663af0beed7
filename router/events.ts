import { z } from 'zod'
import { SessionId, TokenId, UserId, WorkspaceId } from './ids.ts'
import { Workspace } from './workspaces/workspace.ts'

/** What happened, as it travels on the bus. The subject is `arcx.` + type. */
export const DomainEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('workspaces.changed'), workspace: Workspace }),
  z.object({ type: z.literal('workspaces.removed'), workspaceId: WorkspaceId, ownerId: UserId, name: z.string() }),
  z.object({ type: z.literal('identity.token-ended'), tokenId: TokenId, userId: UserId }),
  z.object({ type: z.literal('identity.session-ended'), sessionId: SessionId, userId: UserId }),
])
export type DomainEvent = z.infer<typeof DomainEvent>

export const subjectOf = (event: DomainEvent): string => `arcx.${event.type}`
