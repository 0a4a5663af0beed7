import { t } from '@lingui/core/macro'
import { useMutation } from '@tanstack/react-query'
import { offerUndo, showError } from '../interface/toasts.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { perform } from '../server/optimistic.ts'
import { showWorkspace } from './live.ts'

const after = { onSuccess: showWorkspace, onError: (error: unknown) => showError(refusalOf(error).message) }

/** What one can do with a workspace. */
export function useWorkspaceActions() {
  const start = useMutation(trpc.workspaces.start.mutationOptions(after))
  const stop = useMutation(
    trpc.workspaces.stop.mutationOptions({
      ...after,
      onSuccess(workspace) {
        showWorkspace(workspace)
        offerUndo(t`Stopping ${workspace.name}`, t`Start it again`, () =>
          perform(trpc.workspaces.start.mutationOptions({ onSuccess: showWorkspace }), { workspaceId: workspace.id }),
        )
      },
    }),
  )
  const restart = useMutation(trpc.workspaces.restart.mutationOptions(after))
  return { start, stop, restart }
}
