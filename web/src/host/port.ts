import type { TRPCLink } from '@trpc/client'
import type { AppRouter } from '@arcx/router'
import type {
  AccountView,
  ConnectionState,
  Preferences,
  SignInState,
  TabsView,
  UpdateState,
} from '@arcx/desktop-contract/contract'
import type { Readable } from './readable.ts'

/** Who somebody is on which servers, where there may be several. */
export interface Accounts {
  readonly all: Readable<{ readonly accounts: readonly AccountView[]; readonly current: string | null }>
  readonly signIn: Readable<SignInState>
  /** Whether sessions outlast the app. */
  readonly areKept: boolean
  begin(server: string): void
  cancel(): void
  use(accountId: string): void
  signOut(accountId: string): void
}

/** Workspaces that stand beside the page, in the same window. */
export interface Tabs {
  readonly shown: Readable<TabsView>
  activate(tab: string | null): void
  close(tab: string): void
  move(tab: string, to: number): void
  detach(tab: string): void
  /** Starts what rests, tries again what was lost. */
  retry(tab: string): void
  /** How much of the window the page keeps for itself, in CSS pixels. */
  keep(inset: { readonly top: number; readonly right: number }): void
}

/** The program that shows the page, where it is not a browser. */
export interface Program {
  readonly version: string
  readonly preferences: Readable<Preferences>
  /** The system has the switcher's keys for something else. */
  readonly isShortcutTaken: Readable<boolean>
  readonly update: Readable<UpdateState>
  /** @throws with a sentence for the person. */
  prefer(changes: Partial<Preferences>): Promise<void>
  restartToUpdate(): void
  /** From its menus and its tray. */
  onCommand(listener: (command: 'palette' | 'newWorkspace') => void): () => void
  /** A page that it wants shown. */
  onGoTo(listener: (path: string) => void): () => void
  /** The quick switcher is done, with a workspace to open or none. */
  switched(workspaceId: string | null): void
}

/** All that differs between a browser and the desktop app. Nothing else asks where it runs: it asks for what is there. */
export interface Host {
  readonly client: 'web' | 'desktop'
  /** How the router is reached. */
  readonly links: readonly TRPCLink<AppRouter>[]
  readonly connection: Readable<ConnectionState>
  /** What was known at the last start, by procedure; nothing in a browser. */
  readonly known: Readonly<Record<string, unknown>>
  /** To be awaited before anything is shown. */
  ready(): Promise<void>
  /** The origin of the server. */
  server(): string
  /** True where it is opened here; false where the link that was clicked is to be followed. */
  openWorkspace(workspaceId: string, url: string): boolean
  openExternally(url: string): void
  /** Resolves with false where that could not be done. */
  signOut(): Promise<boolean>
  readonly accounts: Accounts | null
  readonly tabs: Tabs | null
  readonly program: Program | null
}
