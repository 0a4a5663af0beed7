import { useMutation } from '@tanstack/react-query'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { tellRefusal } from '../interface/toasts.tsx'
import { showWorkspace } from './live.ts'

const shown = { onSuccess: showWorkspace, onError: (error: unknown) => tellRefusal(refusalOf(error).message) }

/** What one can do with a workspace; each shows its effect as soon as the server has taken it. */
export function useWorkspaceActions() {
  const start = useMutation(trpc.workspaces.start.mutationOptions(shown))
  const stop = useMutation(trpc.workspaces.stop.mutationOptions(shown))
  const restart = useMutation(trpc.workspaces.restart.mutationOptions(shown))
  return { start, stop, restart }
}
