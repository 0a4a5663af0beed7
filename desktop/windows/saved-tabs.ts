import { z } from 'zod'
import type { JsonFile } from '../storage/json-file.ts'

/** Which workspaces stood in tabs, by account. */
export const SavedTabsFile = z.record(z.string(), z.array(z.string()).max(50))
type SavedTabsFile = z.infer<typeof SavedTabsFile>

/**
 * What each account has in its tabs, for when they are shown again: at the next start, after it has signed in again,
 * after the last window was closed to the tray. Only the account whose tabs are shown has them written down anew, so
 * that the empty window of somebody who is signed out empties nothing.
 */
export class SavedTabs {
  readonly #file: JsonFile<typeof SavedTabsFile>
  #kept: SavedTabsFile
  #shown: string | null = null

  private constructor(file: JsonFile<typeof SavedTabsFile>, kept: SavedTabsFile) {
    this.#file = file
    this.#kept = kept
  }

  static async open(file: JsonFile<typeof SavedTabsFile>): Promise<SavedTabs> {
    return new SavedTabs(file, (await file.read()) ?? {})
  }

  /** Whose tabs are shown; null for nobody's. */
  get shown(): string | null {
    return this.#shown
  }

  of(account: string): readonly string[] {
    return this.#kept[account] ?? []
  }

  /** From here on what is in the tabs is this account's. */
  show(account: string): void {
    this.#shown = account
  }

  /** The tabs are put away; they stay as they were. */
  putAway(): void {
    this.#shown = null
  }

  tabsAre(workspaces: readonly string[]): void {
    const account = this.#shown
    if (account === null || this.of(account).join(' ') === workspaces.join(' ')) return
    this.#write({ ...this.#kept, [account]: workspaces.slice(0, 50) })
  }

  forget(account: string): void {
    if (this.#shown === account) this.putAway()
    if (Object.hasOwn(this.#kept, account))
      this.#write(Object.fromEntries(Object.entries(this.#kept).filter(([id]) => id !== account)))
  }

  #write(kept: SavedTabsFile): void {
    this.#kept = kept
    void this.#file.write(kept).catch(() => undefined)
  }
}
