import { z } from 'zod'
import { SessionId, TeamId, TokenId, UserId, WorkflowId, WorkflowRunId, WorkspaceId } from './ids.ts'
import { WorkspaceFacts } from './workspaces/workspace.ts'

/** What happened, as it travels on the bus. The subject is `arcx.` + type. */
export const DomainEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('workspaces.changed'), workspace: WorkspaceFacts }),
  z.object({
    type: z.literal('workspaces.removed'),
    workspaceId: WorkspaceId,
    ownerId: UserId.nullable(),
    teamId: TeamId.nullable().default(null),
    name: z.string(),
  }),
  /** A team is another than before; `userIds` are those whose place in it has changed. */
  z.object({ type: z.literal('teams.changed'), teamId: TeamId, userIds: z.array(UserId) }),
  /** A run of a workflow is another than before. */
  z.object({
    type: z.literal('workflows.run-changed'),
    runId: WorkflowRunId,
    workflowId: WorkflowId,
    ownerId: UserId.nullable(),
    teamId: TeamId.nullable(),
  }),
  /** What is open with it closes: it was revoked, or whose it is may not use it now. */
  z.object({ type: z.literal('identity.token-ended'), tokenId: TokenId, userId: UserId }),
  z.object({ type: z.literal('identity.session-ended'), sessionId: SessionId, userId: UserId }),
  /** Somebody's role, plan or status is another than before. */
  z.object({ type: z.literal('identity.account-changed'), userId: UserId }),
])
export type DomainEvent = z.infer<typeof DomainEvent>

export const subjectOf = (event: DomainEvent): string => `arcx.${event.type}`
