/** What a menu's entry does; roles are the system's own. */
export type MenuAction =
  | 'palette'
  | 'newWorkspace'
  | 'reload'
  | 'switcher'
  | 'launcher'
  | 'closeTab'
  | 'nextTab'
  | 'formerTab'
  | 'zoomIn'
  | 'zoomOut'
  | 'zoomReset'
  | 'settings'
  | 'docs'
  | 'checkForUpdates'
  | `tab${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`

export type MenuEntry =
  | { readonly kind: 'line' }
  | {
      readonly kind: 'role'
      readonly role:
        | 'undo'
        | 'redo'
        | 'cut'
        | 'copy'
        | 'paste'
        | 'selectAll'
        | 'quit'
        | 'hide'
        | 'hideOthers'
        | 'unhide'
        | 'minimize'
        | 'zoom'
        | 'togglefullscreen'
        | 'services'
        | 'about'
    }
  | { readonly kind: 'action'; readonly label: string; readonly action: MenuAction; readonly keys: string | null }

export interface MenuModel {
  readonly label: string
  readonly entries: readonly MenuEntry[]
}

/** What a window shows: the keys of an editor are the editor's. */
export type InFront = 'launcher' | 'workspace'

const line: MenuEntry = { kind: 'line' }
const role = (name: (MenuEntry & { kind: 'role' })['role']): MenuEntry => ({ kind: 'role', role: name })

/**
 * The menu bar. While a workspace is in front, every key that an editor could want is the editor's: what is left to the
 * app carries Ctrl/Cmd and Alt. On the launcher it has the usual ones too.
 */
export function menuModel(inFront: InFront, isMac: boolean): readonly MenuModel[] {
  const onLauncher = (keys: string) => (inFront === 'launcher' ? keys : null)
  const action = (label: string, does: MenuAction, keys: string | null): MenuEntry => ({
    kind: 'action',
    label,
    action: does,
    keys,
  })
  const app: MenuModel = {
    label: 'arcx',
    entries: [
      role('about'),
      action('Check for updates…', 'checkForUpdates', null),
      line,
      action('Settings…', 'settings', onLauncher('CommandOrControl+,')),
      line,
      ...(isMac ? [role('services'), line, role('hide'), role('hideOthers'), role('unhide'), line] : []),
      role('quit'),
    ],
  }
  return [
    app,
    {
      label: 'File',
      entries: [
        action('New workspace…', 'newWorkspace', onLauncher('CommandOrControl+N')),
        action('Go to workspace…', 'switcher', 'CommandOrControl+Alt+O'),
        action('Search everything…', 'palette', onLauncher('CommandOrControl+K')),
        line,
        // On the launcher it has no tab to close.
        action('Close tab', 'closeTab', 'CommandOrControl+Alt+W'),
      ],
    },
    {
      label: 'Edit',
      entries: [role('undo'), role('redo'), line, role('cut'), role('copy'), role('paste'), role('selectAll')],
    },
    {
      label: 'View',
      entries: [
        action('Reload', 'reload', onLauncher('CommandOrControl+R')),
        line,
        action('Zoom in', 'zoomIn', onLauncher('CommandOrControl+Plus')),
        action('Zoom out', 'zoomOut', onLauncher('CommandOrControl+-')),
        action('Actual size', 'zoomReset', onLauncher('CommandOrControl+0')),
        line,
        role('togglefullscreen'),
      ],
    },
    {
      label: 'Go',
      entries: [
        action('Launcher', 'launcher', 'CommandOrControl+Alt+0'),
        action('Next tab', 'nextTab', 'CommandOrControl+Alt+Right'),
        action('Former tab', 'formerTab', 'CommandOrControl+Alt+Left'),
        line,
        ...([1, 2, 3, 4, 5, 6, 7, 8, 9] as const).map((index) =>
          action(index === 9 ? 'Last tab' : `Tab ${index}`, `tab${index}`, `CommandOrControl+Alt+${index}`),
        ),
      ],
    },
    { label: 'Window', entries: [role('minimize'), ...(isMac ? [role('zoom')] : [])] },
    { label: 'Help', entries: [action('Documentation', 'docs', null)] },
  ]
}
