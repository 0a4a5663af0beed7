import { t } from '@lingui/core/macro'
import { useMutation } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Workspace } from '@arcx/router'
import { offerUndo } from '../interface/toasts.ts'
import { trpc } from '../server/client.ts'
import { perform } from '../server/optimistic.ts'
import { showWorkspace } from './live.ts'
import { NameDialog } from './name-dialog.tsx'

/** Made anew for each time. */
export function RenameDialog({ workspace, onClose }: { workspace: Workspace; onClose: () => void }) {
  // Of the workspace itself: it is shown under its new name meanwhile.
  const [former] = useState(workspace.name)
  const navigate = useNavigate()
  const shownByName = useParams({ strict: false }).name === former
  const [restarts] = useState(workspace.state === 'running' || workspace.state === 'starting')
  const rename = useMutation(
    trpc.workspaces.rename.mutationOptions({
      async onSuccess(renamed) {
        const follow = async (to: string) => {
          if (shownByName) await navigate({ to: '/workspaces/$name', params: { name: to }, replace: true })
        }
        await follow(renamed.name)
        showWorkspace(renamed)
        onClose()
        offerUndo(t`${former} renamed to ${renamed.name}`, restarts ? t`Undo and restart again` : t`Undo`, () =>
          perform(
            trpc.workspaces.rename.mutationOptions({
              async onSuccess(restored) {
                await follow(restored.name)
                showWorkspace(restored)
              },
            }),
            { workspaceId: workspace.id, name: former },
          ),
        )
      },
    }),
  )
  return (
    <NameDialog
      title={t`Rename ${former}`}
      label={t`New name`}
      warning={restarts ? t`It is running and will restart; programs in its terminals end.` : undefined}
      former={former}
      button={restarts ? t`Rename and restart` : t`Rename`}
      asking={rename}
      onName={(name) => rename.mutate({ workspaceId: workspace.id, name })}
      onClose={onClose}
    />
  )
}
