export type { AppRouter } from './root.ts'
export type { Context, Ports, ArcErrorShape, InputIssue } from './trpc.ts'
export type { Actor, AdminActor, ServiceActor, SessionActor, TokenActor, UserActor, Origin } from './actor.ts'
export { Tier } from './actor.ts'
export type {
  BillingCustomerView,
  BillingOwner,
  BillingPort,
  BillingView,
  InvoiceView,
  SubscriptionView,
} from './billing/port.ts'
export type { Usage, UsageBudget, UsagePort, UsageRow } from './usage/port.ts'
export { BudgetInput, UsagePrice, UsageSpan } from './usage/port.ts'
export { PaidPlan } from './billing/port.ts'
export type { TieredTeam, TiersPort } from './tiers/port.ts'
export { TierLimits } from './tiers/port.ts'
export type { WorkspacesPort, Resume } from './workspaces/port.ts'
export type { IdentityPort, SessionView, SignInOptions, SignupMode } from './auth/port.ts'
export type { AuthorizationPort, Call, ServerRight } from './authorization.ts'
export type { AuditEntryView, AuditFilter, AuditPort, AuditVerdict, NamedAuditEntry } from './audit/port.ts'
export { AuditFilterInput } from './audit/procedures.ts'
export type { AccountExport, AccountPort } from './account/port.ts'
export type { AdminPort, Administrator, GitHubAppPort, OwnedWorkspace } from './admin/port.ts'
export type {
  GitHubAppView,
  GitHubInstallationView,
  Invite,
  NewInvite,
  Overview,
  AccountStatus,
  WaitlistEntry,
  WebhookDelivery,
} from './admin/admin.ts'
export { Account, InviteId, WebhookDeliveryId, WebhookOutcome } from './admin/admin.ts'
export type { EventDelivery, EventEndpoint, NewEventEndpoint } from './event-webhooks/endpoint.ts'
export {
  EventDeliveryId,
  EventDeliveryState,
  EventEndpointId,
  OffBecause,
  WebhookFormat,
} from './event-webhooks/endpoint.ts'
export type { MailMessageView, MailOverview, MailPort } from './mail/port.ts'
export { MailMessageId, MailState } from './mail/port.ts'
export type { WebhookEventData, WebhookEventOwner, WebhookEventType } from './event-webhooks/event.ts'
export { isWebhookEventType, webhookEventTypes } from './event-webhooks/event.ts'
export type { EndpointChange, EndpointInput, EndpointOwner, EventWebhooksPort } from './event-webhooks/port.ts'
export type {
  DiskFigures,
  LogLine,
  StatsSample,
  Tracked,
  Workspace,
  WorkspaceOperation,
  WorkspaceChange,
  WorkspaceRules,
  WorkspaceState,
  WorkspaceStep,
} from './workspaces/workspace.ts'
export { ArcError, errors, refusalOf } from './errors.ts'
export type { ErrorDetails, ErrorKind } from './errors.ts'
export type { TokensPort, TokenInput } from './tokens/port.ts'
export type { ApiToken, NewApiToken } from './tokens/token.ts'
export { Scope } from './tokens/token.ts'
export type { CollabEntry, CollabPort, CollabRight } from './collab/port.ts'
export { CollabPresence } from './collab/port.ts'
export type { FileChange, FileVersion, FileVersionText, HistoryPort, Writer } from './history/port.ts'
export { FileVersionId } from './history/port.ts'
export type { ClientConnection, PresencePort } from './presence/port.ts'
export type { Present, PresenceChange } from './presence/presence.ts'
export { PresencePlace, PresenceClient, PresenceEntry } from './presence/presence.ts'
export { writtenOut } from './egress/presets.ts'
export type { CallFilter, EgressCall, EgressCallsChange, EgressPort, EgressReason } from './egress/port.ts'
export { EgressLimit, EgressRules, noRules } from './egress/rules.ts'
export type { Owner } from './owner.ts'
export type { SecretPlace, SecretView, SecretsPort, SecretInput } from './secrets/port.ts'
export { secretPlaces } from './secrets/port.ts'
export type { Limited, LimitsPort, MostCallsOfRequest } from './limits.ts'
export { mostCallsOfRequest } from './limits.ts'
export type { PagePath } from './pages.ts'
export { pagePaths } from './pages.ts'
export { ExecControl, ExecOpen, ForwardQuery, forwardCloseCodes, execStreams } from './exec.ts'
export type { ExecNote } from './exec.ts'
export type {
  AuthorizedProgram,
  DeviceLogin,
  DeviceOutcome,
  ProgramRequest,
  ProgramSession,
  ProgramsPort,
  ProgramInput,
} from './programs/port.ts'
export { ProgramKind } from './programs/port.ts'
export { AnnouncementId } from './announcements/port.ts'
export type { Announcement, AnnouncementsPort } from './announcements/port.ts'
export type { DiskCondition, DiskPort } from './disk/port.ts'
export type { TeamInvitesPort, TeamsPort, TeamInviteInput } from './teams/port.ts'
export type {
  Invitation,
  NewTeamInvite,
  Team,
  TeamChange,
  TeamDetails,
  TeamInvite,
  TeamMember,
  TeamRight,
} from './teams/team.ts'
export { InvitedRole, TeamRole } from './teams/team.ts'
export {
  UserId,
  WorkflowId,
  WorkflowRunId,
  WorkflowStepId,
  WorkspaceId,
  SecretId,
  SessionId,
  TeamId,
  TeamInviteId,
  TokenId,
} from './ids.ts'
export type { SavedWorkflow, WorkflowsPort } from './workflows/port.ts'
export type {
  Workflow,
  WorkflowDetails,
  WorkflowInput,
  WorkflowJobRun,
  WorkflowLogChunk,
  WorkflowProblem,
  WorkflowRun,
  WorkflowRunDetails,
  WorkflowStepRun,
} from './workflows/workflow.ts'
export { WorkflowJobState, WorkflowRunState, WorkflowStepState, WorkflowTrigger } from './workflows/workflow.ts'
export { DomainEvent, subjectOf } from './events.ts'
export { WorkspaceFacts } from './workspaces/workspace.ts'
export { freeNameNear, nameProblem, nearestName, numberedName, maxNameLength } from './workspaces/name.ts'
