import { Dialog } from '@base-ui/react/dialog'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Workspace } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { Modal } from '../interface/modal.tsx'
import { offerUndo } from '../interface/toasts.ts'
import { trpc, trpcClient } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { showWorkspace } from './live.ts'
import { NameField } from './name-field.tsx'

export function RenameDialog({ workspace, open, onClose }: { workspace: Workspace; open: boolean; onClose: () => void }) {
  return (
    <Modal open={open} onClose={onClose}>
      <Contents workspace={workspace} onClose={onClose} />
    </Modal>
  )
}

function Contents({ workspace, onClose }: { workspace: Workspace; onClose: () => void }) {
  const [name, setName] = useState(workspace.name)
  const navigate = useNavigate()
  const shownByName = useParams({ strict: false }).name === workspace.name
  const restarts = workspace.state === 'running' || workspace.state === 'starting'
  const rename = useMutation(
    trpc.workspaces.rename.mutationOptions({
      async onSuccess(renamed) {
        showWorkspace(renamed)
        onClose()
        const follow = async (to: string) => {
          if (shownByName) await navigate({ to: '/workspaces/$name', params: { name: to }, replace: true })
        }
        await follow(renamed.name)
        offerUndo(`${workspace.name} is ${renamed.name} now`, restarts ? t`Undo and restart again` : t`Undo`, async () => {
          showWorkspace(await trpcClient.workspaces.rename.mutate({ workspaceId: workspace.id, name: workspace.name }))
          await follow(workspace.name)
        })
      },
    }),
  )
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        rename.mutate({ workspaceId: workspace.id, name })
      }}
    >
      <Dialog.Title className="text-lg font-semibold"><Trans>Rename {workspace.name}</Trans></Dialog.Title>
      <NameField
        label={t`New name`}
        name={name}
        onName={(next) => {
          setName(next)
          rename.reset()
        }}
        refusal={rename.isError ? refusalOf(rename.error) : null}
      />
      {restarts && <p className="text-sm text-busy"><Trans>It is running and will restart; programs in its terminals end.</Trans></p>}
      <div className="flex justify-end gap-2">
        <Button tone="ghost" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button tone="primary" type="submit" busy={rename.isPending} disabled={name === '' || name === workspace.name}>
          {restarts ? t`Rename and restart` : t`Rename`}
        </Button>
      </div>
    </form>
  )
}
