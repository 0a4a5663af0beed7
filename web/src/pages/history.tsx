import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Link, useParams, useSearch } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import type { Workspace } from '@arcx/router'
import { Changes } from '../history/changes.tsx'
import { Versions } from '../history/versions.tsx'
import { buttonClass } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Frame } from '../interface/frame.tsx'
import { useLiveWorkspaces, useWorkspaces } from '../workspaces/live.ts'

const shownAtMost = 500
const backClass = 'mb-4 inline-flex items-center gap-1.5 text-sm text-ink-soft hover:text-ink'

/** Who wrote in a workspace's files; with a path, that file's versions. */
export function HistoryPage() {
  useLiveWorkspaces()
  const { name } = useParams({ from: '/workspaces/$name/history' })
  const { path, version } = useSearch({ from: '/workspaces/$name/history' })
  const { data: workspaces } = useWorkspaces()
  const workspace = workspaces?.find((entry) => entry.name === name)
  if (workspaces === undefined) {
    return (
      <Frame>
        <div aria-busy className="skeleton h-32 w-full" />
      </Frame>
    )
  }
  if (workspace === undefined) {
    return (
      <Frame>
        <h1 className="mb-4 text-lg font-semibold">
          <Trans>There is no workspace called {name}</Trans>
        </h1>
        <Link to="/dashboard" className={buttonClass('primary')}>
          <Trans>To your workspaces</Trans>
        </Link>
      </Frame>
    )
  }
  return (
    <Frame workspaceId={workspace.id}>
      {path === undefined ? (
        <All workspace={workspace} />
      ) : (
        <>
          <Link to="/workspaces/$name/history" params={{ name }} className={backClass}>
            <ArrowLeft size={15} aria-hidden /> <Trans>History of {name}</Trans>
          </Link>
          <h1 className="mb-5 font-mono text-xl font-semibold break-all">{path}</h1>
          <Versions key={path} workspace={workspace} path={path} chosen={version} />
        </>
      )}
    </Frame>
  )
}

function All({ workspace }: { workspace: Workspace }) {
  const [filter, setFilter] = useState('')
  const wanted = useDeferredValue(filter.trim())
  return (
    <>
      <Link to="/workspaces/$name" params={{ name: workspace.name }} className={backClass}>
        <ArrowLeft size={15} aria-hidden /> {workspace.name}
      </Link>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-2xl font-semibold tracking-tight break-all">
          <Trans>History of {workspace.name}</Trans>
        </h1>
        <input
          aria-label={t`Files with`}
          type="search"
          className={`${inputClass} !w-56 font-mono text-sm`}
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          placeholder={t`file`}
          autoCapitalize="none"
          spellCheck={false}
        />
      </div>
      <Changes workspace={workspace} limit={shownAtMost} filter={wanted} />
    </>
  )
}
