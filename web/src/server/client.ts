import { QueryClient } from '@tanstack/react-query'
import { createTRPCClient, createWSClient, httpBatchLink, splitLink, wsLink } from '@trpc/client'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { AppRouter } from '@arcx/router'

/** Close code by which the server says that the session has ended. */
const sessionEnded = 4401

type Connection = 'connecting' | 'open' | 'lost'
const listeners = new Set<(connection: Connection) => void>()
let connection: Connection = 'connecting'

function changeConnection(next: Connection) {
  connection = next
  for (const listener of listeners) listener(next)
}

/** The live connection's state, for `useSyncExternalStore`. */
export const liveConnection = {
  get: () => connection,
  subscribe(listener: () => void) {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
}

const socket = createWSClient({
  url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/trpc`,
  lazy: { enabled: true, closeMs: 24 * 3600_000 },
  keepAlive: { enabled: true, intervalMs: 15_000, pongTimeoutMs: 5000 },
  retryDelayMs: (attempt) => Math.min(200 * 2 ** attempt, 5000),
  onOpen: () => changeConnection('open'),
  onClose(cause) {
    if (cause?.code === sessionEnded) location.assign('/sign-in')
    else changeConnection('lost')
  },
})

export const trpcClient = createTRPCClient<AppRouter>({
  links: [
    splitLink({
      // Where somebody is holds for as long as the connection by which it was said.
      condition: (operation) => operation.type === 'subscription' || operation.path === 'presence.set',
      true: wsLink({ client: socket }),
      false: httpBatchLink({ url: '/trpc' }),
    }),
  ],
})

export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, retry: 2, refetchOnWindowFocus: false } },
})

export const trpc = createTRPCOptionsProxy<AppRouter>({ client: trpcClient, queryClient })
