import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Plus, Search } from 'lucide-react'
import { Suspense, useEffect, useRef, useState } from 'react'
import type { TeamId } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Frame } from '../interface/frame.tsx'
import { lazyNamed } from '../interface/lazy-named.ts'
import { Mark } from '../interface/mark.tsx'
import { Avatars } from '../presence/avatar.tsx'
import { useLiveTeamPresence, usePresent } from '../presence/live.ts'
import { Invitations } from '../teams/invitations.tsx'
import { useLiveTeams, useTeams } from '../teams/live.ts'
import { refusalOf } from '../server/error.ts'
import { useLiveWorkspaces, useWorkspaces } from '../workspaces/live.ts'
import { WorkspaceList } from '../workspaces/list.tsx'

const CreateDialog = lazyNamed(() => import('../workspaces/create-dialog.tsx'), 'CreateDialog')

export function Dashboard() {
  useLiveWorkspaces()
  useLiveTeams()
  const { data: teams } = useTeams()
  const { data: workspaces, error, refetch } = useWorkspaces()
  const { filter = '', new: isAsked = false } = useSearch({ from: '/dashboard' })
  const navigate = useNavigate({ from: '/dashboard' })
  const [isCreating, setCreating] = useState(false)
  const creating = isCreating || isAsked
  const searchBox = useRef<HTMLInputElement>(null)

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing =
        event.target instanceof HTMLElement &&
        event.target.closest('input, textarea, [contenteditable], [role=dialog]') !== null
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === 'c') setCreating(true)
      else if (event.key === '/') searchBox.current?.focus()
      else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])

  const shown = workspaces?.filter((workspace) => workspace.name.includes(filter.trim().toLowerCase()))
  const groups = [
    { key: 'own', title: t`Yours`, of: null, entries: shown?.filter(({ teamId }) => teamId === null) ?? [] },
    ...(teams ?? []).map((team) => ({
      key: team.id,
      title: team.name,
      of: team,
      entries: shown?.filter(({ teamId }) => teamId === team.id) ?? [],
    })),
  ]
  return (
    <Frame>
      <Invitations />
      <div className="mb-6 flex flex-wrap items-center gap-3">
        <h1 className="text-2xl font-semibold tracking-tight">
          <Trans>Workspaces</Trans>
        </h1>
        <div className="ml-auto flex items-center gap-2 max-sm:w-full">
          {workspaces !== undefined && workspaces.length > 0 && (
            <label className="relative block max-sm:flex-1">
              <span className="sr-only">
                <Trans>Filter by name</Trans>
              </span>
              <Search size={15} aria-hidden className="absolute left-3 top-1/2 -translate-y-1/2 text-ink-soft" />
              <input
                ref={searchBox}
                type="search"
                placeholder={t`Filter  /`}
                className={`${inputClass} !h-9 pl-9 sm:w-52`}
                value={filter}
                onChange={(event) =>
                  void navigate({
                    search: event.target.value === '' ? {} : { filter: event.target.value },
                    replace: true,
                  })
                }
              />
            </label>
          )}
          <Button tone="primary" onClick={() => setCreating(true)} title={t`New workspace (C)`}>
            <Plus size={16} aria-hidden /> <Trans>New workspace</Trans>
          </Button>
        </div>
      </div>
      {error !== null && workspaces === undefined ? (
        <div role="alert" className="rounded-card border border-line bg-surface p-6">
          <p className="font-medium">
            <Trans>The workspaces could not be loaded.</Trans>
          </p>
          <p className="mb-4 text-ink-soft">{refusalOf(error).message}</p>
          <Button onClick={() => void refetch()}>
            <Trans>Try again</Trans>
          </Button>
        </div>
      ) : shown === undefined ? (
        <Skeleton />
      ) : workspaces?.length === 0 && (teams ?? []).length === 0 ? (
        <Empty onCreate={() => setCreating(true)} />
      ) : shown.length === 0 && filter !== '' ? (
        <p className="rounded-card border border-dashed border-line-strong p-8 text-center text-ink-soft">
          <Trans>No workspace is called “{filter}”.</Trans>
        </p>
      ) : (
        groups.map((group) => (
          <section key={group.key} aria-label={group.title} className="mb-6">
            {groups.length > 1 && (
              <h2 className="mb-2 flex items-center gap-3 text-sm text-ink-soft">
                {group.of === null ? (
                  group.title
                ) : (
                  <Link
                    to="/teams/$name"
                    params={{ name: group.of.name }}
                    className="hover:text-ink hover:underline underline-offset-4"
                  >
                    {group.title}
                  </Link>
                )}
                {group.of !== null && <TeamHere teamId={group.of.id} />}
              </h2>
            )}
            {group.entries.length === 0 ? (
              <p className="rounded-card border border-dashed border-line-strong px-4 py-5 text-sm text-ink-soft">
                {filter !== ''
                  ? t`None by that name.`
                  : group.of === null
                    ? t`None of your own yet.`
                    : t`The team has no workspace yet.`}
              </p>
            ) : (
              <WorkspaceList workspaces={group.entries} />
            )}
          </section>
        ))
      )}
      {creating && (
        <Suspense>
          <CreateDialog
            open
            onClose={() => {
              setCreating(false)
              if (isAsked) void navigate({ search: filter === '' ? {} : { filter }, replace: true })
            }}
          />
        </Suspense>
      )}
    </Frame>
  )
}

/** Who of a team is here; its workspaces' rows show it too. */
function TeamHere({ teamId }: { teamId: TeamId }) {
  useLiveTeamPresence(teamId)
  return <Avatars present={usePresent(teamId) ?? []} most={6} />
}

function Empty({ onCreate }: { onCreate: () => void }) {
  return (
    <div className="flex flex-col items-center gap-4 rounded-card border border-dashed border-line-strong bg-surface px-6 py-16 text-center">
      <Mark size={44} />
      <div>
        <h2 className="text-lg font-semibold">
          <Trans>Your first workspace</Trans>
        </h2>
        <p className="mx-auto mt-1 max-w-md text-ink-soft">
          <Trans>
            A workspace is a container of your own with VS Code and a terminal, ready in about a second. What lies in
            its home stays when it stops.
          </Trans>
        </p>
      </div>
      <Button tone="primary" onClick={onCreate}>
        <Plus size={16} aria-hidden /> <Trans>Create a workspace</Trans>
      </Button>
      <p className="text-sm text-ink-soft max-sm:hidden">
        <Trans>
          or press <kbd className="rounded border border-line-strong bg-sunken px-1.5 font-mono text-xs">C</kbd>
        </Trans>
      </p>
    </div>
  )
}

function Skeleton() {
  return (
    <div aria-busy className="divide-y divide-line rounded-card border border-line bg-surface">
      <span className="sr-only">
        <Trans>Loading</Trans>
      </span>
      {[0, 1, 2].map((index) => (
        <div key={index} className="flex items-center gap-4 px-4 py-5">
          <div className="skeleton size-2.5" />
          <div className="skeleton h-4 w-40" />
          <div className="skeleton ml-auto h-8 w-36" />
        </div>
      ))}
    </div>
  )
}
