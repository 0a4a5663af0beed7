import { QueryClient } from '@tanstack/react-query'
import { createTRPCClient } from '@trpc/client'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { AppRouter } from '@arcx/router'
import { host } from '../host/host.ts'

export const trpcClient = createTRPCClient<AppRouter>({ links: [...host.links] })

export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, retry: 2, refetchOnWindowFocus: false } },
})

export const trpc = createTRPCOptionsProxy<AppRouter>({ client: trpcClient, queryClient })

/** Shows what was known at the last start until the server has said what is. */
export function showKnown(): void {
  for (const [path, data] of Object.entries(host.known))
    queryClient.setQueryData([path.split('.'), { type: 'query' }], data, { updatedAt: 1 })
}
