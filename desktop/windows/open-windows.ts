import { z } from 'zod'
import type { Event } from '../contract/contract.ts'
import type { JsonFile } from '../app/json-file.ts'
import type { AppWindow } from '../app/platform.ts'
import type { Inset } from '../tabs/layout.ts'
import { Tabs } from '../tabs/tabs.ts'

/** Until a page has said how much it keeps. */
const firstInset: Inset = { top: 40, right: 0 }

/** Which workspaces stood in tabs, and whose. */
export const KeptOpen = z.object({ account: z.string(), workspaces: z.array(z.string()).max(50) })

export interface OpenWindow {
  readonly window: AppWindow
  readonly tabs: Tabs
  inset: Inset
}

export interface WindowNeeds {
  makeWindow(path: string): AppWindow
  readonly file: JsonFile<typeof KeptOpen>
  /** The current account's id. */
  account(): string | null
}

/** The app's windows with what stands in their tabs, which the next start has again. */
export class OpenWindows {
  readonly #needs: WindowNeeds
  readonly #windows = new Map<string, OpenWindow>()
  #kept = ''

  constructor(needs: WindowNeeds) {
    this.#needs = needs
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
    const window = this.#needs.makeWindow(path)
    const open = { window, tabs: new Tabs(), inset: firstInset }
    this.#windows.set(window.id, open)
    return open
  }

  /** The first, which is opened where there is none. */
  first(): OpenWindow {
    const [first] = this.#windows.values()
    return first ?? this.open('/dashboard')
  }

  closed(id: string): void {
    for (const tab of this.#windows.get(id)?.tabs.all ?? []) tab.close()
    this.#windows.delete(id)
  }

  /** What an earlier run had in its tabs, where that was this account's. */
  async workspacesBefore(): Promise<readonly string[]> {
    const kept = await this.#needs.file.read()
    return kept === null || kept.account !== this.#needs.account() ? [] : kept.workspaces
  }

  /** Puts the view in front that is to be seen, and tells the page. */
  arrange(open: OpenWindow): void {
    this.show(open)
    open.window.tell({ type: 'tabs', tabs: open.tabs.shown })
    this.#keep()
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
    open.window.tell({ type: 'goTo', path })
  }

  closeTabs(): void {
    for (const open of this.all) {
      for (const tab of open.tabs.all) open.tabs.remove(tab.id)?.close()
      this.arrange(open)
    }
  }

  tellAll(event: Event): void {
    for (const { window } of this.all) window.tell(event)
  }

  #keep(): void {
    const account = this.#needs.account() ?? ''
    const workspaces = this.all.flatMap(({ tabs }) => tabs.all.map(({ workspaceId }) => workspaceId))
    const text = JSON.stringify([account, workspaces])
    if (text === this.#kept) return
    this.#kept = text
    void this.#needs.file.write({ account, workspaces }).catch(() => undefined)
  }
}
