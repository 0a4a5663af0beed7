import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import { Play, Square, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { OwnedWorkspace, WorkspaceState } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { ConfirmByName } from '../interface/confirm-by-name.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Ago } from '../interface/time.tsx'
import { showError } from '../interface/toasts.ts'
import { queryClient, trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { optimistically, useOptimistic } from '../server/optimistic.ts'
import { StateDot, StateText } from '../workspaces/state.tsx'

const after = {
  onSuccess: () => queryClient.invalidateQueries({ queryKey: trpc.admin.workspaces.list.queryKey() }),
  onError: (error: unknown) => showError(refusalOf(error).message),
}

type List = readonly OwnedWorkspace[]
const moved =
  (from: readonly WorkspaceState[], to: WorkspaceState) =>
  (list: List, { workspaceId }: { readonly workspaceId: string }): List =>
    list.map((workspace) =>
      workspace.id === workspaceId && from.includes(workspace.state)
        ? { ...workspace, state: to, step: null, reason: null }
        : workspace,
    )
const optimistic = [
  optimistically(trpc.admin.workspaces.start, moved(['stopped', 'failed'], 'starting')),
  optimistically(trpc.admin.workspaces.stop, moved(['running', 'starting'], 'stopping')),
  optimistically(
    trpc.admin.workspaces.remove,
    moved(['creating', 'starting', 'running', 'stopping', 'stopped', 'failed'], 'deleting'),
  ),
]

/** Everybody's workspaces: find, start, stop, delete. What is in them stays theirs. */
export function EverybodysWorkspaces() {
  const [search, setSearch] = useState('')
  const { data: known, error } = useQuery({
    ...trpc.admin.workspaces.list.queryOptions({ search }),
    placeholderData: keepPreviousData,
    refetchInterval: 3000,
  })
  const data = useOptimistic(known, optimistic)
  return (
    <>
      <label className="mb-3 block">
        <span className="sr-only">
          <Trans>Find by name, owner or team</Trans>
        </span>
        <input
          type="search"
          className={`${inputClass} sm:w-80`}
          placeholder={t`Name, owner or team`}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          maxLength={100}
        />
      </label>
      {error !== null ? (
        <p role="alert" className="text-bad">
          {refusalOf(error).message}
        </p>
      ) : data === undefined ? (
        <div aria-busy className="skeleton h-32 w-full" />
      ) : data.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong p-8 text-center text-ink-soft">
          {search === '' ? t`Nobody has a workspace yet.` : t`No workspace matches “${search}”.`}
        </p>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {data.map((workspace) => (
            <Row key={workspace.id} workspace={workspace} />
          ))}
        </ul>
      )}
    </>
  )
}

function Row({ workspace }: { workspace: OwnedWorkspace }) {
  const start = useMutation(trpc.admin.workspaces.start.mutationOptions(after))
  const stop = useMutation(trpc.admin.workspaces.stop.mutationOptions(after))
  const [removing, setRemoving] = useState(false)
  const remove = useMutation(trpc.admin.workspaces.remove.mutationOptions(after))
  const { id: workspaceId, name, state } = workspace
  const resting = state === 'stopped' || state === 'failed'
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3" data-workspace={name} data-state={state}>
      <StateDot state={state} />
      <div className="min-w-0 flex-1 basis-56">
        <div className="font-medium break-all">{name}</div>
        <div className="text-sm text-ink-soft break-words">
          {workspace.teamName === null ? workspace.ownerLogin : `team ${workspace.teamName}`} ·{' '}
          <StateText workspace={workspace} />
          {workspace.lastActivityAt !== null && (
            <>
              {' '}
              <Trans>
                · used <Ago at={workspace.lastActivityAt} />
              </Trans>
            </>
          )}
        </div>
      </div>
      {resting ? (
        <Button onClick={() => start.mutate({ workspaceId })} busy={start.isPending} aria-label={t`Start ${name}`}>
          <Play size={15} aria-hidden /> <Trans>Start</Trans>
        </Button>
      ) : (
        <Button
          onClick={() => stop.mutate({ workspaceId })}
          busy={stop.isPending}
          disabled={state !== 'running' && state !== 'starting'}
          aria-label={t`Stop ${name}`}
        >
          <Square size={14} aria-hidden /> <Trans>Stop</Trans>
        </Button>
      )}
      <Button onClick={() => setRemoving(true)} disabled={state === 'deleting'} aria-label={t`Delete ${name}`}>
        <Trash2 size={15} aria-hidden /> <Trans>Delete…</Trans>
      </Button>
      <ConfirmByName
        open={removing}
        onClose={() => setRemoving(false)}
        title={t`Delete ${name}?`}
        name={name}
        onConfirm={() => remove.mutate({ workspaceId })}
      >
        <Trans>It is somebody else’s. Its container and everything in its home go for good.</Trans>
      </ConfirmByName>
    </li>
  )
}
