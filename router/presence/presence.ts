import { z } from 'zod'
import { TeamId, UserId, WorkspaceId } from '../ids.ts'

/** By what somebody is here; `agent` is a program that works on its own for a person, and is shown as one. */
export const PresenceClient = z.enum(['web', 'desktop', 'ide', 'cli', 'agent'])
export type PresenceClient = z.infer<typeof PresenceClient>

/** Where one client of somebody's is. */
export const PresencePlace = z.object({
  client: PresenceClient,
  workspaceId: WorkspaceId.nullable().default(null),
  /** A path within the workspace's project. */
  file: z.string().min(1).max(1000).nullable().default(null),
  /** From 1. */
  line: z.number().int().min(1).max(10_000_000).nullable().default(null),
  typing: z.boolean().default(false),
  /** `idle`: here, and quiet for a while; `away`: not looking. */
  state: z.enum(['active', 'idle', 'away']).default('active'),
})
export type PresencePlace = z.infer<typeof PresencePlace>

/** Somebody who is here, with all of their tabs and programs; or an agent of theirs. */
export interface Present {
  /** One a person, and one an agent. */
  readonly id: string
  readonly userId: UserId
  readonly login: string
  readonly name: string
  /** What the agent is called, where it is one. */
  readonly agent: string | null
  /** The most active first. */
  readonly places: readonly PresencePlace[]
}

export type PresenceChange =
  | { readonly type: 'snapshot'; readonly present: readonly Present[] }
  | { readonly type: 'here'; readonly present: Present }
  | { readonly type: 'gone'; readonly id: string }

/** One client's place, as the services tell each other of it. */
export const PresenceEntry = z.object({
  key: z.string().max(200),
  userId: UserId,
  login: z.string(),
  name: z.string(),
  agent: z.string().max(60).nullable(),
  /** Whose the workspace is. */
  teamId: TeamId.nullable(),
  place: PresencePlace,
})
export type PresenceEntry = z.infer<typeof PresenceEntry>
