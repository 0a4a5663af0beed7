import type { UserActor } from '../actor.ts'
import type { Owner } from '../owner.ts'
import type { WorkspaceId } from '../ids.ts'
import type { Tracked } from '../workspaces/workspace.ts'
import type { EgressRules } from './rules.ts'

/**
 * Why arc-proxy refused a call or cut it off, as people are told of it; further ones are faults of the program that called
 * or of the server.
 */
export type EgressReason =
  | 'leak_attempted'
  | 'host_refused'
  | 'address_refused'
  | 'name_unknown'
  | 'upstream_failed'
  | 'upstream_silent'
  | 'key_misplaced'
  | 'rate_exceeded'
  | 'bytes_exceeded'
  | 'secret_withdrawn'
  | 'program_gone'

/** One call of a workspace to the outside. */
export interface EgressCall {
  readonly id: string
  readonly at: string
  readonly method: string
  /** Without query values. */
  readonly url: string
  /** `open` while it goes on, `passed`, `cut:` or `refused:` and why, or `interrupted` with arc-proxy itself. */
  readonly outcome: string
  readonly status: number | null
  readonly bytesUp: number
  readonly bytesDown: number
  readonly durationMs: number
  /** Names of the secrets that were put in. */
  readonly secrets: readonly string[]
  /** How many values were hidden in what came back. */
  readonly scrubbed: number
  /** Credentials that rules found: which rule, how many. */
  readonly redacted: Readonly<Record<string, number>>
}

export interface CallFilter {
  /** Those alone that were not simply let through. */
  readonly refused: boolean
  /** Those to hosts that have it in their name. */
  readonly host: string | null
  /** Older than this moment; for the next page. */
  readonly before: string | null
  readonly limit: number
}

/** The newest, newest first, as they are now; then, each time some have begun or changed, those. */
export type EgressCallsChange =
  | { readonly type: 'snapshot'; readonly calls: readonly EgressCall[] }
  | { readonly type: 'changed'; readonly calls: readonly EgressCall[] }

export interface EgressPort {
  /** @throws `team_not_found`, `workspace_not_found`. */
  rules(actor: UserActor, owner: Owner): Promise<EgressRules>
  /** In effect from the next request on, and on what is open within a few seconds. @throws `team_not_found`, `workspace_not_found`, `forbidden`. */
  setRules(actor: UserActor, owner: Owner, rules: EgressRules): Promise<EgressRules>
  /** Newest first. @throws `workspace_not_found`. */
  calls(actor: UserActor, workspaceId: WorkspaceId, filter: CallFilter): Promise<readonly EgressCall[]>
  /** The same as they happen, until the signal. @throws `workspace_not_found`, also once the actor may not see it any more. */
  onCalls(
    actor: UserActor,
    workspaceId: WorkspaceId,
    filter: Omit<CallFilter, 'before'>,
    signal: AbortSignal,
  ): AsyncIterable<Tracked<EgressCallsChange>>
}
