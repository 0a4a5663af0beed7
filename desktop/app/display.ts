import type { Workspace, WorkspaceChange } from '@arcx/router'
import type { ConnectionState } from '@arcx/desktop-contract/contract'
import type { Accounts } from '../accounts/accounts.ts'
import type { LiveAccount } from '../connection/live-account.ts'
import type { Note } from '../news/news.ts'
import { trayModel } from '../tray/tray-menu.ts'
import type { OpenWindows } from '../windows/open-windows.ts'
import type { Platform } from './platform.ts'
import type { ChosenPreferences } from './preferences.ts'
import type { WorkspaceTabs } from './workspace-tabs.ts'

export interface DisplayDependencies {
  readonly platform: Pick<Platform, 'notify' | 'showTray'>
  readonly accounts: Accounts
  readonly live: LiveAccount
  readonly windows: OpenWindows
  readonly preferences: ChosenPreferences
  readonly tabs: WorkspaceTabs
}

/** What windows, the tray and notifications show of what has changed. */
export class Display {
  readonly #dependencies: DisplayDependencies

  constructor(dependencies: DisplayDependencies) {
    this.#dependencies = dependencies
  }

  connectionChanged(state: ConnectionState): void {
    this.#dependencies.windows.tellAll({ type: 'connection', state })
    if (state === 'open')
      for (const { tabs } of this.#dependencies.windows.all) for (const tab of tabs.all) tab.reconnected()
    if (state === 'expired') this.tellAccounts()
    this.showTray()
  }

  workspacesChanged(change: WorkspaceChange, after: readonly Workspace[]): void {
    const byId = new Map<string, Workspace>(after.map((workspace) => [workspace.id, workspace]))
    for (const { tabs } of this.#dependencies.windows.all) {
      for (const tab of tabs.all)
        if (
          change.type === 'snapshot' ||
          tab.workspaceId === (change.type === 'removed' ? change.workspaceId : change.workspace.id)
        )
          tab.workspaceChanged(byId.get(tab.workspaceId) ?? null)
    }
    this.showTray()
  }

  note(note: Note): void {
    const { platform, preferences, tabs, windows } = this.#dependencies
    if (!preferences.chosen.notifications) return
    platform.notify(note, () => {
      tabs.firstWindow().window.focus()
      if (note.leads.to === 'workspace') tabs.open(tabs.firstWindow(), note.leads.workspaceId)
      else windows.goTo(tabs.firstWindow(), note.leads.path)
    })
  }

  tellPreferences(): void {
    const { preferences, windows } = this.#dependencies
    windows.tellAll({
      type: 'preferences',
      preferences: preferences.chosen,
      isShortcutTaken: preferences.isShortcutTaken,
    })
  }

  tellAccounts(): void {
    const { accounts, windows } = this.#dependencies
    windows.tellAll({
      type: 'accounts',
      accounts: [...accounts.views],
      current: accounts.current?.id ?? null,
    })
  }

  showTray(): void {
    const { accounts, live, platform } = this.#dependencies
    platform.showTray(
      trayModel({
        accounts: accounts.views,
        current: accounts.current,
        connection: live.state,
        workspaces: live.known?.workspaces ?? [],
      }),
    )
  }
}
