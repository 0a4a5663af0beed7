import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { Ellipsis, ExternalLink, Pencil, Play, RotateCw, Square, Trash2 } from 'lucide-react'
import { Suspense, useState } from 'react'
import type { Workspace, WorkspaceOperation } from '@arcx/router'
import { Button, buttonClass } from '../interface/button.tsx'
import { lazyNamed } from '../interface/lazy-named.ts'
import { MenuButton } from '../interface/menu-button.tsx'
import { isComingUp } from '../server/optimistic.ts'
import { useWorkspaceActions } from './actions.ts'
import { OpenLink } from './open-link.tsx'

const RemoveDialog = lazyNamed(() => import('./remove-dialog.tsx'), 'RemoveDialog')
const RenameDialog = lazyNamed(() => import('./rename-dialog.tsx'), 'RenameDialog')

/** Open, start or stop, restart, and the rest behind a menu; the same on a row and on its page. */
export function ActionBar({ workspace }: { workspace: Workspace }) {
  const { start, stop, restart } = useWorkspaceActions()
  const [dialog, setDialog] = useState<'rename' | 'remove' | null>(null)
  const { id: workspaceId, name, state } = workspace
  const may = (operation: WorkspaceOperation) => workspace.may.includes(operation)
  const resting = state === 'stopped' || state === 'failed'
  const canStop = state === 'running' || state === 'starting'
  if (isComingUp(workspace)) return null
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
      {resting ? (
        <Button
          onClick={() => start.mutate({ workspaceId })}
          busy={start.isPending}
          aria-label={t`Start ${name}`}
          title={t`Start`}
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
      {(may('rename') || may('remove')) && (
        <MenuButton
          label={t`More for ${name}`}
          className={buttonClass('ghost', true)}
          entries={[
            {
              label: t`Restart`,
              icon: RotateCw,
              isDisabled: state !== 'running',
              run: () => restart.mutate({ workspaceId }),
            },
            { label: t`Rename…`, icon: Pencil, run: () => setDialog('rename') },
            {
              label: t`Delete…`,
              icon: Trash2,
              isBad: true,
              isDisabled: state === 'deleting',
              run: () => setDialog('remove'),
            },
          ]}
        >
          <Ellipsis size={17} aria-hidden />
        </MenuButton>
      )}
      {dialog !== null && (
        <Suspense>
          {dialog === 'rename' ? (
            <RenameDialog workspace={workspace} onClose={() => setDialog(null)} />
          ) : (
            <RemoveDialog workspace={workspace} open onClose={() => setDialog(null)} />
          )}
        </Suspense>
      )}
    </div>
  )
}
