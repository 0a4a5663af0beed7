import type { Event } from '@arcx/desktop-contract/contract'
import type { WorkspaceSite } from '../navigation/navigation.ts'
import type { Inset } from '../tabs/layout.ts'
import type { View, ViewEvents } from '../tabs/workspace-tab.ts'

/** A window's outside: the page in it and the views on it. */
export interface AppWindow {
  readonly id: string
  /** To the app's own page. */
  send(event: Event): void
  /** Views belong to one partition each, which keeps its cookies from every other's. */
  makeView(site: () => WorkspaceSite, partition: string, events: ViewEvents): View
  /** Shows one view, or none. */
  show(view: View | null, inset: Inset): void
  focus(): void
  close(): void
  /** Loads the page anew, also where its process has died or does not answer. */
  reload(): void
  /** Asks whether to leave a workspace's page that would rather not be left. */
  mayLeave(name: string): boolean
  readonly isFocused: boolean
  /** Of the page, or of the view that is shown. */
  zoom(step: 1 | -1 | 0): void
}

/** What a window tells. */
export interface WindowEvents {
  /** Its page begins anew. */
  pageBegins(): void
  focused(): void
  closed(): void
  /** Its page wants a window, or goes elsewhere; neither happens. */
  linked(address: string): void
}
