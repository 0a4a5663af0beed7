import type { Awareness } from 'y-protocols/awareness'
import type { Delay, Delays } from './delays.ts'
import type { EditedFile } from './edited-file.ts'

const quietMs = 1000
/** One that should save and does not is stood in for. */
const standInMs = 5000
/** What did not help is done again. */
const againMs = 2000

export interface AutosaveDependencies {
  readonly editor: EditedFile
  /** Of all windows that have the file open. */
  readonly awareness: Awareness
  readonly delays: Delays
  /** Whether what the editor shows is known to stand in the shared text. */
  isReady(): boolean
  /** Where the file holds what the editor shows already. */
  settle(disk: string): Promise<void>
}

/** Saves what several write once: the window in which somebody typed last does it for all. */
export class Autosave {
  readonly #dependencies: AutosaveDependencies
  #changedAt = 0
  #isSaving = false
  #standInDelay: Delay | null = null

  constructor(dependencies: AutosaveDependencies) {
    this.#dependencies = dependencies
  }

  /** Somebody has typed here. */
  typed(): void {
    this.#dependencies.awareness.setLocalStateField('typed', this.#latestTyped() + 1)
  }

  /** Something has been written, by whomever. */
  touched(): void {
    this.#changedAt = Date.now()
    this.#dependencies.delays.after(quietMs, () => this.#save(quietMs, this.#isFirstToSave()))
    this.#standIn(standInMs + Math.random() * standInMs)
  }

  /** For as long as something stays unsaved, whosever it was to save, and however often that did not help. */
  #standIn(ms: number): void {
    const { editor, delays } = this.#dependencies
    this.#standInDelay?.cancel()
    this.#standInDelay = delays.after(ms, async () => {
      this.#standInDelay = null
      await this.#save(standInMs, true).catch(() => undefined)
      if (this.#standInDelay === null && editor.savesItself() && editor.isDirty()) this.#standIn(againMs)
    })
  }

  async #save(quiet: number, isMine: boolean): Promise<void> {
    const { editor, isReady, settle } = this.#dependencies
    if (!isMine || !isReady() || Date.now() - this.#changedAt < quiet - 50) return
    if (this.#isSaving || !editor.savesItself() || !editor.isDirty()) return
    this.#isSaving = true
    try {
      const disk = await editor.readDisk()
      if (disk !== null && disk === editor.text()) return await settle(disk)
      await editor.save()
    } finally {
      this.#isSaving = false
    }
  }

  #latestTyped(): number {
    return Math.max(0, ...[...this.#dependencies.awareness.getStates().values()].map(whenTyped))
  }

  #isFirstToSave(): boolean {
    const { awareness } = this.#dependencies
    const latest = this.#latestTyped()
    const those = [...awareness.getStates()]
      .filter(([, state]) => whenTyped(state) === latest)
      .map(([client]) => client)
    return Math.min(...those) === awareness.clientID
  }
}

const whenTyped = ({ typed }: { readonly typed?: unknown }): number => (typeof typed === 'number' ? typed : 0)
