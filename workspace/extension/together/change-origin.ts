/**
 * The editor tells of a document's change and of its having become dirty one after the other, in either order: a first
 * letter looks for a moment as what was read from disk does. Both are told in one turn, so whoever waits a little knows.
 */
const dirtyWithinMs = 100

interface DocumentEvent {
  readonly text: string
  readonly hasChanged: boolean
  readonly isDirty: boolean
  /** Whether it was undone or redone, which may leave a document as it is on disk as well. */
  readonly isUndone: boolean
}

/** Reports the origin of each change of a document: the file on disk, or the editor. */
export class ChangeOrigin {
  readonly #report: (isFromDisk: boolean, text: string) => void
  readonly #isMarked: () => boolean
  #undecided: { readonly text: string; readonly timer: ReturnType<typeof setTimeout> } | null = null

  /**
   * `isMarked`: whether the editor shows the document as unsaved. It says of a document that nothing is unsaved when a save
   * is done, also where more was typed than was written, and until it has been saved again.
   */
  constructor(report: (isFromDisk: boolean, text: string) => void, isMarked: () => boolean) {
    this.#report = report
    this.#isMarked = isMarked
  }

  on({ text, hasChanged, isDirty, isUndone }: DocumentEvent): void {
    if (!hasChanged) {
      if (isDirty) this.#decide(false)
      return
    }
    this.#decide(true)
    if (isDirty || isUndone) return this.#report(false, text)
    this.#undecided = { text, timer: setTimeout(() => this.#decide(true), dirtyWithinMs) }
  }

  close(): void {
    if (this.#undecided !== null) clearTimeout(this.#undecided.timer)
    this.#undecided = null
  }

  #decide(isFromDisk: boolean): void {
    if (this.#undecided === null) return
    const { text } = this.#undecided
    this.close()
    this.#report(isFromDisk && !this.#isMarked(), text)
  }
}
