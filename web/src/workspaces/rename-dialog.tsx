import { Dialog } from '@base-ui/react/dialog'
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
        offerUndo(`${workspace.name} is ${renamed.name} now`, restarts ? 'Undo and restart again' : 'Undo', async () => {
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
      <Dialog.Title className="text-lg font-semibold">Rename {workspace.name}</Dialog.Title>
      <NameField
        label="New name"
        name={name}
        onName={(next) => {
          setName(next)
          rename.reset()
        }}
        refusal={rename.isError ? refusalOf(rename.error) : null}
      />
      {restarts && <p className="text-sm text-busy">It is running and will restart; programs in its terminals end.</p>}
      <div className="flex justify-end gap-2">
        <Button tone="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button tone="primary" type="submit" busy={rename.isPending} disabled={name === '' || name === workspace.name}>
          {restarts ? 'Rename and restart' : 'Rename'}
        </Button>
      </div>
    </form>
  )
}
