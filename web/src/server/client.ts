import { QueryClient } from '@tanstack/react-query'
import { createTRPCClient } from '@trpc/client'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { AppRouter } from '@arcx/router'
import { host } from '../host/host.ts'

export const trpcClient = createTRPCClient<AppRouter>({ links: [...host.links] })

export const queryClient = new QueryClient({
  defaultOptions: {
    // What cannot be sent is refused at once, and not kept to be sent when nobody expects it any more. A browser also says
    // that it is offline where the server is on the same machine and can be reached.
    mutations: { networkMode: 'always' },
    queries: { staleTime: 30_000, retry: 2, refetchOnWindowFocus: false, networkMode: 'always' },
  },
})

export const trpc = createTRPCOptionsProxy<AppRouter>({ client: trpcClient, queryClient })

/** Shows what was known at the last start until the server has said what is. */
export function showKnown(): void {
  for (const [path, data] of Object.entries(host.known))
    queryClient.setQueryData([path.split('.'), { type: 'query' }], data, { updatedAt: 1 })
}
