import type { Accounts } from '../accounts/accounts.ts'
import { partitionOf } from '../accounts/partitions.ts'
import type { Connection } from '../connection/connection.ts'
import { entryAddress } from '../connection/entry.ts'
import type { LiveAccount } from '../connection/live-account.ts'
import { WorkspaceTab } from '../tabs/workspace-tab.ts'
import type { SavedTabs } from '../windows/saved-tabs.ts'
import type { OpenWindow, OpenWindows } from '../windows/open-windows.ts'
import type { Platform } from './platform.ts'

export interface WorkspaceTabsDependencies {
  readonly platform: Pick<Platform, 'now' | 'later'>
  readonly accounts: Accounts
  readonly live: LiveAccount
  readonly windows: OpenWindows
  readonly savedTabs: SavedTabs
  openInBrowser(address: string): void
}

/** Workspaces of the current account, in the tabs of windows. */
export class WorkspaceTabs {
  readonly #dependencies: WorkspaceTabsDependencies

  constructor(dependencies: WorkspaceTabsDependencies) {
    this.#dependencies = dependencies
  }

  /** Where all are closed it is opened, with the tabs that were in the last. */
  firstWindow(): OpenWindow {
    const { first } = this.#dependencies.windows
    if (first !== null) return first
    const open = this.#dependencies.windows.open('/dashboard')
    this.restore(open)
    return open
  }

  /** The tabs of the current account, where they are not there already and it is signed in. */
  restore(open: OpenWindow): void {
    const { accounts, savedTabs, live, windows } = this.#dependencies
    const account = accounts.current
    if (account !== null && live.connection !== null && savedTabs.shown !== account.id) {
      for (const workspaceId of savedTabs.of(account.id)) this.open(open, workspaceId, null, false)
      savedTabs.show(account.id)
      open.tabs.activate(null)
    }
    windows.arrange(open)
  }

  /** Shows a workspace in a window, in the tab that it has there already or in a new one. */
  open(open: OpenWindow, workspaceId: string, to: string | null = null, isWanted = true): void {
    const { accounts, live, platform, windows } = this.#dependencies
    const already = open.tabs.of(workspaceId)
    const account = accounts.current
    const workspace = live.workspaces.find(({ id }) => id === workspaceId)
    if (already !== null) {
      open.tabs.activate(already.id)
      if (to !== null) already.goTo(to)
    } else if (account !== null && live.connection !== null && workspace !== undefined) {
      const tab: WorkspaceTab = new WorkspaceTab(workspace, to ?? '/', isWanted, {
        server: account.server,
        makeView: (site, events) => open.window.makeView(site, partitionOf(account.id, workspaceId), events),
        // The account may have signed in anew since.
        enter: async (name, to, browser) => entryAddress(this.#connected(), name, to, browser),
        start: async () => void (await this.#connected().api.workspaces.start.mutate({ workspaceId: workspace.id })),
        openInBrowser: (url) => this.#dependencies.openInBrowser(url),
        mayLeave: (name) => open.window.mayLeave(name),
        toLauncher: () => {
          open.tabs.activate(null)
          windows.arrange(open)
        },
        changed: () => windows.arrange(open),
        now: () => platform.now(),
        later: (ms, run) => platform.later(ms, run),
      })
      open.tabs.add(tab)
    }
    windows.arrange(open)
  }

  #connected(): Connection {
    const { connection } = this.#dependencies.live
    if (connection === null) throw new Error('You are signed out. Sign in again.')
    return connection
  }
}
