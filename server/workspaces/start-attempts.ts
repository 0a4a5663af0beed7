import { ArcError } from '@arcx/router'
import type { WorkspaceId } from '@arcx/router'

/** What is to be remembered between the attempts at a start; a crash loses nothing by it but a pause. */
export class StartAttempts {
  /** Starts that the engine failed, of the incarnation that is being started. */
  readonly #troubled = new Map<WorkspaceId, { readonly incarnation: number; readonly count: number }>()
  /** When a lost container may be made again. */
  readonly #notBefore = new Map<WorkspaceId, { readonly incarnation: number; readonly at: number }>()

  /** It has come up, or will not. */
  over(id: WorkspaceId): void {
    this.#troubled.delete(id)
  }

  forget(id: WorkspaceId): void {
    this.#troubled.delete(id)
    this.#notBefore.delete(id)
  }

  /** How often in a row the engine has failed this start with faults of its own. */
  countTroubled(id: WorkspaceId, incarnation: number, error: unknown): number {
    if (!(error instanceof ArcError && error.code === 'engine_troubled')) return 0
    const known = this.#troubled.get(id)
    const count = (known?.incarnation === incarnation ? known.count : 0) + 1
    this.#troubled.set(id, { incarnation, count })
    return count
  }

  wait(id: WorkspaceId, incarnation: number, pauseMs: number): void {
    this.#notBefore.set(id, { incarnation, at: Date.now() + pauseMs })
  }

  /** For how long a start still has to wait. */
  pauseMs(id: WorkspaceId, incarnation: number): number {
    const known = this.#notBefore.get(id)
    const pauseMs = known?.incarnation === incarnation ? known.at - Date.now() : 0
    if (pauseMs <= 0) this.#notBefore.delete(id)
    return Math.max(0, pauseMs)
  }
}
