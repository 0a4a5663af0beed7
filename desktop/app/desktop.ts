import { join } from 'node:path'
import type { z } from 'zod'
import { Accounts, SavedAccounts } from '../accounts/accounts.ts'
import { removeOrphans } from '../accounts/partitions.ts'
import { SignIn } from '../accounts/sign-in.ts'
import { CachedAnswers } from '../cache/answer-cache.ts'
import { LiveAccount } from '../connection/live-account.ts'
import { PageSubscriptions } from '../connection/page-subscriptions.ts'
import { signInServer } from '../connection/sign-in-server.ts'
import type { Answers } from '@arcx/desktop-contract/answering'
import { Preferences } from '@arcx/desktop-contract/contract'
import type { SignInState } from '@arcx/desktop-contract/contract'
import type { DeepLink } from '../deep-links/deep-link.ts'
import { ExternalLinkLimit, webAddress } from '../navigation/navigation.ts'
import type { TrayAction } from '../tray/tray-menu.ts'
import { Updates } from '../updates/updates.ts'
import { SavedTabsFile, SavedTabs } from '../windows/saved-tabs.ts'
import { OpenWindows } from '../windows/open-windows.ts'
import { CurrentAccount } from './current-account.ts'
import { Display } from './display.ts'
import { JsonFile } from '../storage/json-file.ts'
import type { MenuAction } from './menu.ts'
import { performMenuAction } from './menu-actions.ts'
import { MenuBar } from './menu-bar.ts'
import type { AppWindow, WindowEvents } from '../windows/app-window.ts'
import type { Platform } from './platform.ts'
import { pageAnswers } from './page-answers.ts'
import { ChosenPreferences } from './preferences.ts'
import { WorkspaceTabs } from './workspace-tabs.ts'

const idleLookMs = 60_000

/** Everything that the desktop app decides, over a platform that it is handed. */
export class Desktop {
  readonly #platform: Platform
  readonly #accounts: Accounts
  readonly #preferences: ChosenPreferences
  /** What pages may ask; `from` is a window's id. */
  readonly answers: Answers<string>
  readonly #tabs: WorkspaceTabs
  readonly #display: Display
  readonly #account: CurrentAccount
  readonly #menu: MenuBar
  readonly #signIn: SignIn
  readonly #updates: Updates
  readonly #linkLimit = new ExternalLinkLimit()
  readonly #windows: OpenWindows
  readonly #live: LiveAccount
  readonly #subscriptions = new PageSubscriptions()
  #signInState: SignInState = { kind: 'none' }
  #stopIdleLook: () => void = () => undefined

