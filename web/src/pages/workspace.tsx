import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Link, Navigate, useParams } from '@tanstack/react-router'
import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import type { Workspace, WorkspaceId } from '@arcx/router'
import { Rules } from '../egress/rules.tsx'
import { Changes } from '../history/changes.tsx'
import { buttonClass } from '../interface/button.tsx'
import { Frame } from '../interface/frame.tsx'
import { Ago } from '../interface/time.tsx'
import { useLiveWorkspacePresence } from '../presence/live.ts'
import { PresencePanel } from '../presence/panel.tsx'
import { Secrets } from '../secrets/secrets.tsx'
import { ActionBar } from '../workspaces/action-bar.tsx'
import { useLiveWorkspaces, useWorkspaces } from '../workspaces/live.ts'
import { DiskUse, DiskWarning } from '../workspaces/disk.tsx'
import { Logs } from '../workspaces/logs.tsx'
import { Network } from '../workspaces/network.tsx'
import { Resources } from '../workspaces/resources.tsx'
import { StateDot, StateText } from '../workspaces/state.tsx'

export function WorkspacePage() {
  useLiveWorkspaces()
  const { name } = useParams({ from: '/workspaces/$name' })
  const { data: workspaces, known } = useWorkspaces()
  // One that is being renamed goes by both its names.
  const named = (known?.find((entry) => entry.name === name) ?? workspaces?.find((entry) => entry.name === name))?.id
  const [shown, setShown] = useState({ name, id: named })
  if (shown.name !== name || (named !== undefined && shown.id !== named)) setShown({ name, id: named })
  const workspace = workspaces?.find((entry) => entry.id === (named ?? (shown.name === name ? shown.id : undefined)))
  // Somebody has renamed it while it is looked at.
  if (named === undefined && workspace !== undefined)
    return <Navigate to="/workspaces/$name" params={{ name: workspace.name }} replace />
  if (workspaces === undefined) {
    return (
      <Frame>
        <div aria-busy className="flex flex-col gap-4">
          <div className="skeleton h-8 w-56" />
          <div className="skeleton h-32 w-full" />
        </div>
      </Frame>
    )
  }
  if (workspace === undefined) {
    return (
      <Frame>
        <div className="rounded-card border border-line bg-surface p-8 text-center">
          <h1 className="text-lg font-semibold">
            <Trans>There is no workspace called {name}</Trans>
          </h1>
          <p className="mb-4 mt-1 text-ink-soft">
            <Trans>It may have been renamed or deleted, or it is not yours.</Trans>
          </p>
          <Link to="/dashboard" className={buttonClass('primary')}>
            <Trans>To your workspaces</Trans>
          </Link>
        </div>
      </Frame>
    )
  }
  return (
    <Frame workspaceId={workspace.id}>
      <Link to="/dashboard" className="mb-4 inline-flex items-center gap-1.5 text-sm text-ink-soft hover:text-ink">
        <ArrowLeft size={15} aria-hidden /> <Trans>Workspaces</Trans>
      </Link>
      <div className="mb-6 flex flex-wrap items-center gap-x-4 gap-y-3">
        <div className="min-w-0 flex-1 basis-60">
          <h1 className="flex items-center gap-3 text-2xl font-semibold tracking-tight break-all">
            <StateDot state={workspace.state} /> {workspace.name}
          </h1>
          <p className="mt-1 text-sm">
            <StateText workspace={workspace} />
          </p>
          <div className="text-sm">
            <DiskWarning disk={workspace.disk} />
          </div>
        </div>
        <ActionBar workspace={workspace} isPage />
      </div>
      <dl className="mb-6 grid grid-cols-2 gap-x-6 gap-y-3 rounded-card border border-line bg-surface p-4 text-sm sm:grid-cols-3 lg:grid-cols-[1.6fr_1fr_1fr_1fr_1fr]">
        <Fact term={t`Address`} className="max-sm:col-span-2">
          <span className="font-mono text-[0.8125rem] wrap-anywhere">{new URL(workspace.url).host}</span>
        </Fact>
        <Fact term={t`Created`}>
          <Ago at={workspace.createdAt} />
        </Fact>
        <Fact term={t`Last started`}>{workspace.startedAt === null ? t`never` : <Ago at={workspace.startedAt} />}</Fact>
        <Fact term={t`On disk`}>
          <DiskUse disk={workspace.disk} />
        </Fact>
        <Fact term={t`Last used`}>
          {workspace.lastActivityAt === null ? t`never` : <Ago at={workspace.lastActivityAt} />}
        </Fact>
      </dl>
      <Here key={`here ${workspace.id}`} workspaceId={workspace.id} />
      {workspace.state === 'running' && (
        <Resources key={`resources ${workspace.id} ${workspace.startedAt}`} workspace={workspace} />
      )}
      <Network key={`network ${workspace.id}`} workspaceId={workspace.id} />
      <OwnRules key={`rules ${workspace.id}`} workspace={workspace} />
      <section aria-labelledby="written" className="mt-6">
        <div className="mb-2 flex items-baseline justify-between gap-2">
          <h2 id="written" className="text-sm text-ink-soft">
            <Trans>Recent changes</Trans>
          </h2>
          <Link to="/workspaces/$name/history" params={{ name }} className="text-sm text-accent hover:underline">
            <Trans>Full history</Trans>
          </Link>
        </div>
        <Changes workspace={workspace} limit={5} />
      </section>
      <h2 className="mb-2 mt-6 text-sm text-ink-soft">
        <Trans>Log</Trans>
      </h2>
      <Logs key={`log ${workspace.id}`} workspaceId={workspace.id} />
    </Frame>
  )
}

function Here({ workspaceId }: { workspaceId: WorkspaceId }) {
  useLiveWorkspacePresence(workspaceId)
  return <PresencePanel scope={workspaceId} />
}

/** Beside what holds for all of a person's or a team's. */
function OwnRules({ workspace }: { workspace: Workspace }) {
  const owner = { teamId: null, workspaceId: workspace.id }
  return (
    <details className="mt-6">
      <summary className="cursor-pointer text-sm text-ink-soft">
        <Trans>Secrets and network access of this workspace only</Trans>
      </summary>
      <Secrets owner={owner} mayChange={workspace.may.includes('change-secrets')} />
      <Rules owner={owner} mayChange={workspace.may.includes('change-rules')} />
    </details>
  )
}

function Fact({ term, className, children }: { term: string; className?: string; children: React.ReactNode }) {
  return (
    <div className={className}>
      <dt className="text-ink-soft">{term}</dt>
      <dd className="font-medium">{children}</dd>
    </div>
  )
}
