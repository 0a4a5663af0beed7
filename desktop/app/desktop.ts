import { join } from 'node:path'
import type { z } from 'zod'
import type { Workspace, WorkspaceChange } from '@arcx/router'
import { Accounts, KeptAccounts } from '../accounts/accounts.ts'
import { SignIn } from '../accounts/sign-in.ts'
import { KeptAnswers } from '../cache/known.ts'
import { Connection } from '../connection/connection.ts'
import { LiveAccount } from '../connection/live-account.ts'
import { PageSubscriptions } from '../connection/page-subscriptions.ts'
import { signInServer } from '../connection/sign-in-server.ts'
import type { Answers } from '../contract/answering.ts'
import { Preferences } from '../contract/contract.ts'
import type { ConnectionState, SignInState } from '../contract/contract.ts'
import type { DeepLink } from '../deep-links/deep-link.ts'
import { Outlet } from '../navigation/navigation.ts'
import type { Note } from '../news/news.ts'
import { WorkspaceTab } from '../tabs/workspace-tab.ts'
import { trayModel } from '../tray/tray-menu.ts'
import type { TrayAction } from '../tray/tray-menu.ts'
import { Updates } from '../updates/updates.ts'
import { KeptOpen, OpenWindows } from '../windows/open-windows.ts'
import type { OpenWindow } from '../windows/open-windows.ts'
import { JsonFile } from './json-file.ts'
import type { MenuAction } from './menu.ts'
import type { AppWindow, Platform } from './platform.ts'

const usual: Preferences = { openAtLogin: false, notifications: true, switcherShortcut: 'CommandOrControl+Alt+Space' }
const idleLookMs = 60_000
/** Everything that the desktop app decides, over a platform that it is handed. */
export class Desktop {
  readonly #platform: Platform
  readonly #accounts: Accounts
  readonly #preferencesFile: JsonFile<typeof Preferences>
  readonly #signIn: SignIn
  readonly #updates: Updates
  readonly #outlet = new Outlet()
  readonly #windows: OpenWindows
  readonly #live: LiveAccount
  readonly #subscriptions = new PageSubscriptions()
  #preferences: Preferences
  #signInState: SignInState = { kind: 'none' }
  #stopIdleLook: () => void = () => undefined

