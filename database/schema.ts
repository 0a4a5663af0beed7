import type { ColumnType, Generated, Selectable } from 'kysely'

/** A moment; written as a `Date`, read as a `Date`. */
type Moment = ColumnType<Date, Date, Date>
type DefaultMoment = ColumnType<Date, Date | undefined, Date>
/** JSON; written as text so that arrays and null mean JSON and not PostgreSQL's own. */
type Json = ColumnType<unknown, string, string>
/** `bigint` columns arrive as strings, so that nothing is rounded. */
type Measured = ColumnType<string | null, never, number>
type BigId = ColumnType<string, never, never>

export interface UserTable {
  id: string
  login: string
  name: string
  /** Null for the person at the machine itself. */
  githubId: ColumnType<string | null, number | null | undefined, number>
  email: ColumnType<string | null, string | null | undefined, string | null>
  standing: Generated<'active' | 'waiting_payment' | 'suspended' | 'leaving'>
  role: Generated<'member' | 'admin'>
  tier: Generated<'free' | 'pro' | 'team'>
  createdAt: DefaultMoment
}

export interface SessionTable {
  id: string
  userId: string
  address: string
  userAgent: string
  createdAt: DefaultMoment
  lastSeenAt: DefaultMoment
  /** Slides while the session is used. */
  expiresAt: Moment
  /** Its end, however much it is used. */
  endsAt: Moment
  endedAt: ColumnType<Date | null, Date | null | undefined, Date | null>
  /** GitHub's token, sealed; null where nobody but arcx stands behind the session. */
  grant: ColumnType<Buffer | null, Buffer | null | undefined, never>
  grantCheckedAt: ColumnType<Date | null, Date | null | undefined, Date | null>
}

export interface ApiTokenTable {
  id: string
  userId: string
  name: string
  hash: Buffer
  ending: string
  scopes: string[]
  workspaceIds: string[] | null
  createdAt: DefaultMoment
  expiresAt: Date | null
  lastUsedAt: ColumnType<Date | null, Date | null | undefined, Date | null>
  revokedAt: ColumnType<Date | null, Date | null | undefined, Date | null>
}
export type ApiTokenRow = Selectable<ApiTokenTable>

export interface InviteCodeTable {
  id: string
  hash: Buffer
  maxUses: number
  uses: Generated<number>
  expiresAt: Moment
  createdAt: DefaultMoment
  revokedAt: ColumnType<Date | null, Date | null | undefined, Date | null>
}

export interface WaitlistEntryTable {
  githubId: ColumnType<string, number, never>
  login: string
  email: string
  createdAt: DefaultMoment
  invitedAt: ColumnType<Date | null, Date | null | undefined, Date | null>
}

export interface CodeTable {
  hash: Buffer
  purpose: string
  claims: Json
  expiresAt: Moment
}

export interface SecretTable {
  id: string
  /** Whose it is: a person's, a team's, or a single workspace's. */
  ownerId: string | null
  teamId: string | null
  workspaceId: string | null
  name: string
  sealed: Buffer
  placeholder: string
  hosts: string[]
  /** Where in a request it may stand; none for anywhere. */
  places: Generated<string[]>
  createdAt: DefaultMoment
  updatedAt: DefaultMoment
}

export interface EgressPolicyTable {
  id: string
  ownerId: string | null
  teamId: string | null
  workspaceId: string | null
  fallback: 'open' | 'closed'
  allow: string[]
  deny: string[]
  /** JSON; parsed where it is read. */
  limits: ColumnType<unknown, string, string>
  found: 'off' | 'observe' | 'redact'
  pasted: 'off' | 'observe' | 'refuse'
  updatedAt: DefaultMoment
}

export interface EgressRecordTable {
  id: string
  workspaceId: string
  at: Moment
  method: string
  scheme: string
  host: string
  port: number
  path: string
  outcome: string
  status: number | null
  bytesUp: ColumnType<string, number, number>
  bytesDown: ColumnType<string, number, number>
  durationMs: number
  secrets: string[]
  scrubbed: number
  userId: string | null
  /** Rule → how many; JSON. */
  redacted: ColumnType<Record<string, number>, string, string>
}

export interface DocumentTable {
  id: string
  workspaceId: string
  path: string
  snapshot: Buffer | null
  diskHash: ColumnType<string | null, string | null | undefined, string | null>
  diskState: ColumnType<Buffer | null, Buffer | null | undefined, Buffer | null>
}

