import { join } from 'node:path'
import type { z } from 'zod'
import type { Workspace, WorkspaceChange } from '@arcx/router'
import { Accounts, KeptAccounts } from '../accounts/accounts.ts'
import { partitionOf, partitionsOf, removeOrphans } from '../accounts/partitions.ts'
import { SignIn } from '../accounts/sign-in.ts'
import { KeptAnswers } from '../cache/known.ts'
import { Connection } from '../connection/connection.ts'
import { entryAddress } from '../connection/entry.ts'
import { LiveAccount } from '../connection/live-account.ts'
import { PageSubscriptions } from '../connection/page-subscriptions.ts'
import { signInServer } from '../connection/sign-in-server.ts'
import type { Answers } from '@arcx/desktop-contract/answering'
import { Preferences } from '@arcx/desktop-contract/contract'
import type { ConnectionState, SignInState } from '@arcx/desktop-contract/contract'
import type { DeepLink } from '../deep-links/deep-link.ts'
import { Outlet, webAddress } from '../navigation/navigation.ts'
import type { Note } from '../news/news.ts'
import { WorkspaceTab } from '../tabs/workspace-tab.ts'
import { trayModel } from '../tray/tray-menu.ts'
import type { TrayAction } from '../tray/tray-menu.ts'
import { Updates } from '../updates/updates.ts'
import { KeptOpen, KeptTabs } from '../windows/kept-tabs.ts'
import { OpenWindows } from '../windows/open-windows.ts'
import type { OpenWindow } from '../windows/open-windows.ts'
import { JsonFile } from './json-file.ts'
import type { MenuAction } from './menu.ts'
import { performMenuAction } from './menu-actions.ts'
import { MenuBar } from './menu-bar.ts'
import type { AppWindow, Platform, WindowEvents } from './platform.ts'
import { ChosenPreferences } from './preferences.ts'

const idleLookMs = 60_000
/** Everything that the desktop app decides, over a platform that it is handed. */
export class Desktop {
  readonly #platform: Platform
  readonly #accounts: Accounts
  readonly #preferences: ChosenPreferences
  readonly #keptTabs: KeptTabs
  readonly #menu: MenuBar
  readonly #signIn: SignIn
  readonly #updates: Updates
  readonly #outlet = new Outlet()
  readonly #windows: OpenWindows
  readonly #live: LiveAccount
  readonly #subscriptions = new PageSubscriptions()
  #signInState: SignInState = { kind: 'none' }
  #stopIdleLook: () => void = () => undefined

