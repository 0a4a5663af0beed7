import type { UserActor } from '../actor.ts'
import type { TeamId, WorkspaceId } from '../ids.ts'

/** One call of a workspace to the outside. */
export interface EgressCall {
  readonly id: string
  readonly at: string
  readonly method: string
  /** Without query values. */
  readonly url: string
  /** `passed`, or `refused:` and why. */
  readonly outcome: string
  readonly status: number | null
  readonly bytesUp: number
  readonly bytesDown: number
  readonly durationMs: number
  /** Names of the secrets that were put in. */
  readonly secrets: readonly string[]
  /** How many values were hidden in what came back. */
  readonly scrubbed: number
}

/** Where the workspaces of a person, or of a team, may go, within what the deployment lets any. */
export interface EgressRules {
  readonly fallback: 'open' | 'closed'
  /** Hosts, `*.` and a suffix, or `preset:packages`, `preset:github`, `preset:ai`. */
  readonly allow: readonly string[]
  /** They count before those that are allowed. */
  readonly deny: readonly string[]
}

export interface EgressPort {
  /** @throws `team_not_found`. */
  rules(actor: UserActor, teamId: TeamId | null): Promise<EgressRules>
  /** In effect from the next request on, within open tunnels too. @throws `team_not_found`, `forbidden`. */
  setRules(actor: UserActor, teamId: TeamId | null, rules: EgressRules): Promise<EgressRules>
  /** Newest first. `refused`: those alone. @throws `workspace_not_found`. */
  calls(actor: UserActor, workspaceId: WorkspaceId, refused: boolean, limit: number): Promise<readonly EgressCall[]>
}
