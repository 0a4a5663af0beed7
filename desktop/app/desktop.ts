import { join } from 'node:path'
import { z } from 'zod'
import type { Invitation, Workspace, WorkspaceChange } from '@arcx/router'
import { Accounts, KeptAccounts } from '../accounts/accounts.ts'
import { SignIn } from '../accounts/sign-in.ts'
import { KeptAnswers, Known, applied } from '../cache/known.ts'
import { Connection } from '../connection/connection.ts'
import { signInServer } from '../connection/sign-in-server.ts'
import type { Answers } from '../contract/answering.ts'
import { Preferences } from '../contract/contract.ts'
import type { ConnectionState, Event, SignInState } from '../contract/contract.ts'
import type { DeepLink } from '../deep-links/deep-link.ts'
import { Outlet } from '../navigation/navigation.ts'
import { idleNote, idleWarningAt, invitationNews, workspaceNews } from '../news/news.ts'
import type { Note } from '../news/news.ts'
import { WorkspaceTab } from '../tabs/workspace-tab.ts'
import { Tabs } from '../tabs/tabs.ts'
import type { Inset } from '../tabs/layout.ts'
import { trayModel } from '../tray/tray-menu.ts'
import type { TrayAction } from '../tray/tray-menu.ts'
import { Updates } from '../updates/updates.ts'
import { JsonFile } from './json-file.ts'
import type { MenuAction } from './menu.ts'
import type { AppWindow, Platform } from './platform.ts'

const usual: Preferences = { openAtLogin: false, notifications: true, switcherShortcut: 'CommandOrControl+Alt+Space' }
/** Until a page has said how much it keeps. */
const firstInset: Inset = { top: 40, right: 0 }
const idleLookMs = 60_000
const KeptOpen = z.object({ account: z.string(), workspaces: z.array(z.string()).max(50) })

interface OpenWindow {
  readonly window: AppWindow
  readonly tabs: Tabs
  inset: Inset
}

/** Everything that the desktop app decides, over a platform that it is handed. */
export class Desktop {
  readonly #platform: Platform
  readonly #accounts: Accounts
  readonly #preferencesFile: JsonFile<typeof Preferences>
  readonly #openFile: JsonFile<typeof KeptOpen>
  readonly #signIn: SignIn
  readonly #updates: Updates
  readonly #outlet = new Outlet()
  readonly #windows = new Map<string, OpenWindow>()
  /** Subscriptions of pages, by window and the page's own handle. */
  readonly #subscriptions = new Map<string, () => void>()
  readonly #warned = new Set<string>()
  #preferences: Preferences
  #keptOpen = ''
  #signInState: SignInState = { kind: 'none' }
  #connection: Connection | null = null
  #connectionState: ConnectionState = 'connecting'
  #known: Known | null = null
  #invitations: readonly Invitation[] | null = null
  #idleTimeoutSeconds = 0
  #stopWatching: () => void = () => undefined
  #stopIdleLook: () => void = () => undefined