  private constructor(platform: Platform, accounts: Accounts, preferences: ChosenPreferences, keptTabs: KeptTabs) {
    const file = <S extends z.ZodType>(name: string, schema: S) => new JsonFile(join(platform.directory, name), schema)
    this.#keptTabs = keptTabs
    this.#menu = new MenuBar((inFront) => platform.showMenu(inFront))
    this.#windows = new OpenWindows({
      makeWindow: (path) => platform.makeWindow(path, (id) => this.#eventsOf(id)),
      keptTabs,
      arranged: () => this.#arrangeMenu(),
    })
    this.#live = new LiveAccount({
      accounts,
      knownFile: (accountId) => file(join('known', `${accountId}.json`), KeptAnswers),
      focusedWorkspace: () => this.#windows.focusedWorkspace,
      onConnection: (state) => this.#connectionChanged(state),
      onWorkspaces: (change, after) => this.#workspacesChanged(change, after),
      onNote: (note) => this.#note(note),
    })
    this.#platform = platform
    this.#accounts = accounts
    this.#preferences = preferences
    this.#signIn = new SignIn({
      server: signInServer,
      clientName: platform.clientName,
      openExternally: (url) => platform.openExternally(url),
      onState: (state) => {
        this.#signInState = state
        this.#windows.tellAll({ type: 'signIn', state })
      },
      onSignedIn: async ({ server, login, session }) => {
        const account = await this.#accounts.signedIn(server, login, session)
        if (this.#keptTabs.shown !== account) this.#windows.putTabsAway()
        await this.#connect()
        const first = this.#firstWindow()
        this.#restoreTabs(first)
        this.#windows.goTo(first, '/dashboard')
      },
    })
    this.#updates = new Updates({
      updater: platform.updater,
      onState: (state) => this.#windows.tellAll({ type: 'update', state }),
      every: (ms, run) => platform.every(ms, run),
    })
  }

  static async open(platform: Platform): Promise<Desktop> {
    const file = <S extends z.ZodType>(name: string, schema: S) => new JsonFile(join(platform.directory, name), schema)
    const accounts = await Accounts.open(file('accounts.json', KeptAccounts), platform.keychain)
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
    desktop = new Desktop(platform, accounts, preferences, await KeptTabs.open(file('open.json', KeptOpen)))
    await desktop.#connect()
    desktop.#stopIdleLook = platform.every(idleLookMs, () => void desktop.#live.lookForIdle())
    desktop.#updates.begin()
    return desktop
  }

  /** The first window, with the tabs that stood in the last. */
  restore(): void {
    this.#firstWindow()
    this.#arrangeMenu()
    const { switcherShortcut } = this.#preferences.chosen
    if (this.#preferences.isShortcutTaken)
      this.#note({
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

  /** Where all are closed it is opened, with the tabs that were in the last. */
  #firstWindow(): OpenWindow {
    const { first } = this.#windows
    if (first !== null) return first
    const open = this.#windows.open('/dashboard')
    this.#restoreTabs(open)
    return open
  }

  /** The tabs of the current account, where they are not there already and it is signed in. */
  #restoreTabs(open: OpenWindow): void {
    const account = this.#accounts.current
    if (account !== null && this.#live.connection !== null && this.#keptTabs.shown !== account.id) {
      for (const workspaceId of this.#keptTabs.of(account.id)) this.#openTab(open, workspaceId, null, false)
      this.#keptTabs.show(account.id)
      open.tabs.activate(null)
    }
    this.#windows.arrange(open)
  }

  /** Each web page that a page asks for, so many in so long. */
  #openInBrowser(address: string): void {
    const url = webAddress(address)
    // Where the system has nothing for it, it says so itself.
    if (url !== null && this.#outlet.take()) void this.#platform.openExternally(url).catch(() => undefined)
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
    this.#firstWindow().window.focus()
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
          return this.#windows.goTo(this.#firstWindow(), `/servers?${new URLSearchParams({ wanted: link.server })}`)
        return void this.#use(account.id).then(() =>
          this.#windows.goTo(this.#firstWindow(), `/workspaces/${link.workspace}`),
        )
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
        return this.#openTab(this.#firstWindow(), action.workspaceId)
      case 'start':
      case 'stop':
        return void this.#live.connection?.api.workspaces[action.do]
          .mutate({ workspaceId: action.workspaceId })
          .catch((error: unknown) =>
            this.#note({
              key: 'refused',
              title: 'That did not work',
              body: error instanceof Error ? error.message : String(error),
              leads: { to: 'page', path: '/dashboard' },
            }),
          )
      case 'use':
        return void this.#use(action.accountId)
      case 'quit':
        return this.#platform.quit()
    }
  }

  menu(action: MenuAction, windowId: string): void {
    const open = this.#windows.find(windowId) ?? this.#firstWindow()
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

  /** What pages may ask; `from` is a window's id. */
  readonly answers: Answers<string> = {
    boot: (_input, from) => ({
      accounts: [...this.#accounts.views],
      current: this.#accounts.current?.id ?? null,
      connection: this.#live.state,
      signIn: this.#signInState,
      tabs: this.#windows.find(from)?.tabs.shown ?? { tabs: [], active: null },
      preferences: this.#preferences.chosen,
      isShortcutTaken: this.#preferences.isShortcutTaken,
      update: this.#updates.state,
      version: this.#platform.version,
      keepsSessions: this.#platform.keychain.isAvailable,
      known: this.#live.known?.answers ?? {},
    }),
    'api.call': async ({ type, path, input }) => {
      if (this.#live.connection === null)
        return { ok: false, error: { message: 'You are not signed in.', code: null, data: null } }
      const outcome = await this.#live.connection.call(type, path, input)
      if (outcome.ok && type === 'query' && input === undefined) await this.#live.known?.keep(path, outcome.data)
      return outcome
    },
    'api.subscribe': ({ handle, path, input }, from) => {
      const open = this.#windows.find(from)
      if (open !== null)
        this.#subscriptions.begin(from, handle, this.#live.connection, path, input, (event) => open.window.tell(event))
      return undefined
    },
    'api.unsubscribe': ({ handle }, from) => {
      this.#subscriptions.end(from, handle)
      return undefined
    },
    'accounts.signIn': async ({ server }) => void (await this.#signIn.begin(server)),
    'accounts.cancel': () => void this.#signIn.cancel(),
    'accounts.use': async ({ accountId }) => void (await this.#use(accountId)),
    'accounts.signOut': async ({ accountId }) => void (await this.#signOut(accountId)),
    'tabs.open': ({ workspaceId, to }, from) =>
      void this.#openTab(this.#windows.find(from) ?? this.#firstWindow(), workspaceId, to),
    'tabs.activate': ({ tab }, from) => this.#windows.change(from, ({ tabs }) => tabs.activate(tab)),
    'tabs.close': ({ tab }, from) => this.#windows.change(from, ({ tabs }) => tabs.remove(tab)?.close()),
    'tabs.move': ({ tab, to }, from) => this.#windows.change(from, ({ tabs }) => tabs.move(tab, to)),
    'tabs.detach': ({ tab }, from) => {
      // A view belongs to its window's page of tabs; the workspace is opened anew in a window of its own.
      const removed = this.#windows.find(from)?.tabs.remove(tab)
      if (removed === null || removed === undefined) return undefined
      removed.close()
      this.#windows.change(from, () => undefined)
      return void this.#openTab(this.#windows.open('/dashboard'), removed.workspaceId)
    },
    'tabs.retry': ({ tab }, from) => void this.#windows.find(from)?.tabs.find(tab)?.retry(),
    'tabs.inset': (inset, from) => {
      const open = this.#windows.find(from)
      if (open === null) return undefined
      open.inset = inset
      this.#windows.show(open)
      return undefined
    },
    'shell.openExternally': ({ url }) => void this.#openInBrowser(url),
    'switcher.done': ({ open }) => {
      this.#platform.hideSwitcher()
      if (open !== null) this.tray({ do: 'open', workspaceId: open })
      return undefined
    },
    'preferences.set': async (changes) => void (await this.#preferences.choose(changes)),
    'update.restart': () => void this.#updates.restart(),
  }

  #openTab(open: OpenWindow, workspaceId: string, to: string | null = null, isWanted = true): void {
    const already = open.tabs.of(workspaceId)
    const account = this.#accounts.current
    const workspace = this.#live.workspaces.find(({ id }) => id === workspaceId)
    if (already !== null) {
      open.tabs.activate(already.id)
      if (to !== null) already.goTo(to)
    } else if (account !== null && this.#live.connection !== null && workspace !== undefined) {
      const tab: WorkspaceTab = new WorkspaceTab(workspace, to ?? '/', isWanted, {
        server: account.server,
        makeView: (ground, events) => open.window.makeView(ground, partitionOf(account.id, workspaceId), events),
        // The account may have signed in anew since.
        enter: async (name, to, browser) => entryAddress(this.#connected(), name, to, browser),
        start: async () => void (await this.#connected().api.workspaces.start.mutate({ workspaceId: workspace.id })),
        openInBrowser: (url) => this.#openInBrowser(url),
        mayLeave: (name) => open.window.mayLeave(name),
        toLauncher: () => {
          open.tabs.activate(null)
          this.#windows.arrange(open)
        },
        changed: () => this.#windows.arrange(open),
        now: () => this.#platform.now(),
        later: (ms, run) => this.#platform.later(ms, run),
      })
      open.tabs.add(tab)
    }
    this.#windows.arrange(open)
  }

  #connected(): Connection {
    const { connection } = this.#live
    if (connection === null) throw new Error('You are signed out. Sign in again.')
    return connection
  }

  async #use(accountId: string): Promise<void> {
    if (this.#accounts.current?.id === accountId && this.#live.state !== 'expired') return
    await this.#accounts.use(accountId)
    this.#windows.putTabsAway()
    await this.#connect()
    this.#restoreTabs(this.#firstWindow())
    this.#windows.tellAll({ type: 'command', command: 'reload' })
  }

  async #signOut(accountId: string): Promise<void> {
    const isCurrent = this.#accounts.current?.id === accountId
    const account = this.#accounts.views.find(({ id }) => id === accountId)
    const session = this.#accounts.sessionOf(accountId)
    if (account !== undefined && session !== null) {
      const connection =
        isCurrent && this.#live.connection !== null
          ? this.#live.connection
          : new Connection(account.server, session, () => undefined)
      // Also where the server cannot be reached: what it is not told now ends by itself.
      await connection.call('mutation', 'auth.signOut', undefined)
      connection.close()
    }
    if (isCurrent) this.#windows.putTabsAway()
    this.#keptTabs.forget(accountId)
    await this.#accounts.remove(accountId)
    await this.#live.forget(accountId)
    await this.#platform.clearPartitions(await partitionsOf(this.#platform.partitionsDirectory, accountId))
    if (!isCurrent) return this.#tellAccounts()
    await this.#connect()
    this.#restoreTabs(this.#firstWindow())
    this.#windows.tellAll({ type: 'command', command: 'reload' })
  }

  async #connect(): Promise<void> {
    await this.#live.connect()
    this.#tellAccounts()
    this.#showTray()
  }

  #connectionChanged(state: ConnectionState): void {
    this.#windows.tellAll({ type: 'connection', state })
    if (state === 'open') for (const { tabs } of this.#windows.all) for (const tab of tabs.all) tab.reconnected()
    if (state === 'expired') this.#tellAccounts()
    this.#showTray()
  }

  #workspacesChanged(change: WorkspaceChange, after: readonly Workspace[]): void {
    const byId = new Map<string, Workspace>(after.map((workspace) => [workspace.id, workspace]))
    for (const { tabs } of this.#windows.all) {
      for (const tab of tabs.all)
        if (
          change.type === 'snapshot' ||
          tab.workspaceId === (change.type === 'removed' ? change.workspaceId : change.workspace.id)
        )
          tab.workspaceChanged(byId.get(tab.workspaceId) ?? null)
    }
    this.#showTray()
  }

  #note(note: Note): void {
    if (!this.#preferences.chosen.notifications) return
    this.#platform.notify(note, () => {
      this.showWindow()
      if (note.leads.to === 'workspace') this.#openTab(this.#firstWindow(), note.leads.workspaceId)
      else this.#windows.goTo(this.#firstWindow(), note.leads.path)
    })
  }

  private tellPreferences(): void {
    this.#windows.tellAll({
      type: 'preferences',
      preferences: this.#preferences.chosen,
      isShortcutTaken: this.#preferences.isShortcutTaken,
    })
  }

  #tellAccounts(): void {
    this.#windows.tellAll({
      type: 'accounts',
      accounts: [...this.#accounts.views],
      current: this.#accounts.current?.id ?? null,
    })
  }

  #showTray(): void {
    this.#platform.showTray(
      trayModel({
        accounts: this.#accounts.views,
        current: this.#accounts.current,
        connection: this.#live.state,
        workspaces: this.#live.known?.workspaces ?? [],
      }),
    )
  }
}
