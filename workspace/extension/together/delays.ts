export interface Delay {
  cancel(): void
}

/** What is to be done a little later, all of which ends together. */
export class Delays {
  readonly #timers = new Set<ReturnType<typeof setTimeout>>()
  #isOver = false

  /** What `work` could not do is not told: whatever changes next asks for it anew. */
  after(ms: number, work: () => Promise<void>): Delay {
    if (this.#isOver) return { cancel: () => undefined }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      void work().catch(() => undefined)
    }, ms)
    this.#timers.add(timer)
    return {
      cancel: () => {
        clearTimeout(timer)
        this.#timers.delete(timer)
      },
    }
  }

  /** Nothing is done from here on. */
  end(): void {
    this.#isOver = true
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}
