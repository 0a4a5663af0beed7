import { Dialog } from '@base-ui/react/dialog'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { TeamId, WorkspaceId } from '@arcx/router'
import { Button, buttonClass } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Modal } from '../interface/modal.tsx'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { showWorkspace } from './live.ts'
import { NameField } from './name-field.tsx'
import { OpenLink } from './open-link.tsx'
import { StartProgress } from './progress.tsx'

/** Asks for a name, then shows the workspace come up. */
export function CreateDialog({ open, onClose, teamId = null }: { open: boolean; onClose: () => void; teamId?: TeamId | null }) {
  return (
    <Modal open={open} onClose={onClose}>
      <Contents onClose={onClose} initialTeam={teamId} />
    </Modal>
  )
}

function Contents({ onClose, initialTeam }: { onClose: () => void; initialTeam: TeamId | null }) {
  const { data: teams } = useQuery(trpc.teams.list.queryOptions())
  const [teamId, setTeamId] = useState<TeamId | null>(initialTeam)
  const places = teams?.filter(({ role }) => role !== 'viewer') ?? []
  const { data: proposed } = useQuery({ ...trpc.workspaces.freeName.queryOptions({ wanted: 'my-project' }), staleTime: 0, gcTime: 0 })
  const [typed, setTyped] = useState('')
  const [createdId, setCreatedId] = useState<WorkspaceId | null>(null)
  const create = useMutation(
    trpc.workspaces.create.mutationOptions({
      onSuccess(workspace) {
        showWorkspace(workspace)
        setCreatedId(workspace.id)
      },
    }),
  )
  // Shown where nothing is typed, and never among what is: it may come while somebody types.
  const name = typed === '' ? (proposed ?? '') : typed
  if (createdId !== null) return <Created workspaceId={createdId} onClose={onClose} />
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (name !== '') create.mutate({ name, teamId })
      }}
    >
      <Dialog.Title className="text-lg font-semibold">New workspace</Dialog.Title>
      <Dialog.Description className="-mt-3 text-sm text-ink-soft">A container of its own with VS Code, a terminal and a home that stays.</Dialog.Description>
      <NameField
        label="Name"
        name={typed}
        proposed={proposed ?? ''}
        onName={(next) => {
          setTyped(next)
          create.reset()
        }}
        refusal={create.isError ? refusalOf(create.error) : null}
      />
      {places.length > 0 && (
        <label className="flex flex-col gap-1.5 text-sm font-medium">
          Belongs to
          <select className={inputClass} value={teamId ?? ''} onChange={(event) => setTeamId(places.find(({ id }) => id === event.target.value)?.id ?? null)}>
            <option value="">you alone</option>
            {places.map((team) => (
              <option key={team.id} value={team.id}>
                team {team.name}
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="flex justify-end gap-2">
        <Button tone="ghost" onClick={onClose}>
          Cancel
        </Button>
        <Button tone="primary" type="submit" busy={create.isPending} disabled={name === ''}>
          {create.isPending ? 'Creating…' : 'Create'}
        </Button>
      </div>
    </form>
  )
}

function Created({ workspaceId, onClose }: { workspaceId: WorkspaceId; onClose: () => void }) {
  const { data: list } = useQuery(trpc.workspaces.list.queryOptions())
  const workspace = list?.find((entry) => entry.id === workspaceId)
  const running = workspace?.state === 'running'
  useEffect(() => {
    if (workspace === undefined) onClose()
  }, [workspace, onClose])
  if (workspace === undefined) return null
  return (
    <div className="flex flex-col gap-5">
      <Dialog.Title className="text-lg font-semibold">{running ? `${workspace.name} is ready` : `Creating ${workspace.name}`}</Dialog.Title>
      {workspace.state === 'failed' ? (
        <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
          {workspace.reason}
        </p>
      ) : (
        <StartProgress workspace={workspace} />
      )}
      <div className="flex justify-end gap-2">
        <Button tone="ghost" onClick={onClose}>
          {running ? 'Close' : 'Go on without waiting'}
        </Button>
        {running && (
          <OpenLink autoFocus workspace={workspace} className={buttonClass('primary')} onOpened={onClose}>
            <ExternalLink size={15} aria-hidden /> Open workspace
          </OpenLink>
        )}
      </div>
    </div>
  )
}
