import { useQuery } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import { queryClient, trpc } from '../server/client.ts'
import { useOptimistic } from '../server/optimistic.ts'
import { optimisticTeam, optimisticTeams } from './optimistic.ts'

/** Those that one is in, as they will be once what one has asked for is done. */
export function useTeams({ enabled = true }: { enabled?: boolean } = {}) {
  const { data, error, refetch } = useQuery({ ...trpc.teams.list.queryOptions(), enabled })
  return { data: useOptimistic(data, optimisticTeams), error, refetch }
}

export function useTeam(name: string) {
  const { data, error } = useQuery({ ...trpc.teams.get.queryOptions({ name }), retry: false })
  return { data: useOptimistic(data, optimisticTeam), error }
}

/** Asks again for what is shown of teams. */
export const teamsChanged = () => queryClient.invalidateQueries({ queryKey: trpc.teams.pathKey() })

/** Keeps teams, members and invitations true for as long as a page shows them. */
export function useLiveTeams(): void {
  useSubscription(trpc.teams.onChange.subscriptionOptions(undefined, { onData: () => void teamsChanged() }))
}
