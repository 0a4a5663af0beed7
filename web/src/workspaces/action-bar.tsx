import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Cable, Ellipsis, ExternalLink, Pencil, Play, RotateCw, Square, Trash2 } from 'lucide-react'
import { Suspense, useState } from 'react'
import type { Workspace, WorkspaceOperation } from '@arcx/router'
import { Button, buttonClass } from '../interface/button.tsx'
import { lazyNamed } from '../interface/lazy-named.ts'
import { MenuButton } from '../interface/menu-button.tsx'
import { isPending } from '../server/optimistic.ts'
import { useWorkspaceActions } from './actions.ts'
import { OpenLink } from './open-link.tsx'

const ConnectDialog = lazyNamed(() => import('./connect-dialog.tsx'), 'ConnectDialog')
const RemoveDialog = lazyNamed(() => import('./remove-dialog.tsx'), 'RemoveDialog')
const RenameDialog = lazyNamed(() => import('./rename-dialog.tsx'), 'RenameDialog')

/** Open, start or stop, restart, and the rest behind a menu; on its own page there is room for the ways to connect too. */
export function ActionBar({ workspace, isPage = false }: { workspace: Workspace; isPage?: boolean }) {
  const { start, stop, restart } = useWorkspaceActions()
  const [dialog, setDialog] = useState<'connect' | 'rename' | 'remove' | null>(null)
  const { id: workspaceId, name, state } = workspace
  const may = (operation: WorkspaceOperation) => workspace.may.includes(operation)
  const resting = state === 'stopped' || state === 'failed'
  const canStop = state === 'running' || state === 'starting'
  if (isPending(workspace)) return null
  if (!may('open'))
    return (
      <span className="rounded-full border border-line px-2.5 py-1 text-xs text-ink-soft">
        <Trans>view only</Trans>
      </span>
    )
  return (
    <div className="flex items-center gap-1.5">
      {state === 'deleting' ? null : (
        <OpenLink
          workspace={workspace}
          className={buttonClass(state === 'running' ? 'primary' : 'plain')}
          aria-label={t`Open ${name}`}
        >
          <ExternalLink size={15} aria-hidden /> <Trans>Open</Trans>
        </OpenLink>
      )}
      {isPage && state !== 'deleting' && (
        <Button onClick={() => setDialog('connect')} aria-label={t`Connect to ${name}`} title={t`Connect`}>
          <Cable size={15} aria-hidden />{' '}
          <span className="max-sm:sr-only">
            <Trans>Connect</Trans>
          </span>
        </Button>
      )}
      {resting ? (
        <Button
          onClick={() => start.mutate({ workspaceId })}
          busy={start.isPending}
          aria-label={t`Start ${name}`}
          title={t`Start`}
          className="sm:w-22"
        >
          <Play size={15} aria-hidden />{' '}
          <span className="max-sm:sr-only">
            <Trans>Start</Trans>
          </span>
        </Button>
      ) : (
        <Button
          onClick={() => stop.mutate({ workspaceId })}
          busy={stop.isPending || !canStop}
          aria-label={t`Stop ${name}`}
          title={t`Stop`}
          className="sm:w-22"
        >
          <Square size={14} aria-hidden />{' '}
          <span className="max-sm:sr-only">
            <Trans>Stop</Trans>
          </span>
        </Button>
      )}
      <Button
        tone="ghost"
        onClick={() => restart.mutate({ workspaceId })}
        busy={restart.isPending}
        disabled={state !== 'running'}
        aria-label={t`Restart ${name}`}
        title={t`Restart`}
        className="w-9 !px-0 max-sm:hidden"
      >
        <RotateCw size={15} aria-hidden />
      </Button>
      {state === 'deleting' ? null : (
        <MenuButton
          label={t`More for ${name}`}
          className={buttonClass('ghost', true)}
          entries={[
            { label: t`Connect…`, icon: Cable, run: () => setDialog('connect') },
            {
              label: t`Restart`,
              icon: RotateCw,
              isDisabled: state !== 'running',
              run: () => restart.mutate({ workspaceId }),
            },
            ...(may('rename') ? [{ label: t`Rename…`, icon: Pencil, run: () => setDialog('rename') }] : []),
            ...(may('remove')
              ? [{ label: t`Delete…`, icon: Trash2, isBad: true, run: () => setDialog('remove') }]
              : []),
          ]}
        >
          <Ellipsis size={17} aria-hidden />
        </MenuButton>
      )}
      {dialog !== null && (
        <Suspense>
          {dialog === 'connect' ? (
            <ConnectDialog workspace={workspace} open onClose={() => setDialog(null)} />
          ) : dialog === 'rename' ? (
            <RenameDialog workspace={workspace} onClose={() => setDialog(null)} />
          ) : (
            <RemoveDialog workspace={workspace} open onClose={() => setDialog(null)} />
          )}
        </Suspense>
      )}
    </div>
  )
}
