import { t } from '@lingui/core/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { FileClock } from 'lucide-react'
import type { FileChange, Workspace } from '@arcx/router'
import { Ago } from '../interface/time.tsx'
import { trpc } from '../server/client.ts'
import { writerIn } from './words.ts'

const refreshMs = 5000

/** Who wrote in which files, the latest first; each leads to the file's versions. */
export function Changes({ workspace, limit, filter = '' }: { workspace: Workspace; limit: number; filter?: string }) {
  const { data: changes } = useQuery({
    ...trpc.history.changes.queryOptions({ workspaceId: workspace.id, limit }),
    refetchInterval: refreshMs,
  })
  const shown = changes?.filter(({ path }) => path.includes(filter))
  if (shown === undefined) return <div aria-busy className="skeleton h-16 w-full" />
  if (shown.length === 0) {
    return (
      <p className="rounded-card border border-dashed border-line-strong p-5 text-center text-sm text-ink-soft">
        {filter === ''
          ? t`Nothing has been written yet in a file that was open in the editor.`
          : t`There is no such file.`}
      </p>
    )
  }
  return (
    <ul className="divide-y divide-line rounded-card border border-line bg-surface">
      {shown.map((change) => (
        <li key={`${change.path} ${change.firstAt} ${change.by.kind === 'person' ? change.by.login : change.by.kind}`}>
          <Row workspace={workspace} change={change} />
        </li>
      ))}
    </ul>
  )
}

function Row({ workspace, change }: { workspace: Workspace; change: FileChange }) {
  return (
    <Link
      to="/workspaces/$name/history"
      params={{ name: workspace.name }}
      search={{ path: change.path }}
      className="flex flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-2.5 text-sm hover:bg-sunken"
    >
      <FileClock size={16} aria-hidden className="text-ink-soft" />
      <span className="min-w-0 flex-1 basis-40 font-mono text-[0.8125rem] break-all">{change.path}</span>
      <span className="text-ink-soft">
        {writerIn(change.by)}, <Ago at={change.lastAt} />
      </span>
    </Link>
  )
}
