import { ArcError } from '@arcx/router'
import { StartRefused } from '../runtime/port.ts'

/** Containers lost in a row before a workspace counts as failed. */
export const lossLimit = 3
/** A container that ran this long was well: what it is lost to has nothing to do with the loss before. */
export const wellAfterMs = 2 * 60_000
/** How often a start is tried on an engine that answers with faults of its own; one that does not answer is waited for. */
export const troubledStarts = 5
/** How long the second loss in a row is waited out, and each further one twice as long: an engine that is shutting down ends whatever is started. */
const lossPauseMs = 1500

export type AfterLoss =
  | { readonly kind: 'again'; readonly losses: number; readonly pauseMs: number }
  | { readonly kind: 'failed'; readonly losses: number }

/** What follows when a container is lost that ran for `ranMs`, 0 where it never came up; `before`: those lost in a row until then. */
export function afterLoss(before: number, ranMs: number): AfterLoss {
  const losses = ranMs >= wellAfterMs ? 1 : before + 1
  if (losses > lossLimit) return { kind: 'failed', losses }
  return { kind: 'again', losses, pauseMs: losses === 1 ? 0 : lossPauseMs * 2 ** (losses - 2) }
}

/** `wait`: the same start is tried again when what it needs is back. */
export type AfterFailedStart = { readonly kind: 'wait' } | AfterLoss

/** What follows when a start fails. `troubled`: how often in a row the engine has failed it with faults of its own, this time too. */
export function afterFailedStart(error: unknown, before: number, troubled: number): AfterFailedStart {
  if (error instanceof ArcError && error.kind === 'Unavailable') {
    return error.code === 'engine_troubled' && troubled >= troubledStarts
      ? { kind: 'failed', losses: before }
      : { kind: 'wait' }
  }
  // What was refused once is refused again.
  if (error instanceof ArcError || error instanceof StartRefused) return { kind: 'failed', losses: before }
  return afterLoss(before, 0)
}
