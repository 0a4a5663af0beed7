import type { UserActor } from '../actor.ts'
import type { WorkspaceId } from '../ids.ts'

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

export interface EgressPort {
  /** Newest first. `refused`: those alone. @throws `workspace_not_found`. */
  calls(actor: UserActor, workspaceId: WorkspaceId, refused: boolean, limit: number): Promise<readonly EgressCall[]>
}
