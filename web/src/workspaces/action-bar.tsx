import { Menu } from '@base-ui/react/menu'
import { Ellipsis, ExternalLink, Pencil, Play, RotateCw, Square, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Workspace, WorkspaceOperation } from '@arcx/router'
import { Button, buttonClass } from '../interface/button.tsx'
import { menuItemClass, menuPopupClass } from '../interface/menu.ts'
import { useWorkspaceActions } from './actions.ts'
import { OpenLink } from './open-link.tsx'
import { RemoveDialog } from './remove-dialog.tsx'
import { RenameDialog } from './rename-dialog.tsx'

/** Open, start or stop, restart, and the rest behind a menu; the same on a row and on its page. */
export function ActionBar({ workspace }: { workspace: Workspace }) {
  const { start, stop, restart } = useWorkspaceActions()
  const [dialog, setDialog] = useState<'rename' | 'remove' | null>(null)
  const { id: workspaceId, name, state } = workspace
  const may = (operation: WorkspaceOperation) => workspace.may.includes(operation)
  const resting = state === 'stopped' || state === 'failed'
  const canStop = state === 'running' || state === 'starting'
  if (!may('open')) return <span className="rounded-full border border-line px-2.5 py-1 text-xs text-ink-soft">view only</span>
  return (
    <div className="flex items-center gap-1.5">
      {state === 'deleting' ? null : (
        <OpenLink workspace={workspace} className={buttonClass(state === 'running' ? 'primary' : 'plain')} aria-label={`Open ${name}`}>
          <ExternalLink size={15} aria-hidden /> Open
        </OpenLink>
      )}
      {resting ? (
        <Button onClick={() => start.mutate({ workspaceId })} busy={start.isPending} aria-label={`Start ${name}`} title="Start">
          <Play size={15} aria-hidden /> <span className="max-sm:sr-only">Start</span>
        </Button>
      ) : (
        <Button onClick={() => stop.mutate({ workspaceId })} busy={stop.isPending} disabled={!canStop} aria-label={`Stop ${name}`} title="Stop">
          <Square size={14} aria-hidden /> <span className="max-sm:sr-only">Stop</span>
        </Button>
      )}
      <Button tone="ghost" onClick={() => restart.mutate({ workspaceId })} busy={restart.isPending} disabled={state !== 'running'} aria-label={`Restart ${name}`} title="Restart" className="w-9 !px-0 max-sm:hidden">
        <RotateCw size={15} aria-hidden />
      </Button>
      {(may('rename') || may('remove')) && (
      <Menu.Root>
        <Menu.Trigger className={buttonClass('ghost', true)} aria-label={`More for ${name}`}>
          <Ellipsis size={17} aria-hidden />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={6} align="end" className="z-40">
            <Menu.Popup className={menuPopupClass}>
              <Menu.Item className={menuItemClass} disabled={state !== 'running'} onClick={() => restart.mutate({ workspaceId })}>
                <RotateCw size={15} aria-hidden /> Restart
              </Menu.Item>
              <Menu.Item className={menuItemClass} onClick={() => setDialog('rename')}>
                <Pencil size={15} aria-hidden /> Rename…
              </Menu.Item>
              <Menu.Item className={`${menuItemClass} text-bad`} disabled={state === 'deleting'} onClick={() => setDialog('remove')}>
                <Trash2 size={15} aria-hidden /> Delete…
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      )}
      <RenameDialog workspace={workspace} open={dialog === 'rename'} onClose={() => setDialog(null)} />
      <RemoveDialog workspace={workspace} open={dialog === 'remove'} onClose={() => setDialog(null)} />
    </div>
  )
}
