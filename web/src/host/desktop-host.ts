import { TRPCClientError } from '@trpc/client'
import type { TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { AppRouter } from '@arcx/router'
import type {
  ApiFailure,
  ConnectionState,
  DesktopBridge,
  Event,
  Preferences,
  SignInState,
  TabsView,
  UpdateState,
} from '@arcx/desktop-contract/contract'
import type { Accounts, Host } from './port.ts'
import { Writable } from './readable.ts'

const failed = ({ message, code, data }: ApiFailure): TRPCClientError<AppRouter> =>
  TRPCClientError.from({ error: { message, code: code ?? -32_603, data } } as never)

/** The router by the app's main process, which alone knows the session. */
function bridgeLink(bridge: DesktopBridge, listeners: Map<number, (event: Event) => void>): TRPCLink<AppRouter> {
  let next = 0
  return () =>
    ({ op }) =>
      observable((observer) => {
        if (op.type !== 'subscription') {
          bridge.request('api.call', { type: op.type, path: op.path, input: op.input }).then(
            (outcome) => {
              if (!outcome.ok) return observer.error(failed(outcome.error))
              observer.next({ result: { type: 'data', data: outcome.data } })
              observer.complete()
            },
            (error: unknown) =>
              observer.error(TRPCClientError.from(error instanceof Error ? error : new Error(String(error)))),
          )
          return
        }
        const handle = (next += 1)
        listeners.set(handle, (event) => {
          switch (event.type) {
            case 'api.started':
              return observer.next({ result: { type: 'started' } })
            case 'api.data':
              return observer.next({ result: { type: 'data', data: event.data } })
            case 'api.error':
              return observer.error(failed(event.error))
            case 'api.stopped':
              observer.next({ result: { type: 'stopped' } })
              return observer.complete()
          }
        })
        bridge
          .request('api.subscribe', { handle, path: op.path, input: op.input })
          .catch((error: unknown) =>
            observer.error(TRPCClientError.from(error instanceof Error ? error : new Error(String(error)))),
          )
        return () => {
          listeners.delete(handle)
          void bridge.request('api.unsubscribe', { handle })
        }
      })
}

/** The desktop app: several servers, workspaces in tabs, and a main process that holds what a page must not. */
export function desktopHost(bridge: DesktopBridge): Host {
  const connection = new Writable<ConnectionState>('connecting')
  const all = new Writable<ReturnType<Accounts['all']['get']>>({ accounts: [], current: null })
  const signIn = new Writable<SignInState>({ kind: 'none' })
  const tabs = new Writable<TabsView>({ tabs: [], active: null })
  const preferences = new Writable<Preferences>({ openAtLogin: false, notifications: true, switcherShortcut: '' })
  const isShortcutTaken = new Writable(false)
  const update = new Writable<UpdateState>({ kind: 'none' })
  const commands = new Set<(command: 'palette' | 'newWorkspace') => void>()
  const ways = new Set<(path: string) => void>()
  const operations = new Map<number, (event: Event) => void>()
  let known: Readonly<Record<string, unknown>> = {}
  let areKept = true
  let version = ''

  bridge.listen((event) => {
    switch (event.type) {
      case 'api.started':
      case 'api.data':
      case 'api.error':
      case 'api.stopped':
        return operations.get(event.handle)?.(event)
      case 'connection':
        return connection.set(event.state)
      case 'accounts':
        return all.set({ accounts: event.accounts, current: event.current })
      case 'signIn':
        return signIn.set(event.state)
      case 'tabs':
        return tabs.set(event.tabs)
      case 'preferences':
        isShortcutTaken.set(event.isShortcutTaken)
        return preferences.set(event.preferences)
      case 'update':
        return update.set(event.state)
      case 'goTo':
        for (const go of ways) go(event.path)
        return
      case 'command':
        // Somebody else, or elsewhere, from here on.
        if (event.command === 'reload') return location.assign('/dashboard')
        for (const hear of commands) hear(event.command)
    }
  })
  const ask = (asked: Promise<unknown>) => void asked.catch((error: unknown) => console.error(error))
  return {
    client: 'desktop',
    links: [bridgeLink(bridge, operations)],
    connection,
    get known() {
      return known
    },
    async ready() {
      const boot = await bridge.request('boot', undefined)
      all.set({ accounts: boot.accounts, current: boot.current })
      connection.set(boot.connection)
      signIn.set(boot.signIn)
      tabs.set(boot.tabs)
      preferences.set(boot.preferences)
      isShortcutTaken.set(boot.isShortcutTaken)
      update.set(boot.update)
      ;({ known, version, keepsSessions: areKept } = boot)
    },
    server: () => all.get().accounts.find(({ id }) => id === all.get().current)?.server ?? 'http://localhost',
    openWorkspace(workspaceId, url) {
      const { pathname, search, hash } = new URL(url)
      ask(
        bridge.request('tabs.open', {
          workspaceId,
          to: pathname === '/' && search === '' ? null : pathname + search + hash,
        }),
      )
      return true
    },
    openExternally: (url) => ask(bridge.request('shell.openExternally', { url })),
    async signOut() {
      const { current } = all.get()
      if (current === null) return false
      return bridge.request('accounts.signOut', { accountId: current }).then(
        () => true,
        () => false,
      )
    },
    accounts: {
      all,
      signIn,
      get areKept() {
        return areKept
      },
      begin: (server) => ask(bridge.request('accounts.signIn', { server })),
      cancel: () => ask(bridge.request('accounts.cancel', undefined)),
      use: (accountId) => ask(bridge.request('accounts.use', { accountId })),
      signOut: (accountId) => ask(bridge.request('accounts.signOut', { accountId })),
    },
    tabs: {
      shown: tabs,
      activate: (tab) => ask(bridge.request('tabs.activate', { tab })),
      close: (tab) => ask(bridge.request('tabs.close', { tab })),
      move: (tab, to) => ask(bridge.request('tabs.move', { tab, to })),
      detach: (tab) => ask(bridge.request('tabs.detach', { tab })),
      retry: (tab) => ask(bridge.request('tabs.retry', { tab })),
      keep: (inset) => ask(bridge.request('tabs.inset', inset)),
    },
    program: {
      get version() {
        return version
      },
      preferences,
      isShortcutTaken,
      update,
      prefer: async (changes) => void (await bridge.request('preferences.set', changes)),
      restartToUpdate: () => ask(bridge.request('update.restart', undefined)),
      onCommand(listener) {
        commands.add(listener)
        return () => void commands.delete(listener)
      },
      onGoTo(listener) {
        ways.add(listener)
        return () => void ways.delete(listener)
      },
      switched: (open) => ask(bridge.request('switcher.done', { open })),
    },
  }
}
