import { z } from 'zod'

/**
 * All that passes between the app's pages and its main process. Each side parses what it gets: the main process what a
 * page asks (`input`), the preload what the main process answers (`output`) and tells (`events`).
 */

// A page's policy allows no code that is made from text; this must stand before the first schema.
z.config({ jitless: true })

const id = z.string().min(1).max(100)
const origin = z.url({ protocol: /^https?$/ }).max(300)

export const AccountView = z.object({ id, server: z.string(), login: z.string(), signedIn: z.boolean() })
export type AccountView = z.infer<typeof AccountView>

/** `expired`: the server has ended the session. */
export const ConnectionState = z.enum(['connecting', 'open', 'lost', 'expired'])
export type ConnectionState = z.infer<typeof ConnectionState>

export const SignInState = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  /** The browser is open; `url` for who wants to open it by hand. */
  z.object({ kind: z.literal('waiting'), server: z.string(), url: z.string() }),
  z.object({ kind: z.literal('failed'), server: z.string(), message: z.string() }),
])
export type SignInState = z.infer<typeof SignInState>

export const TabPhase = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('entering') }),
  /** What the server is doing, for a person. */
  z.object({ kind: z.literal('starting'), step: z.string().nullable() }),
  z.object({ kind: z.literal('resting') }),
  z.object({ kind: z.literal('open') }),
  z.object({ kind: z.literal('lost'), attempt: z.number().int() }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
])
export type TabPhase = z.infer<typeof TabPhase>

export const TabView = z.object({ id, workspaceId: id, name: z.string(), phase: TabPhase })
export type TabView = z.infer<typeof TabView>

/** `active` null: the launcher. */
export const TabsView = z.object({ tabs: z.array(TabView), active: id.nullable() })
export type TabsView = z.infer<typeof TabsView>

export const Preferences = z.object({
  openAtLogin: z.boolean(),
  notifications: z.boolean(),
  /** An Electron accelerator; empty for none. */
  switcherShortcut: z.string().max(60),
})
export type Preferences = z.infer<typeof Preferences>

export const UpdateState = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['none', 'checking', 'current']) }),
  z.object({ kind: z.literal('downloading'), version: z.string(), percent: z.number() }),
  z.object({ kind: z.literal('ready'), version: z.string() }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
])
export type UpdateState = z.infer<typeof UpdateState>

/** What a page needs to show something before anything has come from the server. */
export const Boot = z.object({
  accounts: z.array(AccountView),
  current: id.nullable(),
  connection: ConnectionState,
  signIn: SignInState,
  tabs: TabsView,
  preferences: Preferences,
  isShortcutTaken: z.boolean(),
  update: UpdateState,
  version: z.string(),
  /** Whether sessions are sealed by the system's keychain; otherwise they last until the app ends. */
  keepsSessions: z.boolean(),
  /** The last that was known: answers of procedures without input, by path. */
  known: z.record(z.string(), z.unknown()),
})
export type Boot = z.infer<typeof Boot>

/** A refusal as the server shaped it; `null` data where it was never reached. */
export const ApiFailure = z.object({ message: z.string(), code: z.number().nullable(), data: z.unknown() })
export type ApiFailure = z.infer<typeof ApiFailure>

const path = z
  .string()
  .regex(/^[a-z]+(\.[a-zA-Z]+){1,3}$/)
  .max(100)
const nothing = z.undefined()
const handle = z.number().int().nonnegative()

export const requests = {
  boot: { input: nothing, output: Boot },
  'api.call': {
    input: z.object({ type: z.enum(['query', 'mutation']), path, input: z.unknown() }),
    output: z.discriminatedUnion('ok', [
      z.object({ ok: z.literal(true), data: z.unknown() }),
      z.object({ ok: z.literal(false), error: ApiFailure }),
    ]),
  },
  'api.subscribe': { input: z.object({ handle, path, input: z.unknown() }), output: nothing },
  'api.unsubscribe': { input: z.object({ handle }), output: nothing },
  'accounts.signIn': { input: z.object({ server: z.string().max(300) }), output: nothing },
  'accounts.cancel': { input: nothing, output: nothing },
  'accounts.use': { input: z.object({ accountId: id }), output: nothing },
  'accounts.signOut': { input: z.object({ accountId: id }), output: nothing },
  /** `to`: a path on the workspace's host. */
  'tabs.open': {
    input: z.object({
      workspaceId: id,
      to: z
        .string()
        .max(2000)
        .regex(/^\/(?![/\\])/)
        .nullable(),
    }),
    output: nothing,
  },
  'tabs.activate': { input: z.object({ tab: id.nullable() }), output: nothing },
  'tabs.close': { input: z.object({ tab: id }), output: nothing },
  'tabs.move': { input: z.object({ tab: id, to: z.number().int().min(0).max(100) }), output: nothing },
  'tabs.detach': { input: z.object({ tab: id }), output: nothing },
  'tabs.retry': { input: z.object({ tab: id }), output: nothing },
  /** How much of the window the page keeps beside the view, in CSS pixels. */
  'tabs.inset': {
    input: z.object({ top: z.number().int().min(0).max(400), right: z.number().int().min(0).max(800) }),
    output: nothing,
  },
  'shell.openExternally': {
    input: z.object({ url: z.url({ protocol: /^(https?|mailto)$/ }).max(2000) }),
    output: nothing,
  },
  'switcher.done': { input: z.object({ open: id.nullable() }), output: nothing },
  'preferences.set': { input: Preferences.partial(), output: nothing },
  'update.restart': { input: nothing, output: nothing },
} as const
export type Requests = typeof requests
export type RequestName = keyof Requests
export type InputOf<N extends RequestName> = z.infer<Requests[N]['input']>
export type OutputOf<N extends RequestName> = z.infer<Requests[N]['output']>

export const Event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('api.started'), handle }),
  z.object({ type: z.literal('api.data'), handle, data: z.unknown() }),
  z.object({ type: z.literal('api.error'), handle, error: ApiFailure }),
  z.object({ type: z.literal('api.stopped'), handle }),
  z.object({ type: z.literal('connection'), state: ConnectionState }),
  z.object({ type: z.literal('accounts'), accounts: z.array(AccountView), current: id.nullable() }),
  z.object({ type: z.literal('signIn'), state: SignInState }),
  z.object({ type: z.literal('tabs'), tabs: TabsView }),
  /** `isShortcutTaken`: the system has the switcher's keys for something else. */
  z.object({ type: z.literal('preferences'), preferences: Preferences, isShortcutTaken: z.boolean() }),
  z.object({ type: z.literal('update'), state: UpdateState }),
  /** From a menu, the tray, a notification or a deep link: a page of the app's. */
  z.object({ type: z.literal('goTo'), path: z.string() }),
  z.object({ type: z.literal('command'), command: z.enum(['palette', 'newWorkspace', 'reload']) }),
])
export type Event = z.infer<typeof Event>

/** What the preload puts on `window.arcxDesktop`. */
export interface DesktopBridge {
  request<N extends RequestName>(name: N, input: InputOf<N>): Promise<OutputOf<N>>
  /** Returns what ends it. */
  listen(listener: (event: Event) => void): () => void
}

export const channels = { request: 'arcx:request', event: 'arcx:event' } as const
/** The wire form of a server's address. */
export const ServerOrigin = origin
