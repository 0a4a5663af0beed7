import { Dialog } from '@base-ui/react/dialog'
import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import type { TeamId } from '@arcx/router'
import { Button, buttonClass } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Modal } from '../interface/modal.tsx'
import { showError } from '../interface/toasts.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { useTeams } from '../teams/live.ts'
import { showWorkspace, useWorkspaces } from './live.ts'
import { NameField } from './name-field.tsx'
import { OpenLink } from './open-link.tsx'
import { StartProgress } from './progress.tsx'

/** Asks for a name, then shows the workspace come up. */
export function CreateDialog({
  open,
  onClose,
  teamId = null,
}: {
  open: boolean
  onClose: () => void
  teamId?: TeamId | null
}) {
  return (
    <Modal open={open} onClose={onClose}>
      <Contents onClose={onClose} initialTeam={teamId} />
    </Modal>
  )
}

function Contents({ onClose, initialTeam }: { onClose: () => void; initialTeam: TeamId | null }) {
  const { data: teams } = useTeams()
  const [teamId, setTeamId] = useState<TeamId | null>(initialTeam)
  const places = teams?.filter((team) => team.may.includes('create')) ?? []
  const { data: proposed } = useQuery({
    ...trpc.workspaces.freeName.queryOptions({ wanted: 'my-project' }),
    staleTime: 0,
    gcTime: 0,
  })
  const [typed, setTyped] = useState('')
  const isThere = useRef(true)
  useEffect(() => {
    isThere.current = true
    return () => void (isThere.current = false)
  }, [])
  const create = useMutation(trpc.workspaces.create.mutationOptions({ onSuccess: showWorkspace }))
  // Shown where nothing is typed, and never among what is: it may come while somebody types.
  const name = typed.trim() === '' ? (proposed ?? '') : typed.trim()
  if (create.variables !== undefined && !create.isError)
    return <Created name={create.data?.name ?? create.variables.name} isMade={create.isSuccess} onClose={onClose} />
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (name !== '')
          void create
            .mutateAsync({ name, teamId })
            .catch((error: unknown) => isThere.current || showError(refusalOf(error).message))
      }}
    >
      <Dialog.Title className="text-lg font-semibold">
        <Trans>New workspace</Trans>
      </Dialog.Title>
      <Dialog.Description className="-mt-3 text-sm text-ink-soft">
        <Trans>A container of its own with VS Code, a terminal and a home that stays.</Trans>
      </Dialog.Description>
      <NameField
        label={t`Name`}
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
          <Trans>Belongs to</Trans>
          <select
            className={inputClass}
            value={teamId ?? ''}
            onChange={(event) => setTeamId(places.find(({ id }) => id === event.target.value)?.id ?? null)}
          >
            <option value="">
              <Trans>you alone</Trans>
            </option>
            {places.map((team) => (
              <option key={team.id} value={team.id}>
                <Trans>team {team.name}</Trans>
              </option>
            ))}
          </select>
        </label>
      )}
      <div className="flex justify-end gap-2">
        <Button tone="ghost" onClick={onClose}>
          <Trans>Cancel</Trans>
        </Button>
        <Button tone="primary" type="submit" disabled={name === ''}>
          <Trans>Create</Trans>
        </Button>
      </div>
    </form>
  )
}

function Created({ name, isMade, onClose }: { name: string; isMade: boolean; onClose: () => void }) {
  const { data: list } = useWorkspaces()
  const workspace = isMade ? list?.find((entry) => entry.name === name) : undefined
  // Until it is made, one of that name is another.
  const { state, step, reason } = workspace ?? { state: 'creating' as const, step: null, reason: null }
  const running = state === 'running'
  useEffect(() => {
    if (isMade && list !== undefined && workspace === undefined) onClose()
  }, [isMade, list, workspace, onClose])
  const openLink = useRef<HTMLAnchorElement>(null)
  useEffect(() => {
    // Not from under whoever has gone on to another button.
    if (running && document.activeElement?.closest('button, a') === null) openLink.current?.focus()
  }, [running])
  return (
    <div className="flex flex-col gap-5">
      <Dialog.Title className="text-lg font-semibold">
        {running ? t`${name} is ready` : t`Creating ${name}`}
      </Dialog.Title>
      {state === 'failed' ? (
        <p role="alert" className="rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
          {reason}
        </p>
      ) : (
        <StartProgress state={state} step={step} />
      )}
      <div className="flex justify-end gap-2">
        <Button tone="ghost" onClick={onClose}>
          {running ? t`Close` : t`Go on without waiting`}
        </Button>
        {workspace !== undefined && running && (
          <OpenLink ref={openLink} workspace={workspace} className={buttonClass('primary')} onOpened={onClose}>
            <ExternalLink size={15} aria-hidden /> <Trans>Open workspace</Trans>
          </OpenLink>
        )}
      </div>
    </div>
  )
}
