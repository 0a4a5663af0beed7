import type { Keychain } from '../accounts/accounts.ts'
import type { Note } from '../news/news.ts'
import type { InFront } from './menu.ts'
import type { TrayModel } from '../tray/tray-menu.ts'
import type { Updater } from '../updates/updates.ts'
import type { AppWindow, WindowEvents } from '../windows/app-window.ts'

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
