import type { Event } from '@arcx/desktop-contract/contract'
import type { AppWindow } from './app-window.ts'
import type { Inset } from '../tabs/layout.ts'
import { Tabs } from '../tabs/tabs.ts'
import type { SavedTabs } from './saved-tabs.ts'

/** Until a page has said how much it keeps. */
const firstInset: Inset = { top: 40, right: 0 }

export interface OpenWindow {
  readonly window: AppWindow
  readonly tabs: Tabs
  inset: Inset
}

export interface WindowDependencies {
  makeWindow(path: string): AppWindow
  readonly savedTabs: SavedTabs
  /** What a window shows may be another now. */
  arranged(): void
}

/** The app's windows with what stands in their tabs, which the next start has again. */
export class OpenWindows {
  readonly #dependencies: WindowDependencies
  readonly #windows = new Map<string, OpenWindow>()
  #isQuitting = false

  constructor(dependencies: WindowDependencies) {
    this.#dependencies = dependencies
  }

  get all(): readonly OpenWindow[] {
    return [...this.#windows.values()]
  }

  /** The workspace in front of the window that somebody is in. */
  get focusedWorkspace(): string | null {
    return this.all.find(({ window }) => window.isFocused)?.tabs.active?.workspaceId ?? null
  }

  find(id: string): OpenWindow | null {
    return this.#windows.get(id) ?? null
  }

  /** Comes to the front. */
  open(path: string): OpenWindow {
    const window = this.#dependencies.makeWindow(path)
    const open = { window, tabs: new Tabs(), inset: firstInset }
    this.#windows.set(window.id, open)
    return open
  }

  /** Null where all are closed. */
  get first(): OpenWindow | null {
    return this.all[0] ?? null
  }

  closed(id: string): void {
    for (const tab of this.#windows.get(id)?.tabs.all ?? []) tab.close()
    this.#windows.delete(id)
    // With the last window its tabs are put away, not closed.
    if (this.#windows.size === 0) this.#dependencies.savedTabs.putAway()
    this.#keep()
    this.#dependencies.arranged()
  }

  /** Windows close one after the other now, and what stands in them stays for the next start. */
  quitting(): void {
    this.#isQuitting = true
  }

  /** Puts the view in front that is to be seen, and tells the page. */
  arrange(open: OpenWindow): void {
    this.show(open)
    open.window.send({ type: 'tabs', tabs: open.tabs.shown })
    this.#keep()
    this.#dependencies.arranged()
  }

  change(id: string, change: (open: OpenWindow) => void): undefined {
    const open = this.#windows.get(id)
    if (open === undefined) return
    change(open)
    this.arrange(open)
  }

  show({ window, tabs: { active }, inset }: OpenWindow): void {
    window.show(active !== null && active.shown.phase.kind === 'open' ? active.view : null, inset)
  }

  goTo(open: OpenWindow, path: string): void {
    open.tabs.activate(null)
    this.arrange(open)
    open.window.send({ type: 'goTo', path })
  }

  /** All of them, which are there again when this account is. */
  putTabsAway(): void {
    this.#dependencies.savedTabs.putAway()
    for (const open of this.all) {
      for (const tab of open.tabs.all) open.tabs.remove(tab.id)?.close()
      this.arrange(open)
    }
  }

  tellAll(event: Event): void {
    for (const { window } of this.all) window.send(event)
  }

  #keep(): void {
    if (!this.#isQuitting)
      this.#dependencies.savedTabs.tabsAre(
        this.all.flatMap(({ tabs }) => tabs.all.map(({ workspaceId }) => workspaceId)),
      )
  }
}
