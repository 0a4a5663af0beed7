import type { AdminActor, Tier, UserActor } from '../actor.ts'
import type { UserId, WorkspaceId } from '../ids.ts'
import type { WorkspaceFacts } from '../workspaces/workspace.ts'
import type {
  Account,
  GitHubAppView,
  GitHubInstallationView,
  Invite,
  InviteId,
  NewInvite,
  Overview,
  WaitlistEntry,
  WebhookDelivery,
  WebhookDeliveryId,
  WebhookOutcome,
} from './admin.ts'

/** Who administers: the admin token, or a person marked admin. */
export type Administrator = AdminActor | UserActor

/** A workspace with whose it is. */
export interface OwnedWorkspace extends WorkspaceFacts {
  readonly ownerLogin: string | null
  readonly teamName: string | null
}

/** Something to search for, of which the first are found; or a login, whatever its case, of which all are. */
type AccountFilter = { readonly search: string } | { readonly login: string }

export interface GitHubAppPort {
  /** Null where there is none. */
  view(): Promise<GitHubAppView | null>
  /** Forgets it here; at GitHub it stays. @throws `github_app_missing`. */
  remove(actor: Administrator): Promise<void>
  /** @throws `github_app_missing`, `github_unavailable`. */
  installations(): Promise<readonly GitHubInstallationView[]>
  /** Gives an installation to a team by its name, or to none. @throws `team_not_found`, `github_installation_missing`. */
  connect(actor: Administrator, installationId: number, team: string | null): Promise<void>
}

export interface AdminPort {
  overview(): Promise<Overview>
  /** Newest first; `search` is held against its name, its owner's login and its team's name. Of a `login`: their own. */
  workspaces(filter: AccountFilter): Promise<readonly OwnedWorkspace[]>
  startWorkspace(actor: Administrator, id: WorkspaceId): Promise<WorkspaceFacts>
  stopWorkspace(actor: Administrator, id: WorkspaceId): Promise<WorkspaceFacts>
  removeWorkspace(actor: Administrator, id: WorkspaceId): Promise<WorkspaceFacts>
  invites(): Promise<readonly Invite[]>
  createInvite(actor: Administrator, maxUses: number, expiresDays: number): Promise<NewInvite>
  revokeInvite(actor: Administrator, id: InviteId): Promise<void>
  /** The latest 100. */
  webhooks(outcome: WebhookOutcome | null): Promise<readonly WebhookDelivery[]>
  /** Handles a delivery again. @throws `webhook_delivery_not_found`. */
  replayWebhook(actor: Administrator, id: WebhookDeliveryId): Promise<void>
  waitlist(): Promise<readonly WaitlistEntry[]>
  /** Lets somebody on the waitlist in at their next sign-in. */
  inviteFromWaitlist(actor: Administrator, githubId: number): Promise<void>
  /** Newest first; `search` is held against login, name and e-mail. */
  users(filter: AccountFilter): Promise<readonly Account[]>
  setTier(actor: Administrator, userId: UserId, tier: Tier): Promise<void>
  setRole(actor: Administrator, userId: UserId, role: 'member' | 'admin'): Promise<void>
  /** Ends all their sessions and open connections. */
  suspend(actor: Administrator, userId: UserId): Promise<void>
  reinstate(actor: Administrator, userId: UserId): Promise<void>
}
