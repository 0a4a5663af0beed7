import { skipToken, useQuery } from '@tanstack/react-query'
import { useSubscription } from '@trpc/tanstack-react-query'
import type { Present, PresenceChange, TeamId, WorkspaceId } from '@arcx/router'
import { queryClient, trpc } from '../server/client.ts'
import { applied } from './applied.ts'

type Scope = TeamId | WorkspaceId
const keyOf = (scope: Scope) => ['present', scope]

const take =
  (scope: Scope) =>
  ({ data }: { readonly data: PresenceChange }) =>
    void queryClient.setQueryData<readonly Present[]>(keyOf(scope), (present = []) => applied(present, data))

/** Keeps true who of a team is here, for as long as a page shows it. */
export function useLiveTeamPresence(teamId: TeamId): void {
  useSubscription(trpc.presence.onTeam.subscriptionOptions({ teamId }, { onData: take(teamId) }))
}

/** Keeps true who is in a workspace, for as long as a page shows it. */
export function useLiveWorkspacePresence(workspaceId: WorkspaceId): void {
  useSubscription(trpc.presence.onWorkspace.subscriptionOptions({ workspaceId }, { onData: take(workspaceId) }))
}

/** Who is here, as far as something on the page keeps it true; undefined until it is known. */
export function usePresent(scope: Scope | null): readonly Present[] | undefined {
  const { data } = useQuery<readonly Present[]>({
    queryKey: ['present', scope],
    queryFn: skipToken,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return data
}
