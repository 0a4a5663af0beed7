import { useSubscription } from '@trpc/tanstack-react-query'
import { queryClient, trpc } from '../server/client.ts'

/** Asks again for what is shown of teams. */
export const teamsChanged = () => queryClient.invalidateQueries({ queryKey: trpc.teams.pathKey() })

/** Keeps teams, members and invitations true for as long as a page shows them. */
export function useLiveTeams(): void {
  useSubscription(trpc.teams.onChange.subscriptionOptions(undefined, { onData: () => void teamsChanged() }))
}
