import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import type { Workspace } from '@arcx/router'
import { ConfirmByName } from '../interface/confirm-by-name.tsx'
import { showError } from '../interface/toasts.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { showWorkspace } from './live.ts'

export function RemoveDialog({
  workspace,
  open,
  onClose,
}: {
  workspace: Workspace
  open: boolean
  onClose: () => void
}) {
  const navigate = useNavigate()
  const isItsPage = useParams({ strict: false }).name === workspace.name
  const remove = useMutation(
    trpc.workspaces.remove.mutationOptions({
      onSuccess: showWorkspace,
      onError: (error) => showError(refusalOf(error).message),
    }),
  )
  return (
    <ConfirmByName
      open={open}
      onClose={onClose}
      title={t`Delete ${workspace.name}?`}
      name={workspace.name}
      onConfirm={() => {
        remove.mutate({ workspaceId: workspace.id })
        // Of what is going there is nothing more to see.
        if (isItsPage) void navigate({ to: '/dashboard' })
      }}
    >
      <Trans>Its container and everything in its home go for good. There is no way back.</Trans>
    </ConfirmByName>
  )
}