  private constructor(platform: Platform, accounts: Accounts, preferencesFile: JsonFile<typeof Preferences>, preferences: Preferences) {
    this.#openFile = new JsonFile(join(platform.directory, 'open.json'), KeptOpen)
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
        this.#tellAll({ type: 'signIn', state })
      },
      onSignedIn: async ({ server, login, session }) => {
        await this.#accounts.signedIn(server, login, session)
        await this.#useCurrent()
        this.#goTo(null, '/dashboard')
      },
    })
    this.#updates = new Updates({ updater: platform.updater, onState: (state) => this.#tellAll({ type: 'update', state }), every: (ms, run) => platform.every(ms, run) })
  }

  static async open(platform: Platform): Promise<Desktop> {
    const file = <S extends z.ZodType>(name: string, schema: S) => new JsonFile(join(platform.directory, name), schema)
    const preferencesFile = file('preferences.json', Preferences)
    const accounts = await Accounts.open(file('accounts.json', KeptAccounts), platform.keychain)
    const desktop = new Desktop(platform, accounts, preferencesFile, { ...usual, ...(await preferencesFile.read()) })
    platform.registerShortcut(desktop.#preferences.switcherShortcut)
    await desktop.#useCurrent()
    desktop.#stopIdleLook = platform.every(idleLookMs, () => void desktop.#lookForIdle())
    desktop.#updates.begin()
    return desktop
  }

  /** The first window, with the tabs that stood in the last. */
  async restore(): Promise<void> {
    const window = this.openWindow()
    const kept = await this.#openFile.read()
    const open = this.#windows.get(window.id)
    if (kept === null || open === undefined || kept.account !== this.#accounts.current?.id) return
    for (const workspaceId of kept.workspaces) this.#openTab(open, workspaceId, null, false)
    open.tabs.activate(null)
    this.#arrange(open)
  }

  /** Another window; comes to the front. */
  openWindow(path = '/dashboard'): AppWindow {
    const window = this.#platform.makeWindow(path)
    this.#windows.set(window.id, { window, tabs: new Tabs(), inset: firstInset })
    return window
  }

  windowClosed(id: string): void {
    this.#endSubscriptions(id)
    for (const tab of this.#windows.get(id)?.tabs.all ?? []) tab.close()
    this.#windows.delete(id)
  }

  /** A window's page begins anew: what it had asked to be told is over. */
  pageBegins(id: string): void {
    this.#endSubscriptions(id)
  }

  showWindow(): void {
    const [first] = this.#windows.values()
    ;(first?.window ?? this.openWindow()).focus()
  }

  deepLink(link: DeepLink): void {
    this.showWindow()
    switch (link.kind) {
      case 'signed-in':
        return void this.#signIn.complete(link.code, link.state)
      case 'open': {
        const account = this.#accounts.on(link.server)
        // No server is gone to because an address says so.
        if (account === null) return this.#goTo(null, `/servers?${new URLSearchParams({ wanted: link.server })}`)
        return void this.#use(account.id).then(() => this.#goTo(null, `/workspaces/${link.workspace}`))
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
        return this.#tellFirst({ type: 'command', command: 'newWorkspace' })
      case 'open':
        this.showWindow()
        return this.#openTab(this.#firstWindow(), action.workspaceId)
      case 'start':
      case 'stop':
        return void this.#connection?.api.workspaces[action.do].mutate({ workspaceId: action.workspaceId }).catch((error: unknown) => this.#note({ key: 'refused', title: 'That did not work', body: error instanceof Error ? error.message : String(error), leads: { to: 'page', path: '/dashboard' } }))
      case 'use':
        return void this.#use(action.accountId)
      case 'quit':
        return this.#platform.quit()
    }
  }

  menu(action: MenuAction, windowId: string): void {
    const open = this.#windows.get(windowId) ?? this.#firstWindow()
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
          return this.#goTo(open, '/settings')
        case 'docs':
          return this.#goTo(open, '/docs')
        case 'checkForUpdates':
          return void this.#updates.look()
      }
    }
    this.#arrange(open)
  }

  /** Whether a window shows a workspace, whose keys are its own then. */
  inFront(windowId: string): 'launcher' | 'workspace' {
    return this.#windows.get(windowId)?.tabs.active?.shown.phase.kind === 'open' ? 'workspace' : 'launcher'
  }

  async close(): Promise<void> {
    this.#stopIdleLook()
    this.#updates.close()
    this.#signIn.cancel()
    this.#stopWatching()
    for (const id of this.#windows.keys()) this.windowClosed(id)
    this.#connection?.close()
  }

  /** What pages may ask; `from` is a window's id. */
  readonly answers: Answers<string> = {
    boot: (_input, from) => ({
      accounts: [...this.#accounts.views],
      current: this.#accounts.current?.id ?? null,
      connection: this.#connectionState,
      signIn: this.#signInState,
      tabs: this.#windows.get(from)?.tabs.shown ?? { tabs: [], active: null },
      preferences: this.#preferences,
      update: this.#updates.state,
      version: this.#platform.version,
      keepsSessions: this.#platform.keychain.isAvailable,
      known: this.#known?.answers ?? {},
    }),
    'api.call': async ({ type, path, input }) => {
      if (this.#connection === null) return { ok: false, error: { message: 'You are not signed in.', code: null, data: null } }
      const outcome = await this.#connection.call(type, path, input)
      if (outcome.ok && type === 'query' && input === undefined) await this.#known?.keep(path, outcome.data)
      return outcome
    },
    'api.subscribe': ({ handle, path, input }, from) => {
      const key = `${from} ${handle}`
      this.#subscriptions.get(key)?.()
      const window = this.#pageOf(from)
      const end = this.#connection?.subscribe(path, input, {
        started: () => window?.({ type: 'api.started', handle }),
        data: (data) => window?.({ type: 'api.data', handle, data }),
        error: (error) => window?.({ type: 'api.error', handle, error }),
        stopped: () => window?.({ type: 'api.stopped', handle }),
      })
      if (end !== undefined) this.#subscriptions.set(key, end)
      return undefined
    },
    'api.unsubscribe': ({ handle }, from) => {
      this.#subscriptions.get(`${from} ${handle}`)?.()
      this.#subscriptions.delete(`${from} ${handle}`)
      return undefined
    },
    'accounts.signIn': async ({ server }) => void (await this.#signIn.begin(server)),
    'accounts.cancel': () => void this.#signIn.cancel(),
    'accounts.use': async ({ accountId }) => void (await this.#use(accountId)),
    'accounts.signOut': async ({ accountId }) => void (await this.#signOut(accountId)),
    'tabs.open': ({ workspaceId, to }, from) => void this.#openTab(this.#windows.get(from) ?? this.#firstWindow(), workspaceId, to),
    'tabs.activate': ({ tab }, from) => this.#inWindow(from, ({ tabs }) => tabs.activate(tab)),
    'tabs.close': ({ tab }, from) => this.#inWindow(from, ({ tabs }) => tabs.remove(tab)?.close()),
    'tabs.move': ({ tab, to }, from) => this.#inWindow(from, ({ tabs }) => tabs.move(tab, to)),
    'tabs.detach': ({ tab }, from) => {
      // A view belongs to its window's page of tabs; the workspace is opened anew in a window of its own.
      const removed = this.#windows.get(from)?.tabs.remove(tab)
      if (removed === null || removed === undefined) return undefined
      removed.close()
      this.#inWindow(from, () => undefined)
      const window = this.openWindow()
      return void this.#openTab(this.#windows.get(window.id) ?? this.#firstWindow(), removed.workspaceId)
    },
    'tabs.retry': ({ tab }, from) => void this.#windows.get(from)?.tabs.find(tab)?.retry(),
    'tabs.inset': (inset, from) => {
      const open = this.#windows.get(from)
      if (open === undefined) return undefined
      open.inset = inset
      return this.#show(open)
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
      this.#tellAll({ type: 'preferences', preferences })
      return undefined
    },
    'update.restart': () => void this.#updates.restart(),
  }

  #pageOf(id: string): ((event: Event) => void) | null {
    const open = this.#windows.get(id)
    return open === undefined ? null : (event) => open.window.tell(event)
  }

  #inWindow(id: string, change: (open: OpenWindow) => void): undefined {
    const open = this.#windows.get(id)
    if (open === undefined) return
    change(open)
    this.#arrange(open)
  }

  #firstWindow(): OpenWindow {
    const [first] = this.#windows.values()
    if (first !== undefined) return first
    const window = this.openWindow()
    return this.#windows.get(window.id) ?? { window, tabs: new Tabs(), inset: firstInset }
  }

  #openTab(open: OpenWindow, workspaceId: string, to: string | null = null, isWanted = true): void {
    const already = open.tabs.of(workspaceId)
    const account = this.#accounts.current
    const connection = this.#connection
    const workspace = this.#known?.workspaces.find(({ id }) => id === workspaceId)
    if (already !== null) {
      open.tabs.activate(already.id)
      if (to !== null) already.goTo(to)
    }
    else if (account !== null && connection !== null && workspace !== undefined) {
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
          this.#arrange(open)
        },
        changed: () => this.#arrange(open),
        later: (ms, run) => this.#platform.later(ms, run),
      })
      open.tabs.add(tab)
    }
    this.#arrange(open)
  }

  /** Puts the view in front that is to be seen, and tells the page. */
  #arrange(open: OpenWindow): void {
    this.#show(open)
    open.window.tell({ type: 'tabs', tabs: open.tabs.shown })
    this.#keepOpen()
  }

  /** What stands in tabs, so that the next start has them again. */
  #keepOpen(): void {
    const account = this.#accounts.current?.id ?? ''
    const workspaces = [...this.#windows.values()].flatMap(({ tabs }) => tabs.all.map(({ workspaceId }) => workspaceId))
    const text = JSON.stringify([account, workspaces])
    if (text === this.#keptOpen) return
    this.#keptOpen = text
    void this.#openFile.write({ account, workspaces }).catch(() => undefined)
  }

  #show({ window, tabs: { active }, inset }: OpenWindow): undefined {
    window.show(active !== null && active.shown.phase.kind === 'open' ? active.view : null, inset)
  }

  async #use(accountId: string): Promise<void> {
    if (this.#accounts.current?.id === accountId && this.#connectionState !== 'expired') return
    await this.#accounts.use(accountId)
    for (const open of this.#windows.values()) {
      for (const tab of open.tabs.all) open.tabs.remove(tab.id)?.close()
      this.#arrange(open)
    }
    await this.#useCurrent()
    this.#tellAll({ type: 'command', command: 'reload' })
  }

  async #signOut(accountId: string): Promise<void> {
    const isCurrent = this.#accounts.current?.id === accountId
    const account = this.#accounts.views.find(({ id }) => id === accountId)
    const session = this.#accounts.sessionOf(accountId)
    if (account !== undefined && session !== null) {
      const connection = isCurrent && this.#connection !== null ? this.#connection : new Connection(account.server, session, () => undefined)
      // Also where the server cannot be reached: what it is not told now ends by itself.
      await connection.call('mutation', 'auth.signOut', undefined)
      connection.close()
    }
    if (isCurrent) await this.#known?.forget()
    await this.#accounts.remove(accountId)
    if (!isCurrent) return this.#tellAccounts()
    for (const open of this.#windows.values()) {
      for (const tab of open.tabs.all) open.tabs.remove(tab.id)?.close()
      this.#arrange(open)
    }
    await this.#useCurrent()
    this.#tellAll({ type: 'command', command: 'reload' })
  }

  /** Connects as the current account, and keeps what is known of it true. */
  async #useCurrent(): Promise<void> {
    this.#stopWatching()
    this.#connection?.close()
    this.#connection = null
    this.#invitations = null
    const account = this.#accounts.current
    this.#known = account === null ? null : await Known.open(new JsonFile(join(this.#platform.directory, 'known', `${account.id}.json`), KeptAnswers))
    const session = account === null ? null : this.#accounts.sessionOf(account.id)
    this.#changeConnection(session === null ? 'expired' : 'connecting')
    if (account !== null && session !== null) {
      const connection = new Connection(account.server, session, (state) => void this.#connectionChanged(account.id, state))
      this.#connection = connection
      this.#watch(connection)
    }
    this.#tellAccounts()
    this.#showTray()
  }

  async #connectionChanged(accountId: string, state: ConnectionState): Promise<void> {
    if (state === 'expired') await this.#accounts.forgetSession(accountId)
    this.#changeConnection(state)
    if (state === 'open') for (const { tabs } of this.#windows.values()) for (const tab of tabs.all) tab.reconnected()
    if (state === 'expired') this.#tellAccounts()
    this.#showTray()
  }

  #watch(connection: Connection): void {
    const workspaces = connection.api.workspaces.onChange.subscribe(undefined, { onData: ({ data }) => void this.#workspacesChanged(data), onError: () => undefined })
    const teams = connection.api.teams.onChange.subscribe(undefined, { onStarted: () => void this.#lookForInvitations(connection), onData: () => void this.#lookForInvitations(connection), onError: () => undefined })
    void connection.api.workspaces.rules.query().then(
      ({ idleTimeoutSeconds }) => (this.#idleTimeoutSeconds = idleTimeoutSeconds),
      () => undefined,
    )
    this.#stopWatching = () => {
      workspaces.unsubscribe()
      teams.unsubscribe()
    }
  }

  async #workspacesChanged(change: WorkspaceChange): Promise<void> {
    const before = this.#known?.workspaces ?? []
    const after = applied(before, change)
    await this.#known?.keep('workspaces.list', after)
    const focused = [...this.#windows.values()].find(({ window }) => window.isFocused)
    // The first whole list after a start tells what happened long ago.
    if (change.type === 'changed') for (const note of workspaceNews(before, after, focused?.tabs.active?.workspaceId ?? null)) this.#note(note)
    const byId = new Map<string, Workspace>(after.map((workspace) => [workspace.id, workspace]))
    for (const { tabs } of this.#windows.values()) {
      for (const tab of tabs.all) if (change.type === 'snapshot' || tab.workspaceId === (change.type === 'removed' ? change.workspaceId : change.workspace.id)) tab.workspaceChanged(byId.get(tab.workspaceId) ?? null)
    }
    this.#showTray()
  }

  async #lookForInvitations(connection: Connection): Promise<void> {
    const after = await connection.api.teams.invitations.query().catch(() => null)
    if (after === null || connection !== this.#connection) return
    for (const note of invitationNews(this.#invitations, after)) this.#note(note)
    this.#invitations = after
  }

  async #lookForIdle(): Promise<void> {
    const connection = this.#connection
    if (connection === null || this.#connectionState !== 'open') return
    const due = (this.#known?.workspaces ?? []).filter((workspace) => (idleWarningAt(workspace, this.#idleTimeoutSeconds) ?? Number.POSITIVE_INFINITY) <= Date.now())
    for (const { id } of due) {
      // When it was last used is not told with every key, so it is asked before somebody is disturbed.
      const now = await connection.api.workspaces.get.query({ workspaceId: id }).catch(() => null)
      const note = now === null ? null : idleNote(now, this.#idleTimeoutSeconds, Date.now())
      const once = `${id} ${now?.lastActivityAt}`
      if (note === null || this.#warned.has(once)) continue
      this.#warned.add(once)
      this.#note(note)
    }
  }

  #note(note: Note): void {
    if (!this.#preferences.notifications) return
    this.#platform.notify(note, () => {
      this.showWindow()
      if (note.leads.to === 'workspace') this.#openTab(this.#firstWindow(), note.leads.workspaceId)
      else this.#goTo(null, note.leads.path)
    })
  }

  #goTo(open: OpenWindow | null, path: string): void {
    const target = open ?? this.#firstWindow()
    target.tabs.activate(null)
    this.#arrange(target)
    target.window.tell({ type: 'goTo', path })
  }

  #changeConnection(state: ConnectionState): void {
    this.#connectionState = state
    this.#tellAll({ type: 'connection', state })
  }

  #tellAccounts(): void {
    this.#tellAll({ type: 'accounts', accounts: [...this.#accounts.views], current: this.#accounts.current?.id ?? null })
  }

  #showTray(): void {
    this.#platform.showTray(trayModel({ accounts: this.#accounts.views, current: this.#accounts.current, connection: this.#connectionState, workspaces: this.#known?.workspaces ?? [] }))
  }

  #tellAll(event: Event): void {
    for (const { window } of this.#windows.values()) window.tell(event)
  }

  #tellFirst(event: Event): void {
    const open = this.#firstWindow()
    open.tabs.activate(null)
    this.#arrange(open)
    open.window.tell(event)
  }

  #endSubscriptions(windowId: string): void {
    for (const [key, end] of this.#subscriptions) {
      if (!key.startsWith(`${windowId} `)) continue
      end()
      this.#subscriptions.delete(key)
    }
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