  private constructor(platform: Platform, accounts: Accounts, preferencesFile: JsonFile<typeof Preferences>, preferences: Preferences) {
    const file = <S extends z.ZodType>(name: string, schema: S) => new JsonFile(join(platform.directory, name), schema)
    this.#windows = new OpenWindows({ makeWindow: (path) => platform.makeWindow(path), file: file('open.json', KeptOpen), account: () => accounts.current?.id ?? null })
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
    this.#preferencesFile = preferencesFile
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
        await this.#accounts.signedIn(server, login, session)
        await this.#connect()
        this.#windows.goTo(this.#windows.first(), '/dashboard')
      },
    })
    this.#updates = new Updates({ updater: platform.updater, onState: (state) => this.#windows.tellAll({ type: 'update', state }), every: (ms, run) => platform.every(ms, run) })
  }

  static async open(platform: Platform): Promise<Desktop> {
    const file = <S extends z.ZodType>(name: string, schema: S) => new JsonFile(join(platform.directory, name), schema)
    const preferencesFile = file('preferences.json', Preferences)
    const accounts = await Accounts.open(file('accounts.json', KeptAccounts), platform.keychain)
    const desktop = new Desktop(platform, accounts, preferencesFile, { ...usual, ...(await preferencesFile.read()) })
    platform.registerShortcut(desktop.#preferences.switcherShortcut)
    await desktop.#connect()
    desktop.#stopIdleLook = platform.every(idleLookMs, () => void desktop.#live.lookForIdle())
    desktop.#updates.begin()
    return desktop
  }

  /** The first window, with the tabs that stood in the last. */
  async restore(): Promise<void> {
    const open = this.#windows.open('/dashboard')
    for (const workspaceId of await this.#windows.workspacesBefore()) this.#openTab(open, workspaceId, null, false)
    open.tabs.activate(null)
    this.#windows.arrange(open)
  }

  /** Another window; comes to the front. */
  openWindow(path = '/dashboard'): AppWindow {
    return this.#windows.open(path).window
  }

  windowClosed(id: string): void {
    this.#subscriptions.endAll(id)
    this.#windows.closed(id)
  }

  /** A window's page begins anew: what it had asked to be told is over. */
  pageBegins(id: string): void {
    this.#subscriptions.endAll(id)
  }

  showWindow(): void {
    this.#windows.first().window.focus()
  }

  deepLink(link: DeepLink): void {
    this.showWindow()
    switch (link.kind) {
      case 'signed-in':
        return void this.#signIn.complete(link.code, link.state)
      case 'open': {
        const account = this.#accounts.on(link.server)
        // No server is gone to because an address says so.
        if (account === null) return this.#windows.goTo(this.#windows.first(), `/servers?${new URLSearchParams({ wanted: link.server })}`)
        return void this.#use(account.id).then(() => this.#windows.goTo(this.#windows.first(), `/workspaces/${link.workspace}`))
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
        return this.#openTab(this.#windows.first(), action.workspaceId)
      case 'start':
      case 'stop':
        return void this.#live.connection?.api.workspaces[action.do].mutate({ workspaceId: action.workspaceId }).catch((error: unknown) => this.#note({ key: 'refused', title: 'That did not work', body: error instanceof Error ? error.message : String(error), leads: { to: 'page', path: '/dashboard' } }))
      case 'use':
        return void this.#use(action.accountId)
      case 'quit':
        return this.#platform.quit()
    }
  }

  menu(action: MenuAction, windowId: string): void {
    const open = this.#windows.find(windowId) ?? this.#windows.first()
    const tab = /^tab([1-9])$/.exec(action)?.[1]
    if (tab !== undefined) open.tabs.activateAt(Number(tab))
    else {
      switch (action) {
        case 'palette':
        case 'newWorkspace':
          open.tabs.activate(null)
          open.window.tell({ type: 'command', command: action })
          break
        case 'reload':
          open.window.tell({ type: 'command', command: 'reload' })
          break
        case 'switcher':
          return this.#platform.showSwitcher()
        case 'launcher':
          open.tabs.activate(null)
          break
        case 'closeTab':
          open.tabs.remove(open.tabs.active?.id ?? '')?.close()
          break
        case 'nextTab':
          open.tabs.step(1)
          break
        case 'formerTab':
          open.tabs.step(-1)
          break
        case 'zoomIn':
          return open.window.zoom(1)
        case 'zoomOut':
          return open.window.zoom(-1)
        case 'zoomReset':
          return open.window.zoom(0)
        case 'settings':
          return this.#windows.goTo(open, '/settings')
        case 'docs':
          return this.#windows.goTo(open, '/docs')
        case 'checkForUpdates':
          return void this.#updates.look()
      }
    }
    this.#windows.arrange(open)
  }

  /** Whether a window shows a workspace, whose keys are its own then. */
  inFront(windowId: string): 'launcher' | 'workspace' {
    return this.#windows.find(windowId)?.tabs.active?.shown.phase.kind === 'open' ? 'workspace' : 'launcher'
  }

  async close(): Promise<void> {
    this.#stopIdleLook()
    this.#updates.close()
    this.#signIn.cancel()
    for (const { window } of this.#windows.all) this.windowClosed(window.id)
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
      preferences: this.#preferences,
      update: this.#updates.state,
      version: this.#platform.version,
      keepsSessions: this.#platform.keychain.isAvailable,
      known: this.#live.known?.answers ?? {},
    }),
    'api.call': async ({ type, path, input }) => {
      if (this.#live.connection === null) return { ok: false, error: { message: 'You are not signed in.', code: null, data: null } }
      const outcome = await this.#live.connection.call(type, path, input)
      if (outcome.ok && type === 'query' && input === undefined) await this.#live.known?.keep(path, outcome.data)
      return outcome
    },
    'api.subscribe': ({ handle, path, input }, from) => {
      const open = this.#windows.find(from)
      if (open !== null) this.#subscriptions.begin(from, handle, this.#live.connection, path, input, (event) => open.window.tell(event))
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
    'tabs.open': ({ workspaceId, to }, from) => void this.#openTab(this.#windows.find(from) ?? this.#windows.first(), workspaceId, to),
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
    'shell.openExternally': async ({ url }) => void (await this.#platform.openExternally(url)),
    'switcher.done': ({ open }) => {
      this.#platform.hideSwitcher()
      if (open !== null) this.tray({ do: 'open', workspaceId: open })
      return undefined
    },
    'preferences.set': async (changes) => {
      const preferences = Preferences.parse({ ...this.#preferences, ...Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) })
      if (changes.switcherShortcut !== undefined && !this.#platform.registerShortcut(changes.switcherShortcut)) {
        this.#platform.registerShortcut(this.#preferences.switcherShortcut)
        throw new Error(`${changes.switcherShortcut} is taken by another program. Choose another.`)
      }
      if (changes.openAtLogin !== undefined) this.#platform.setOpenAtLogin(changes.openAtLogin)
      this.#preferences = preferences
      await this.#preferencesFile.write(preferences)
      this.#windows.tellAll({ type: 'preferences', preferences })
      return undefined
    },
    'update.restart': () => void this.#updates.restart(),
  }

  #openTab(open: OpenWindow, workspaceId: string, to: string | null = null, isWanted = true): void {
    const already = open.tabs.of(workspaceId)
    const account = this.#accounts.current
    const { connection } = this.#live
    const workspace = this.#live.workspaces.find(({ id }) => id === workspaceId)
    if (already !== null) {
      open.tabs.activate(already.id)
      if (to !== null) already.goTo(to)
    } else if (account !== null && connection !== null && workspace !== undefined) {
      const tab: WorkspaceTab = new WorkspaceTab(workspace, to ?? '/', isWanted, {
        server: account.server,
        makeView: (ground, events) => open.window.makeView(ground, `persist:${account.id}.${workspaceId}`, events),
        enter: (name, to, browser) => entryAddress(connection, name, to, browser),
        start: async () => void (await connection.api.workspaces.start.mutate({ workspaceId: workspace.id })),
        openInBrowser: (url) => {
          if (this.#outlet.take()) void this.#platform.openExternally(url)
        },
        toLauncher: () => {
          open.tabs.activate(null)
          this.#windows.arrange(open)
        },
        changed: () => this.#windows.arrange(open),
        later: (ms, run) => this.#platform.later(ms, run),
      })
      open.tabs.add(tab)
    }
    this.#windows.arrange(open)
  }

  async #use(accountId: string): Promise<void> {
    if (this.#accounts.current?.id === accountId && this.#live.state !== 'expired') return
    await this.#accounts.use(accountId)
    this.#windows.closeTabs()
    await this.#connect()
    this.#windows.tellAll({ type: 'command', command: 'reload' })
  }

  async #signOut(accountId: string): Promise<void> {
    const isCurrent = this.#accounts.current?.id === accountId
    const account = this.#accounts.views.find(({ id }) => id === accountId)
    const session = this.#accounts.sessionOf(accountId)
    if (account !== undefined && session !== null) {
      const connection = isCurrent && this.#live.connection !== null ? this.#live.connection : new Connection(account.server, session, () => undefined)
      // Also where the server cannot be reached: what it is not told now ends by itself.
      await connection.call('mutation', 'auth.signOut', undefined)
      connection.close()
    }
    if (isCurrent) await this.#live.known?.forget()
    await this.#accounts.remove(accountId)
    if (!isCurrent) return this.#tellAccounts()
    this.#windows.closeTabs()
    await this.#connect()
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
      for (const tab of tabs.all) if (change.type === 'snapshot' || tab.workspaceId === (change.type === 'removed' ? change.workspaceId : change.workspace.id)) tab.workspaceChanged(byId.get(tab.workspaceId) ?? null)
    }
    this.#showTray()
  }

  #note(note: Note): void {
    if (!this.#preferences.notifications) return
    this.#platform.notify(note, () => {
      this.showWindow()
      if (note.leads.to === 'workspace') this.#openTab(this.#windows.first(), note.leads.workspaceId)
      else this.#windows.goTo(this.#windows.first(), note.leads.path)
    })
  }

  #tellAccounts(): void {
    this.#windows.tellAll({ type: 'accounts', accounts: [...this.#accounts.views], current: this.#accounts.current?.id ?? null })
  }

  #showTray(): void {
    this.#platform.showTray(trayModel({ accounts: this.#accounts.views, current: this.#accounts.current, connection: this.#live.state, workspaces: this.#live.known?.workspaces ?? [] }))
  }

}

/** Asks the control plane, as the account, for the way into a workspace that its host wants; nothing of the account goes to the host. */
async function entryAddress(connection: Connection, name: string, to: string, browser: string): Promise<string> {
  const query = new URLSearchParams({ name, to, browser })
  const response = await fetch(`${connection.server}/auth/workspace?${query}`, { redirect: 'manual', headers: { cookie: connection.headers.cookie }, signal: AbortSignal.timeout(15_000) })
  const location = response.headers.get('location')
  if (location === null) throw new Error(`The server answered ${response.status}.`)
  return new URL(location, connection.server).href
}