  private constructor(platform: Platform, accounts: Accounts, preferences: ChosenPreferences, savedTabs: SavedTabs) {
    const file = <S extends z.ZodType>(name: string, schema: S) => new JsonFile(join(platform.directory, name), schema)
    this.#menu = new MenuBar((inFront) => platform.showMenu(inFront))
    this.#windows = new OpenWindows({
      makeWindow: (path) => platform.makeWindow(path, (id) => this.#eventsOf(id)),
      savedTabs,
      arranged: () => this.#arrangeMenu(),
    })
    this.#live = new LiveAccount({
      accounts,
      knownFile: (accountId) => file(join('known', `${accountId}.json`), CachedAnswers),
      focusedWorkspace: () => this.#windows.focusedWorkspace,
      onConnection: (state) => this.#display.connectionChanged(state),
      onWorkspaces: (change, after) => this.#display.workspacesChanged(change, after),
      onNote: (note) => this.#display.note(note),
    })
    this.#platform = platform
    this.#accounts = accounts
    this.#preferences = preferences
    const [live, windows] = [this.#live, this.#windows]
    this.#tabs = new WorkspaceTabs({
      platform,
      accounts,
      live,
      windows,
      savedTabs,
      openInBrowser: (address) => this.#openInBrowser(address),
    })
    this.#display = new Display({ platform, accounts, live, windows, preferences, tabs: this.#tabs })
    this.#account = new CurrentAccount({
      platform,
      accounts,
      live,
      windows,
      savedTabs,
      tabs: this.#tabs,
      display: this.#display,
    })
    this.#signIn = new SignIn({
      server: signInServer,
      clientName: platform.clientName,
      openExternally: (url) => platform.openExternally(url),
      onState: (state) => {
        this.#signInState = state
        this.#windows.tellAll({ type: 'signIn', state })
      },
      onSignedIn: (signedIn) => this.#account.signedIn(signedIn),
    })
    this.#updates = new Updates({
      updater: platform.updater,
      onState: (state) => this.#windows.tellAll({ type: 'update', state }),
      every: (ms, run) => platform.every(ms, run),
    })
    this.answers = pageAnswers({
      platform,
      accounts,
      account: this.#account,
      signIn: this.#signIn,
      signInState: () => this.#signInState,
      live: this.#live,
      subscriptions: this.#subscriptions,
      windows: this.#windows,
      tabs: this.#tabs,
      preferences,
      updates: this.#updates,
      openInBrowser: (address) => this.#openInBrowser(address),
      openFromSwitcher: (workspaceId) => this.tray({ do: 'open', workspaceId }),
    })
  }

  static async open(platform: Platform): Promise<Desktop> {
    const file = <S extends z.ZodType>(name: string, schema: S) => new JsonFile(join(platform.directory, name), schema)
    const accounts = await Accounts.open(file('accounts.json', SavedAccounts), platform.keychain)
    // Where no account is known their file may have been lost; what somebody has in those partitions is not thrown after it.
    if (accounts.views.length > 0)
      await removeOrphans(
        platform.partitionsDirectory,
        accounts.views.map(({ id }) => id),
      )
    let desktop: Desktop | null = null
    const preferences = await ChosenPreferences.open({
      file: file('preferences.json', Preferences),
      registerShortcut: (keys) => platform.registerShortcut(keys),
      setOpenAtLogin: (isOn) => platform.setOpenAtLogin(isOn),
      changed: () => desktop?.tellPreferences(),
    })
    desktop = new Desktop(platform, accounts, preferences, await SavedTabs.open(file('open.json', SavedTabsFile)))
    await desktop.#account.connect()
    desktop.#stopIdleLook = platform.every(idleLookMs, () => void desktop.#live.lookForIdle())
    desktop.#updates.begin()
    return desktop
  }

  /** The first window, with the tabs that stood in the last. */
  restore(): void {
    this.#tabs.firstWindow()
    this.#arrangeMenu()
    const { switcherShortcut } = this.#preferences.chosen
    if (this.#preferences.isShortcutTaken)
      this.#display.note({
        key: 'shortcut',
        title: 'The switcher’s keys are taken',
        body: `Another program has ${switcherShortcut}. Click to choose others.`,
        leads: { to: 'page', path: '/settings' },
      })
  }

  /** Another window; comes to the front. */
  openWindow(path = '/dashboard'): AppWindow {
    return this.#windows.open(path).window
  }

  #eventsOf(id: string): WindowEvents {
    return {
      // What its page had asked to be told is over.
      pageBegins: () => this.#subscriptions.endAll(id),
      focused: () => this.#arrangeMenu(),
      closed: () => this.#windowClosed(id),
      linked: (address) => this.#openInBrowser(address),
    }
  }

  #windowClosed(id: string): void {
    this.#subscriptions.endAll(id)
    this.#windows.closed(id)
  }

  /** Each web page that a page asks for, so many in so long. */
  #openInBrowser(address: string): void {
    const url = webAddress(address)
    // Where the system has nothing for it, it says so itself.
    if (url !== null && this.#linkLimit.take()) void this.#platform.openExternally(url).catch(() => undefined)
  }

  #arrangeMenu(): void {
    const front = this.#windows.all.find(({ window }) => window.isFocused)
    this.#menu.be(front?.tabs.active?.shown.phase.kind === 'open' ? 'workspace' : 'launcher')
  }

  /** The app is to end. */
  quitting(): void {
    this.#windows.quitting()
  }

  showWindow(): void {
    this.#tabs.firstWindow().window.focus()
  }

  deepLink(link: DeepLink): void {
    this.showWindow()
    switch (link.kind) {
      case 'signed-in':
        return void this.#signIn.complete(link.code, link.state)
      case 'open': {
        const account = this.#accounts.on(link.server)
        // No server is gone to because an address says so.
        if (account === null)
          return this.#windows.goTo(
            this.#tabs.firstWindow(),
            `/servers?${new URLSearchParams({ wanted: link.server })}`,
          )
        return void this.#account
          .use(account.id)
          .then(() => this.#windows.goTo(this.#tabs.firstWindow(), `/workspaces/${link.workspace}`))
      }
      case 'unknown':
    }
  }

  tray(action: TrayAction): void {
    switch (action.do) {
      case 'show':
        return this.showWindow()
      case 'switcher':
        return this.#platform.showSwitcher()
      case 'newWorkspace':
        this.showWindow()
        return this.menu('newWorkspace', '')
      case 'open':
        this.showWindow()
        return this.#tabs.open(this.#tabs.firstWindow(), action.workspaceId)
      case 'start':
      case 'stop':
        return void this.#live.connection?.api.workspaces[action.do]
          .mutate({ workspaceId: action.workspaceId })
          .catch((error: unknown) =>
            this.#display.note({
              key: 'refused',
              title: 'That did not work',
              body: error instanceof Error ? error.message : String(error),
              leads: { to: 'page', path: '/dashboard' },
            }),
          )
      case 'use':
        return void this.#account.use(action.accountId)
      case 'quit':
        return this.#platform.quit()
    }
  }

  private tellPreferences(): void {
    this.#display.tellPreferences()
  }

  menu(action: MenuAction, windowId: string): void {
    const open = this.#windows.find(windowId) ?? this.#tabs.firstWindow()
    performMenuAction(action, open, {
      windows: this.#windows,
      showSwitcher: () => this.#platform.showSwitcher(),
      lookForUpdates: () => void this.#updates.look(),
    })
  }

  async close(): Promise<void> {
    this.#stopIdleLook()
    this.#updates.close()
    this.#signIn.cancel()
    this.#windows.quitting()
    for (const { window } of this.#windows.all) this.#windowClosed(window.id)
    this.#live.close()
  }
}
