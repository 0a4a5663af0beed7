import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { RotateCcw } from 'lucide-react'
import type { FileVersion, FileVersionId, Workspace } from '@arcx/router'
import { Button } from '../interface/button.tsx'
import { Ago, exactTime } from '../interface/time.tsx'
import { showToast, showError } from '../interface/toasts.ts'
import { queryClient, trpc, trpcClient } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { Difference } from './difference-view.tsx'
import { causeIn } from './words.ts'

const refreshMs = 5000

/** A file's versions, what changed with the chosen one, and the way back to it. */
export function Versions({
  workspace,
  path,
  chosen,
}: {
  workspace: Workspace
  path: string
  chosen: string | undefined
}) {
  const { data: versions } = useQuery({
    ...trpc.history.versions.queryOptions({ workspaceId: workspace.id, path }),
    refetchInterval: refreshMs,
  })
  if (versions === undefined) return <div aria-busy className="skeleton h-64 w-full" />
  const index = Math.max(
    0,
    versions.findIndex(({ id }) => id === chosen),
  )
  const [version, before] = [versions[index], versions[index + 1]]
  if (version === undefined) {
    return (
      <p className="rounded-card border border-dashed border-line-strong p-5 text-center text-sm text-ink-soft">
        <Trans>No version of it is kept yet: there is one each time that it is saved.</Trans>
      </p>
    )
  }
  return (
    <div className="grid gap-5 md:grid-cols-[17rem_1fr]">
      <ol
        aria-label={t`Versions`}
        className="max-h-[70vh] divide-y divide-line overflow-auto rounded-card border border-line bg-surface max-md:max-h-56"
      >
        {versions.map((each, place) => (
          <li key={each.id}>
            <Choice version={each} isChosen={place === index} isLatest={place === 0} />
          </li>
        ))}
      </ol>
      <section aria-label={t`What changed`} className="min-w-0">
        <div className="mb-3 flex flex-wrap items-center justify-between gap-2">
          <p className="text-sm text-ink-soft">
            {exactTime(version.at)}, {causeIn(version)}
          </p>
          {index > 0 && <Restore workspace={workspace} version={version} />}
        </div>
        <Chosen workspace={workspace} version={version.id} before={before?.id ?? null} />
      </section>
    </div>
  )
}

function Choice({ version, isChosen, isLatest }: { version: FileVersion; isChosen: boolean; isLatest: boolean }) {
  const navigate = useNavigate({ from: '/workspaces/$name/history' })
  return (
    <button
      type="button"
      aria-current={isChosen}
      onClick={() => void navigate({ search: { path: version.path, version: version.id }, replace: true })}
      className={`block w-full px-4 py-2.5 text-left text-sm ${isChosen ? 'bg-accent-wash' : 'hover:bg-sunken'}`}
    >
      <span className="font-medium">
        <Ago at={version.at} />
      </span>
      {isLatest && (
        <span className="ml-2 rounded-full border border-line px-2 text-xs text-ink-soft">
          <Trans>latest</Trans>
        </span>
      )}
      <span className="block text-ink-soft">{causeIn(version)}</span>
    </button>
  )
}

function Chosen({
  workspace,
  version,
  before,
}: {
  workspace: Workspace
  version: FileVersionId
  before: FileVersionId | null
}) {
  const own = { staleTime: Infinity }
  const { data: now } = useQuery({
    ...trpc.history.version.queryOptions({ workspaceId: workspace.id, versionId: version }),
    ...own,
  })
  const { data: earlier } = useQuery({
    ...trpc.history.version.queryOptions({ workspaceId: workspace.id, versionId: before ?? version }),
    ...own,
    enabled: before !== null,
  })
  if (now === undefined || (before !== null && earlier === undefined))
    return <div aria-busy className="skeleton h-64 w-full" />
  return <Difference key={version} before={before === null ? null : (earlier?.text ?? '')} after={now.text} />
}

function Restore({ workspace, version }: { workspace: Workspace; version: FileVersion }) {
  const restore = useMutation(
    trpc.history.restore.mutationOptions({
      async onSuccess(hasChanged) {
        await queryClient.invalidateQueries({ queryKey: trpc.history.pathKey() })
        if (!hasChanged)
          return showToast({ title: t`Nothing to restore`, words: t`${version.path} is as it was then already.` })
        const [, before] = await trpcClient.history.versions.query({ workspaceId: workspace.id, path: version.path })
        const undo =
          before === undefined
            ? {}
            : {
                action: {
                  label: t`Undo`,
                  run: () => restore.mutate({ workspaceId: workspace.id, versionId: before.id }),
                },
              }
        showToast({
          title: t`Restored`,
          words: t`${version.path} is as it was then. What it held before is kept as a version.`,
          ...undo,
        })
      },
      onError: (error) => showError(refusalOf(error).message),
    }),
  )
  if (!workspace.may.includes('exec')) return null
  const isRunning = workspace.state === 'running'
  return (
    <Button
      onClick={() => restore.mutate({ workspaceId: workspace.id, versionId: version.id })}
      busy={restore.isPending}
      disabled={!isRunning}
      title={isRunning ? undefined : t`Start the workspace first`}
    >
      <RotateCcw size={15} aria-hidden /> <Trans>Restore this version</Trans>
    </Button>
  )
}
