import type { WorkspaceId } from '@arcx/router'

/** Hears of requests that have been written down, until what it returns is called; null where some may have been missed. */
export type WatchRecords = (workspaceId: WorkspaceId, hear: (ids: readonly string[] | null) => void) => () => void

/**
 * First null, which stands for all there are; then the ids of those that are written down, gathered for as long as the
 * last ones are being read. Where there are more of them than `limit`, null again.
 */
export async function* recordedIds(
  watch: WatchRecords,
  workspaceId: WorkspaceId,
  limit: number,
  signal: AbortSignal,
): AsyncIterable<readonly string[] | null> {
  let waiting: Set<string> | null = null
  let wake = () => {}
  const end = watch(workspaceId, (ids) => {
    if (ids === null) waiting = null
    else for (const id of ids) waiting?.add(id)
    if (waiting !== null && waiting.size > limit) waiting = null
    wake()
  })
  const onAbort = () => wake()
  signal.addEventListener('abort', onAbort)
  try {
    while (!signal.aborted) {
      const next: Set<string> | null = waiting
      if (next?.size === 0) {
        await new Promise<void>((resolve) => (wake = resolve))
        continue
      }
      waiting = new Set()
      yield next === null ? null : [...next]
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    end()
  }
}
