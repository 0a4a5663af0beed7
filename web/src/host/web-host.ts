import { createWSClient, httpBatchLink, splitLink, wsLink } from '@trpc/client'
import type { AppRouter, MostCallsOfRequest } from '@arcx/router'
import type { ConnectionState } from '@arcx/desktop-contract/contract'
import { fetchOrTake } from './ahead.ts'
import type { Host } from './port.ts'
import { watchReach } from './reach.ts'
import { Writable } from './readable.ts'

/** Close code by which the server says that the session has ended. */
const sessionEnded = 4401
const callsTogether: MostCallsOfRequest = 50

/** A browser: one server, the one that the page came from. */
export function webHost(): Host {
  const connection = new Writable<ConnectionState>('connecting')
  let [ofSocket, isInReach]: [ConnectionState, boolean] = ['connecting', true]
  const show = (change: { readonly ofSocket?: ConnectionState; readonly isInReach?: boolean }) => {
    ;({ ofSocket = ofSocket, isInReach = isInReach } = change)
    const state = isInReach ? ofSocket : 'lost'
    if (state !== connection.get()) connection.set(state)
  }
  const doubt = watchReach((is) => show({ isInReach: is }))
  const socket = createWSClient({
    url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/trpc`,
    lazy: { enabled: true, closeMs: 24 * 3600_000 },
    keepAlive: { enabled: true, intervalMs: 15_000, pongTimeoutMs: 5000 },
    retryDelayMs: (attempt) => Math.min(200 * 2 ** attempt, 5000),
    onOpen: () => show({ ofSocket: 'open' }),
    onClose(cause) {
      if (cause?.code === sessionEnded) location.assign('/sign-in')
      else show({ ofSocket: 'lost' })
    },
  })
  return {
    client: 'web',
    links: [
      splitLink<AppRouter>({
        // Where somebody is holds for as long as the connection by which it was said.
        condition: (operation) => operation.type === 'subscription' || operation.path === 'presence.set',
        true: wsLink({ client: socket }),
        false: httpBatchLink({
          url: '/trpc',
          maxItems: callsTogether,
          fetch: (url, init) =>
            fetchOrTake(url, init as RequestInit | undefined).catch((error: unknown) => {
              doubt()
              throw error
            }),
        }),
      }),
    ],
    connection,
    known: {},
    ready: () => Promise.resolve(),
    server: () => location.origin,
    openWorkspace: () => false,
    openExternally: (url) => void window.open(url, '_blank', 'noopener,noreferrer'),
    async signOut() {
      const response = await fetch('/auth/sign-out', { method: 'POST' }).catch(() => null)
      if (response?.ok !== true) return false
      location.assign('/sign-in')
      return true
    },
    accounts: null,
    tabs: null,
    program: null,
  }
}
