import type { Keychain } from '../accounts/accounts.ts'
import type { Event } from '@arcx/desktop-contract/contract'
import type { Ground } from '../navigation/navigation.ts'
import type { Note } from '../news/news.ts'
import type { Inset } from '../tabs/layout.ts'
import type { View, ViewEvents } from '../tabs/workspace-tab.ts'
import type { InFront } from './menu.ts'
import type { TrayModel } from '../tray/tray-menu.ts'
import type { Updater } from '../updates/updates.ts'

/** A window's outside: the page in it and the views on it. */
export interface AppWindow {
  readonly id: string
  /** To the app's own page. */
  tell(event: Event): void
  /** Views belong to one partition each, which keeps its cookies from every other's. */
  makeView(ground: () => Ground, partition: string, events: ViewEvents): View
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

/** What the desktop needs from the system: Electron, or a test. */
export interface Platform {
  readonly version: string
  readonly clientName: string
  readonly directory: string
  readonly keychain: Keychain
  readonly updater: Updater | null
  makeWindow(path: string, eventsOf: (id: string) => WindowEvents): AppWindow
  showMenu(inFront: InFront): void
  showSwitcher(): void
  hideSwitcher(): void
  showTray(model: TrayModel): void
  notify(note: Note, onClick: () => void): void
  now(): number
  openExternally(url: string): Promise<void>
  /** False where the system has it for something else. */
  registerShortcut(keys: string): boolean
  /** @throws with a sentence for the person. */
  setOpenAtLogin(isOn: boolean): Promise<void>
  /** Where partitions lie, each in a folder. */
  readonly partitionsDirectory: string
  /** Everything that pages in these partitions have left. */
  clearPartitions(partitions: readonly string[]): Promise<void>
  quit(): void
  later(ms: number, run: () => void): () => void
  every(ms: number, run: () => void): () => void
}
