import { t } from '@lingui/core/macro'
import { useMutation } from '@tanstack/react-query'
import type { Workspace, WorkspaceState } from '@arcx/router'
import { offerUndo, tellRefusal } from '../interface/toasts.ts'
import { queryClient, trpc, trpcClient } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { showAhead, showWorkspace, takeBack } from './live.ts'

/** What one can do with a workspace. Each is shown as done at once, and as it was where the server refuses. */
export function useWorkspaceActions() {
  const start = useMutation(trpc.workspaces.start.mutationOptions(shownAs('starting')))
  const stop = useMutation(
    trpc.workspaces.stop.mutationOptions({
      ...shownAs('stopping'),
      onSuccess(workspace) {
        showWorkspace(workspace)
        offerUndo(`${workspace.name} stops`, t`Start it again`, () => startAgain(workspace))
      },
    }),
  )
  const restart = useMutation(trpc.workspaces.restart.mutationOptions(shownAs('stopping')))
  return { start, stop, restart }
}

function shownAs(state: WorkspaceState) {
  return {
    onMutate: ({ workspaceId }: { readonly workspaceId: string }) => {
      const before = queryClient.getQueryData(trpc.workspaces.list.queryKey())?.find(({ id }) => id === workspaceId)
      return before === undefined ? null : { before, ahead: showAhead(before, state) }
    },
    onSuccess: showWorkspace,
    onError(error: unknown, _asked: unknown, shown: { readonly before: Workspace; readonly ahead: Workspace } | null | undefined) {
      if (shown) takeBack(shown.ahead, shown.before)
      tellRefusal(refusalOf(error).message)
    },
  }
}

async function startAgain({ id: workspaceId }: Workspace): Promise<void> {
  showWorkspace(await trpcClient.workspaces.start.mutate({ workspaceId }))
}
