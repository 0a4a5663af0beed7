import { z } from 'zod'
import { TeamId, UserId, WorkspaceId } from '../ids.ts'

export const WorkspaceState = z.enum(['creating', 'starting', 'running', 'stopping', 'stopped', 'failed', 'deleting'])
export type WorkspaceState = z.infer<typeof WorkspaceState>

/** What one may do with a workspace. */
export type WorkspaceOperation =
  | 'see'
  | 'open'
  | 'exec'
  | 'start'
  | 'stop'
  | 'restart'
  | 'rename'
  | 'remove'
  /** Secrets that it alone has. */
  | 'change-secrets'
  /** Where it alone may go. */
  | 'change-rules'

/** What a workspace keeps, as last measured, and how much it may; null where there is no limit. */
export const DiskFigures = z.object({
  bytes: z.number().int().nonnegative(),
  files: z.number().int().nonnegative(),
  limitBytes: z.number().int().positive().nullable(),
  limitFiles: z.number().int().positive().nullable(),
  /** So full that people are told. */
  nearLimit: z.boolean(),
})
export type DiskFigures = z.infer<typeof DiskFigures>

/**
 * What is being done with a workspace, as the server calls it. Clients with texts of their own have one for each; what is
 * none of these, as why something is tried again, is shown as it comes.
 */
export type WorkspaceStep =
  | 'Waiting for its turn'
  | 'Preparing the home directory'
  | 'Starting the container'
  | 'Waiting for VS Code'
  | 'Restarting'
  | 'Restarting under its new name'
  | 'Starting again'
  | 'Stopping'
  | 'Deleting'

/** A workspace as it is, whoever looks. */
export const WorkspaceFacts = z.object({
  id: WorkspaceId,
  /** Whose it is: a person's, or else a team's. */
  ownerId: UserId.nullable(),
  teamId: TeamId.nullable().default(null),
  createdById: UserId.nullable().default(null),
  name: z.string(),
  /** Where its IDE is. */
  url: z.url(),
  state: WorkspaceState,
  /** What is being done now, while it is being done; for a person. Usually a `WorkspaceStep`. */
  step: z.string().nullable(),
  /** Why it failed, or why it stopped by itself; for a person. */
  reason: z.string().nullable(),
  /** Grows with every change, so that an older message can be told from a newer one. */
  revision: z.number().int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** When it last became running. */
  startedAt: z.iso.datetime().nullable(),
  lastActivityAt: z.iso.datetime().nullable(),
  /** Null until it has been measured. */
  disk: DiskFigures.nullable().default(null),
})
export type WorkspaceFacts = z.infer<typeof WorkspaceFacts>

/** A workspace as somebody sees it. */
export interface Workspace extends WorkspaceFacts {
  /** What whoever asks may do with it. */
  readonly may: readonly WorkspaceOperation[]
}

/** What this server does with every workspace. */
export interface WorkspaceRules {
  /** After so long without use one is stopped; 0 for never. */
  readonly idleTimeoutSeconds: number
}

export type WorkspaceChange =
  | { readonly type: 'snapshot'; readonly workspaces: readonly Workspace[] }
  | { readonly type: 'changed'; readonly workspace: Workspace }
  | { readonly type: 'removed'; readonly workspaceId: WorkspaceId }

export interface LogLine {
  readonly at: string
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
}

/** What the supervisor measured at one moment. */
export const StatsSample = z.object({
  at: z.iso.datetime(),
  /** Cores in use, 0 to the limit. */
  cpuCores: z.number().nonnegative(),
  /** How many it may use; the machine’s where there is no limit. */
  cpuLimitCores: z.number().positive(),
  memoryBytes: z.number().int().nonnegative(),
  memoryLimitBytes: z.number().int().nonnegative(),
  /** To the outside and from there; what people look at in the IDE is not in it. A workspace that began before this was measured says nothing of it. */
  sentBytesPerSecond: z.number().int().nonnegative().default(0),
  receivedBytesPerSecond: z.number().int().nonnegative().default(0),
  /** TCP ports that programs of the workspace listen on. */
  ports: z.array(z.number().int()),
  /** Open connections to the IDE. */
  connections: z.number().int(),
  lastActivityAt: z.iso.datetime(),
})
export type StatsSample = z.infer<typeof StatsSample>

/** An item of a subscription with the id to resume behind. */
export interface Tracked<T> {
  readonly id: string
  readonly data: T
}
