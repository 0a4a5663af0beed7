import type { Accounts } from '../accounts/accounts.ts'
import { partitionsOf } from '../accounts/partitions.ts'
import { Connection } from '../connection/connection.ts'
import type { LiveAccount } from '../connection/live-account.ts'
import type { SavedTabs } from '../windows/saved-tabs.ts'
import type { OpenWindows } from '../windows/open-windows.ts'
import type { Display } from './display.ts'
import type { Platform } from './platform.ts'
import type { WorkspaceTabs } from './workspace-tabs.ts'

export interface CurrentAccountDependencies {
  readonly platform: Pick<Platform, 'clearPartitions' | 'partitionsDirectory'>
  readonly accounts: Accounts
  readonly live: LiveAccount
  readonly windows: OpenWindows
  readonly savedTabs: SavedTabs
  readonly tabs: WorkspaceTabs
  readonly display: Display
}

/** Which account the app is for now, and what goes with it when that changes. */
export class CurrentAccount {
  readonly #dependencies: CurrentAccountDependencies

  constructor(dependencies: CurrentAccountDependencies) {
    this.#dependencies = dependencies
  }

  /** Somebody has signed in: theirs is the current account from now on. */
  async signedIn({ server, login, session }: { server: string; login: string; session: string }): Promise<void> {
    const { accounts, savedTabs, tabs, windows } = this.#dependencies
    const account = await accounts.signedIn(server, login, session)
    if (savedTabs.shown !== account) windows.putTabsAway()
    await this.connect()
    const first = tabs.firstWindow()
    tabs.restore(first)
    windows.goTo(first, '/dashboard')
  }

  async use(accountId: string): Promise<void> {
    const { accounts, live, tabs, windows } = this.#dependencies
    if (accounts.current?.id === accountId && live.state !== 'expired') return
    await accounts.use(accountId)
    windows.putTabsAway()
    await this.connect()
    tabs.restore(tabs.firstWindow())
    windows.tellAll({ type: 'command', command: 'reload' })
  }

  async signOut(accountId: string): Promise<void> {
    const { accounts, display, savedTabs, live, platform, tabs, windows } = this.#dependencies
    const isCurrent = accounts.current?.id === accountId
    const account = accounts.views.find(({ id }) => id === accountId)
    const session = accounts.sessionOf(accountId)
    if (account !== undefined && session !== null) {
      const connection =
        isCurrent && live.connection !== null
          ? live.connection
          : new Connection(account.server, session, () => undefined)
      // Also where the server cannot be reached: what it is not told now ends by itself.
      await connection.call('mutation', 'auth.signOut', undefined)
      connection.close()
    }
    if (isCurrent) windows.putTabsAway()
    savedTabs.forget(accountId)
    await accounts.remove(accountId)
    await live.forget(accountId)
    await platform.clearPartitions(await partitionsOf(platform.partitionsDirectory, accountId))
    if (!isCurrent) return display.tellAccounts()
    await this.connect()
    tabs.restore(tabs.firstWindow())
    windows.tellAll({ type: 'command', command: 'reload' })
  }

  async connect(): Promise<void> {
    const { display, live } = this.#dependencies
    await live.connect()
    display.tellAccounts()
    display.showTray()
  }
}
