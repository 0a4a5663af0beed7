import type { Workspace } from '@arcx/router'
import type { AccountView, ConnectionState } from '@arcx/desktop-contract/contract'

export type TrayAction =
  | { readonly do: 'show' }
  | { readonly do: 'switcher' }
  | { readonly do: 'newWorkspace' }
  | { readonly do: 'open' | 'start' | 'stop'; readonly workspaceId: string }
  | { readonly do: 'use'; readonly accountId: string }
  | { readonly do: 'quit' }

export type TrayItem =
  | { readonly kind: 'line' }
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'action'; readonly label: string; readonly action: TrayAction; readonly isChecked?: boolean }
  | { readonly kind: 'menu'; readonly label: string; readonly items: readonly TrayItem[] }

export interface TrayState {
  readonly accounts: readonly AccountView[]
  readonly current: AccountView | null
  readonly connection: ConnectionState
  readonly workspaces: readonly Workspace[]
}

export interface TrayModel {
  readonly tooltip: string
  readonly items: readonly TrayItem[]
}

/** As many as a menu shows without scrolling on a small screen. */
const most = 10
const order = ['running', 'starting', 'creating', 'stopping', 'failed', 'stopped', 'deleting'] as const
const signs: Readonly<Record<Workspace['state'], string>> = {
  running: '●',
  starting: '◐',
  creating: '◐',
  stopping: '◑',
  stopped: '○',
  failed: '▲',
  deleting: '◌',
}
const words: Readonly<Record<Workspace['state'], string>> = {
  running: 'running',
  starting: 'starting',
  creating: 'being made',
  stopping: 'stopping',
  stopped: 'stopped',
  failed: 'failed',
  deleting: 'being removed',
}

/** What the tray says and offers; states are told in words too, not by a sign alone. */
export function trayModel({ accounts, current, connection, workspaces }: TrayState): TrayModel {
  const running = workspaces.filter(({ state }) => state === 'running').length
  const head =
    current === null
      ? 'Not signed in'
      : connection === 'open'
        ? `${running} running`
        : connection === 'expired' || !current.signedIn
          ? 'Signed out'
          : 'Offline'
  const sorted = workspaces.toSorted(
    (a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.name.localeCompare(b.name),
  )
  const items: TrayItem[] = [
    {
      kind: 'text',
      label: current === null ? head : `${current.login} at ${new URL(current.server).host}: ${head.toLowerCase()}`,
    },
    { kind: 'line' },
  ]
  for (const workspace of sorted.slice(0, most)) items.push(entry(workspace, connection === 'open'))
  if (sorted.length > most)
    items.push({ kind: 'action', label: `${sorted.length - most} more…`, action: { do: 'show' } })
  if (sorted.length > 0) items.push({ kind: 'line' })
  if (current !== null && connection === 'open')
    items.push({ kind: 'action', label: 'New workspace…', action: { do: 'newWorkspace' } })
  items.push(
    { kind: 'action', label: 'Go to workspace…', action: { do: 'switcher' } },
    { kind: 'action', label: 'Show arcx', action: { do: 'show' } },
  )
  if (accounts.length > 1) {
    items.push({
      kind: 'menu',
      label: 'Account',
      items: accounts.map(({ id, login, server }) => ({
        kind: 'action',
        label: `${login} at ${new URL(server).host}`,
        action: { do: 'use', accountId: id },
        isChecked: id === current?.id,
      })),
    })
  }
  items.push({ kind: 'line' }, { kind: 'action', label: 'Quit arcx', action: { do: 'quit' } })
  return { tooltip: `arcx: ${head.toLowerCase()}`, items }
}

function entry(workspace: Workspace, isOnline: boolean): TrayItem {
  const { id: workspaceId, name, state, may } = workspace
  const items: TrayItem[] = []
  if (may.includes('open')) items.push({ kind: 'action', label: 'Open', action: { do: 'open', workspaceId } })
  if (isOnline && may.includes('start') && (state === 'stopped' || state === 'failed'))
    items.push({ kind: 'action', label: 'Start', action: { do: 'start', workspaceId } })
  if (isOnline && may.includes('stop') && state === 'running')
    items.push({ kind: 'action', label: 'Stop', action: { do: 'stop', workspaceId } })
  const label = `${signs[state]} ${name} (${words[state]})`
  return items.length === 0 ? { kind: 'text', label } : { kind: 'menu', label, items }
}
