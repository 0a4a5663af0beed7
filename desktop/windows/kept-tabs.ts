import { z } from 'zod'
import type { JsonFile } from '../storage/json-file.ts'

/** Which workspaces stood in tabs, by account. */
export const KeptOpen = z.record(z.string(), z.array(z.string()).max(50))
type KeptOpen = z.infer<typeof KeptOpen>

/**
 * What each account has in its tabs, for when they are shown again: at the next start, after it has signed in again,
 * after the last window was closed to the tray. Only the account whose tabs are shown has them written down anew, so
 * that the empty window of somebody who is signed out empties nothing.
 */
export class KeptTabs {
  readonly #file: JsonFile<typeof KeptOpen>
  #kept: KeptOpen
  #shown: string | null = null

  private constructor(file: JsonFile<typeof KeptOpen>, kept: KeptOpen) {
    this.#file = file
    this.#kept = kept
  }

  static async open(file: JsonFile<typeof KeptOpen>): Promise<KeptTabs> {
    return new KeptTabs(file, (await file.read()) ?? {})
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

  #write(kept: KeptOpen): void {
    this.#kept = kept
    void this.#file.write(kept).catch(() => undefined)
  }
}
