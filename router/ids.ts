import { z } from 'zod'

/** Branded ids: a workspace's id cannot be handed where a user's is meant. All are UUIDs. */
export const UserId = z.uuid().brand<'UserId'>()
export type UserId = z.infer<typeof UserId>

export const WorkspaceId = z.uuid().brand<'WorkspaceId'>()
export type WorkspaceId = z.infer<typeof WorkspaceId>

export const TeamId = z.uuid().brand<'TeamId'>()
export type TeamId = z.infer<typeof TeamId>

export const TeamInviteId = z.uuid().brand<'TeamInviteId'>()
export type TeamInviteId = z.infer<typeof TeamInviteId>

export const SecretId = z.uuid().brand<'SecretId'>()
export type SecretId = z.infer<typeof SecretId>

export const TokenId = z.uuid().brand<'TokenId'>()
export type TokenId = z.infer<typeof TokenId>

export const SessionId = z.uuid().brand<'SessionId'>()
export type SessionId = z.infer<typeof SessionId>

export const WorkflowId = z.uuid().brand<'WorkflowId'>()
export type WorkflowId = z.infer<typeof WorkflowId>

export const WorkflowRunId = z.uuid().brand<'WorkflowRunId'>()
export type WorkflowRunId = z.infer<typeof WorkflowRunId>

export const WorkflowStepId = z.uuid().brand<'WorkflowStepId'>()
export type WorkflowStepId = z.infer<typeof WorkflowStepId>
