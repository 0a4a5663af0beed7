import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { host } from '../host/host.ts'
import { Button, buttonClass } from '../interface/button.tsx'
import { Mark } from '../interface/mark.tsx'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { showWorkspace, useLiveWorkspaces, useWorkspaces } from '../workspaces/live.ts'
import { StartProgress } from '../workspaces/progress.tsx'
import { destination } from '../workspaces/destination.ts'

/** Where a workspace that is not running is opened: it starts, shows how that goes, and gives way to the IDE. */
export function OpenPage() {
  useLiveWorkspaces()
  const { name } = useParams({ from: '/open/$name' })
  const { to } = useSearch({ from: '/open/$name' })
  const { data: workspaces } = useWorkspaces()
  const start = useMutation(trpc.workspaces.start.mutationOptions({ onSuccess: showWorkspace }))
  const workspace = workspaces?.find((entry) => entry.name === name)
  const asked = useRef(false)
  const navigate = useNavigate()

  const state = workspace?.state
  const { mutate } = start
  useEffect(() => {
    if (workspace === undefined || !workspace.may.includes('open')) return
    if (workspace.state === 'running') {
      const url = destination(to, workspace.url).href
      if (host.openWorkspace(workspace.id, url)) void navigate({ to: '/dashboard' })
      else location.replace(url)
    }
    // One start by itself; after a failure the person decides.
    else if (workspace.state === 'stopped' && !asked.current) {
      asked.current = true
      mutate({ workspaceId: workspace.id })
    }
  }, [workspace, state, to, mutate, navigate])

  return (
    <main className="grid min-h-dvh place-items-center px-4">
      <div className="w-full max-w-sm rounded-2xl border border-line bg-surface p-7">
        <div className="mb-5 flex items-center gap-3">
          <Mark size={34} />
          <div className="min-w-0">
            <h1 className="truncate font-semibold">{name}</h1>
            {workspace !== undefined && (
              <p className="text-sm text-ink-soft">
                {!workspace.may.includes('open')
                  ? t`No access`
                  : state === 'running'
                    ? t`Opening…`
                    : state === 'failed'
                      ? t`It did not start`
                      : t`Starting`}
              </p>
            )}
          </div>
        </div>
        {workspace !== undefined && !workspace.may.includes('open') ? (
          <div>
            <p className="mb-4 text-sm text-ink-soft">
              <Trans>
                You are a viewer of the team that this workspace belongs to: you see how it is, and may not open it. An
                admin of the team can make you a member.
              </Trans>
            </p>
            <Link to="/workspaces/$name" params={{ name }} className={buttonClass('primary')}>
              <Trans>See the workspace</Trans>
            </Link>
          </div>
        ) : workspaces !== undefined && workspace === undefined ? (
          <div>
            <p className="mb-4 text-sm text-ink-soft">
              <Trans>There is no such workspace, or it is not yours.</Trans>
            </p>
            <Link to="/dashboard" className={buttonClass('primary')}>
              <Trans>To your workspaces</Trans>
            </Link>
          </div>
        ) : workspace?.state === 'failed' || start.isError ? (
          <div>
            <p role="alert" className="mb-4 rounded-lg bg-bad-wash px-3 py-2 text-sm text-bad">
              {start.isError ? refusalOf(start.error).message : workspace?.reason}
            </p>
            <div className="flex gap-2">
              {workspace !== undefined && (
                <Button tone="primary" busy={start.isPending} onClick={() => mutate({ workspaceId: workspace.id })}>
                  <Trans>Try again</Trans>
                </Button>
              )}
              <Link to="/dashboard" className={buttonClass('ghost')}>
                <Trans>Back</Trans>
              </Link>
            </div>
          </div>
        ) : workspace === undefined ? (
          <div className="skeleton h-28 w-full" />
        ) : (
          <StartProgress state={workspace.state} step={workspace.step} />
        )}
      </div>
    </main>
  )
}
