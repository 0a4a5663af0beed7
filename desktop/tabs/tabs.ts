import type { TabsView } from '@arcx/desktop-contract/contract'
import type { WorkspaceTab } from './workspace-tab.ts'

/** The tabs of one window, in order; `active` null is the launcher. */
export class Tabs {
  #tabs: readonly WorkspaceTab[] = []
  #active: string | null = null

  get shown(): TabsView {
    return { tabs: this.#tabs.map((tab) => tab.shown), active: this.#active }
  }

  get all(): readonly WorkspaceTab[] {
    return this.#tabs
  }

  get active(): WorkspaceTab | null {
    return this.find(this.#active)
  }

  find(id: string | null): WorkspaceTab | null {
    return this.#tabs.find((tab) => tab.id === id) ?? null
  }

  of(workspaceId: string): WorkspaceTab | null {
    return this.#tabs.find((tab) => tab.workspaceId === workspaceId) ?? null
  }

  add(tab: WorkspaceTab): void {
    this.#tabs = [...this.#tabs, tab]
    this.#active = tab.id
  }

  /** One that is not there is the launcher. */
  activate(id: string | null): void {
    this.#active = this.find(id)?.id ?? null
  }

  /** The `index`th from the left, counted from 1; the last for 9, the launcher for 0. */
  activateAt(index: number): void {
    this.#active = index === 0 ? null : ((index === 9 ? this.#tabs.at(-1) : this.#tabs[index - 1])?.id ?? this.#active)
  }

  /** The next or the former, around, with the launcher among them. */
  step(by: 1 | -1): void {
    const all = [null, ...this.#tabs.map(({ id }) => id)]
    this.#active = all[(all.indexOf(this.#active) + by + all.length) % all.length] ?? null
  }

  move(id: string, to: number): void {
    const tab = this.find(id)
    if (tab === null) return
    const others = this.#tabs.filter((each) => each !== tab)
    this.#tabs = [...others.slice(0, to), tab, ...others.slice(to)]
  }

  /** Takes it out; its right neighbour is shown then, or its left, or the launcher. */
  remove(id: string): WorkspaceTab | null {
    const at = this.#tabs.findIndex((tab) => tab.id === id)
    const tab = this.#tabs[at]
    if (tab === undefined) return null
    this.#tabs = this.#tabs.filter((each) => each !== tab)
    if (this.#active === id) this.#active = (this.#tabs[at] ?? this.#tabs[at - 1])?.id ?? null
    return tab
  }
}
