import { useEffect, useSyncExternalStore } from 'react'
import type { WorkspaceId } from '@arcx/router'
import { host } from '../host/host.ts'
import { trpcClient } from '../server/client.ts'

const idleMs = 2 * 60_000
const lookMs = 5000

let usedAt = Date.now()
for (const type of ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart'])
  addEventListener(type, () => (usedAt = Date.now()), { passive: true, capture: true })

const stateNow = () =>
  document.visibilityState === 'hidden' ? 'away' : Date.now() - usedAt > idleMs ? 'idle' : 'active'

/** Tells others that somebody is on this page, and in which workspace; for as long as the page stands. */
export function useWhereabouts(workspaceId: WorkspaceId | null): void {
  const connection = useSyncExternalStore(host.connection.subscribe, host.connection.get)
  useEffect(() => {
    let said = ''
    const say = () => {
      const state = stateNow()
      if (state === said) return
      said = state
      // One that cannot be said now is said with the next connection.
      trpcClient.presence.set.mutate({ place: { client: host.client, workspaceId, state } }).catch(() => undefined)
    }
    say()
    const timer = setInterval(say, lookMs)
    document.addEventListener('visibilitychange', say)
    for (const type of ['pointerdown', 'keydown']) addEventListener(type, say, { passive: true })
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', say)
      for (const type of ['pointerdown', 'keydown']) removeEventListener(type, say)
    }
    // What was said ended with the connection by which it was.
  }, [workspaceId, connection])
}
