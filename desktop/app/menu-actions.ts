import type { OpenWindow, OpenWindows } from '../windows/open-windows.ts'
import type { MenuAction } from './menu.ts'

export interface MenuDependencies {
  readonly windows: OpenWindows
  showSwitcher(): void
  lookForUpdates(): void
}

/** Does what an entry of the menu says, in the window that somebody is in. */
export function performMenuAction(
  action: MenuAction,
  open: OpenWindow,
  { windows, showSwitcher, lookForUpdates }: MenuDependencies,
): void {
  const { tabs, window } = open
  const tab = /^tab([1-9])$/.exec(action)?.[1]
  if (tab !== undefined) tabs.activateAt(Number(tab))
  else {
    switch (action) {
      case 'palette':
      case 'newWorkspace':
        tabs.activate(null)
        window.send({ type: 'command', command: action })
        break
      case 'reload':
        if (tabs.active === null) window.reload()
        else tabs.active.reload()
        break
      case 'switcher':
        return showSwitcher()
      case 'launcher':
        tabs.activate(null)
        break
      case 'closeTab':
        tabs.remove(tabs.active?.id ?? '')?.close()
        break
      case 'nextTab':
        tabs.step(1)
        break
      case 'formerTab':
        tabs.step(-1)
        break
      case 'zoomIn':
        return window.zoom(1)
      case 'zoomOut':
        return window.zoom(-1)
      case 'zoomReset':
        return window.zoom(0)
      case 'settings':
        return windows.goTo(open, '/settings')
      case 'docs':
        return windows.goTo(open, '/docs')
      case 'checkForUpdates':
        return lookForUpdates()
    }
  }
  windows.arrange(open)
}