export interface DocumentAnnouncementTable {
  documentId: string
  hash: string
  state: Buffer
  userId: string | null
  at: DefaultMoment
}

export interface DocumentChangeTable {
  documentId: string
  sequence: ColumnType<string, never, never>
  userId: string | null
  firstAt: Date
  lastAt: Date
  updates: number
}

export interface DocumentVersionTable {
  id: string
  documentId: string
  at: DefaultMoment
  userId: string | null
  cause: 'opened' | 'saved' | 'disk' | 'restored'
  letters: number
  text: Buffer
}

export interface DocumentUpdateTable {
  documentId: string
  sequence: ColumnType<string, never, never>
  update: Buffer
  userId: string | null
  at: DefaultMoment
  isUnusable: ColumnType<boolean, boolean | undefined, boolean>
}

export interface AnnouncementTable {
  id: string
  text: string
  tone: 'info' | 'warning'
  createdAt: DefaultMoment
  endsAt: ColumnType<Date | null, Date | null, Date | null>
}
export type AnnouncementRow = Selectable<AnnouncementTable>

export interface DeviceLoginTable {
  hash: Buffer
  userCode: string
  clientName: string
  address: string
  state: Generated<'pending' | 'approved' | 'denied'>
  sessionId: ColumnType<string | null, never, string>
  createdAt: DefaultMoment
  expiresAt: Moment
}

export interface TeamTable {
  id: string
  name: string
  createdAt: DefaultMoment
  deletingAt: ColumnType<Date | null, Date | null | undefined, Date | null>
}

export interface MembershipTable {
  teamId: string
  userId: string
  role: 'owner' | 'admin' | 'member' | 'viewer'
  joinedAt: DefaultMoment
}

export interface TeamInviteTable {
  id: string
  teamId: string
  role: 'admin' | 'member' | 'viewer'
  /** Of the link's code; null where it is for one person. */
  hash: Buffer | null
  login: string | null
  invitedById: string | null
  maxUses: number
  uses: Generated<number>
  createdAt: DefaultMoment
  expiresAt: Moment
}

export interface WorkspaceTable {
  id: string
  /** Whose it is: a person's, or else a team's. */
  ownerId: string | null
  teamId: ColumnType<string | null, string | null | undefined, string | null>
  createdById: ColumnType<string | null, string | null | undefined, string | null>
  name: string
  state: 'creating' | 'starting' | 'running' | 'stopping' | 'stopped' | 'failed' | 'deleting'
  step: string | null
  reason: string | null
  incarnation: Generated<number>
  losses: Generated<number>
  revision: ColumnType<string, never, string>
  createdAt: DefaultMoment
  updatedAt: DefaultMoment
  startedAt: ColumnType<Date | null, Date | null | undefined, Date | null>
  lastActivityAt: ColumnType<Date | null, Date | null | undefined, Date | null>
  diskBytes: Measured
  diskFiles: Measured
}
export type WorkspaceRow = Selectable<WorkspaceTable>

export interface AuditEntryTable {
  id: ColumnType<string, string, never>
  at: Moment
  actorKind: string
  actorId: string
  action: string
  targetKind: string | null
  targetId: string | null
  targetName: string | null
  address: string | null
  requestId: string | null
  outcome: string
  /** Null for entries from before the chain. */
  hash: Buffer | null
}

export interface OutboxEventTable {
  id: BigId
  subject: string
  payload: Json
  createdAt: DefaultMoment
}

/** Every table. The migrations are the truth; `schema.test.ts` holds this against them. */
export interface Schema {
  User: UserTable
  Session: SessionTable
  ApiToken: ApiTokenTable
  Code: CodeTable
  InviteCode: InviteCodeTable
  WaitlistEntry: WaitlistEntryTable
  Announcement: AnnouncementTable
  Secret: SecretTable
  EgressPolicy: EgressPolicyTable
  EgressRecord: EgressRecordTable
  Document: DocumentTable
  DocumentUpdate: DocumentUpdateTable
  DocumentAnnouncement: DocumentAnnouncementTable
  DocumentChange: DocumentChangeTable
  DocumentVersion: DocumentVersionTable
  DeviceLogin: DeviceLoginTable
  Team: TeamTable
  Membership: MembershipTable
  TeamInvite: TeamInviteTable
  Workspace: WorkspaceTable
  AuditEntry: AuditEntryTable
  OutboxEvent: OutboxEventTable
}
