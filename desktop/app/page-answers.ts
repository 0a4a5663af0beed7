import type { Answers } from '@arcx/desktop-contract/answering'
import type { SignInState } from '@arcx/desktop-contract/contract'
import type { Accounts } from '../accounts/accounts.ts'
import type { SignIn } from '../accounts/sign-in.ts'
import type { LiveAccount } from '../connection/live-account.ts'
import type { PageSubscriptions } from '../connection/page-subscriptions.ts'
import type { Updates } from '../updates/updates.ts'
import type { OpenWindows } from '../windows/open-windows.ts'
import type { CurrentAccount } from './current-account.ts'
import type { Platform } from './platform.ts'
import type { ChosenPreferences } from './preferences.ts'
import type { WorkspaceTabs } from './workspace-tabs.ts'

export interface PageAnswersDependencies {
  readonly platform: Pick<Platform, 'hideSwitcher' | 'keychain' | 'version'>
  readonly accounts: Accounts
  readonly account: CurrentAccount
  readonly signIn: SignIn
  signInState(): SignInState
  readonly live: LiveAccount
  readonly subscriptions: PageSubscriptions
  readonly windows: OpenWindows
  readonly tabs: WorkspaceTabs
  readonly preferences: ChosenPreferences
  readonly updates: Updates
  openInBrowser(address: string): void
  /** A workspace that was chosen in the switcher. */
  openFromSwitcher(workspaceId: string): void
}

/** What pages may ask; `from` is a window's id. */
export function pageAnswers({
  platform,
  accounts,
  account,
  signIn,
  signInState,
  live,
  subscriptions,
  windows,
  tabs,
  preferences,
  updates,
  openInBrowser,
  openFromSwitcher,
}: PageAnswersDependencies): Answers<string> {
  return {
    boot: (_input, from) => ({
      accounts: [...accounts.views],
      current: accounts.current?.id ?? null,
      connection: live.state,
      signIn: signInState(),
      tabs: windows.find(from)?.tabs.shown ?? { tabs: [], active: null },
      preferences: preferences.chosen,
      isShortcutTaken: preferences.isShortcutTaken,
      update: updates.state,
      version: platform.version,
      keepsSessions: platform.keychain.isAvailable,
      known: live.known?.answers ?? {},
    }),
    'api.call': async ({ type, path, input }) => {
      if (live.connection === null)
        return { ok: false, error: { message: 'You are not signed in.', code: null, data: null } }
      const outcome = await live.connection.call(type, path, input)
      if (outcome.ok && type === 'query' && input === undefined) await live.known?.keep(path, outcome.data)
      return outcome
    },
    'api.subscribe': ({ handle, path, input }, from) => {
      const open = windows.find(from)
      if (open !== null)
        subscriptions.begin(from, handle, live.connection, path, input, (event) => open.window.send(event))
      return undefined
    },
    'api.unsubscribe': ({ handle }, from) => {
      subscriptions.end(from, handle)
      return undefined
    },
    'accounts.signIn': async ({ server }) => void (await signIn.begin(server)),
    'accounts.cancel': () => void signIn.cancel(),
    'accounts.use': async ({ accountId }) => void (await account.use(accountId)),
    'accounts.signOut': async ({ accountId }) => void (await account.signOut(accountId)),
    'tabs.open': ({ workspaceId, to }, from) =>
      void tabs.open(windows.find(from) ?? tabs.firstWindow(), workspaceId, to),
    'tabs.activate': ({ tab }, from) => windows.change(from, ({ tabs }) => tabs.activate(tab)),
    'tabs.close': ({ tab }, from) => windows.change(from, ({ tabs }) => tabs.remove(tab)?.close()),
    'tabs.move': ({ tab, to }, from) => windows.change(from, ({ tabs }) => tabs.move(tab, to)),
    'tabs.detach': ({ tab }, from) => {
      // A view belongs to its window's page of tabs; the workspace is opened anew in a window of its own.
      const removed = windows.find(from)?.tabs.remove(tab)
      if (removed === null || removed === undefined) return undefined
      removed.close()
      windows.change(from, () => undefined)
      return void tabs.open(windows.open('/dashboard'), removed.workspaceId)
    },
    'tabs.retry': ({ tab }, from) => void windows.find(from)?.tabs.find(tab)?.retry(),
    'tabs.inset': (inset, from) => {
      const open = windows.find(from)
      if (open === null) return undefined
      open.inset = inset
      windows.show(open)
      return undefined
    },
    'shell.openExternally': ({ url }) => void openInBrowser(url),
    'switcher.done': ({ open }) => {
      platform.hideSwitcher()
      if (open !== null) openFromSwitcher(open)
      return undefined
    },
    'preferences.set': async (changes) => void (await preferences.choose(changes)),
    'update.restart': () => void updates.restart(),
  }
}
