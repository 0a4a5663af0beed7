import type { TeamId, UserId, WorkflowId, WorkspaceId } from '../ids.ts'

export interface WorkspaceOfEvent {
  readonly id: WorkspaceId
  readonly name: string
}

interface AboutWorkspace {
  readonly workspace: WorkspaceOfEvent
}

interface AboutMember {
  readonly member: { readonly id: UserId; readonly login: string }
}

interface AboutRun {
  readonly workflow: { readonly id: WorkflowId; readonly name: string }
  readonly run: { readonly id: string; readonly number: number }
}

/**
 * What is told of each event, by its type. A capability that has events of its own adds them here and to
 * `webhookEventTypes`, says in `server/event-webhooks/sentences.ts` how they read in a chat, and publishes them.
 */
export interface WebhookEventData {
  'workspace.created': AboutWorkspace
  'workspace.started': AboutWorkspace
  'workspace.stopped': AboutWorkspace
  'workspace.failed': AboutWorkspace & { readonly reason: string | null }
  'workspace.deleted': AboutWorkspace
  'member.joined': AboutMember
  'member.left': AboutMember
  /** So much of a month's budget is used. */
  'budget.alert': {
    readonly budget: { readonly percent: 80 | 100; readonly hours: number; readonly hardStop: boolean }
  }
  /** What a step says that notifies. */
  'workflow.notice': AboutRun & { readonly text: string }
  /** A run waits until somebody approves. */
  'workflow.approval': AboutRun & { readonly text: string }
}
export type WebhookEventType = keyof WebhookEventData

const inOrder: Readonly<Record<WebhookEventType, true>> = {
  'workspace.created': true,
  'workspace.started': true,
  'workspace.stopped': true,
  'workspace.failed': true,
  'workspace.deleted': true,
  'member.joined': true,
  'member.left': true,
  'budget.alert': true,
  'workflow.notice': true,
  'workflow.approval': true,
}
export const webhookEventTypes = Object.keys(inOrder) as readonly WebhookEventType[]
export const isWebhookEventType = (text: string): text is WebhookEventType => Object.hasOwn(inOrder, text)

/** Whose endpoints are told: the team's, or the person's whose workspaces are their own. */
export type WebhookEventOwner = { readonly teamId: TeamId } | { readonly ownerId: UserId }
