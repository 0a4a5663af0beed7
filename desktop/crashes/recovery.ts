const withinMs = 60_000
const waitsMs: readonly number[] = [250, 1000, 4000]

export type AfterCrash = { readonly kind: 'reload'; readonly afterMs: number } | { readonly kind: 'giveUp' }

/** What becomes of a page whose process has died: it is loaded again, later each time, and given up when it dies again and again within a minute. */
export class Recovery {
  readonly #now: () => number
  #crashes: readonly number[] = []

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  crashed(): AfterCrash {
    const now = this.#now()
    this.#crashes = this.#crashes.filter((at) => now - at < withinMs)
    const afterMs = waitsMs[this.#crashes.length]
    if (afterMs === undefined) {
      // Whoever tries again has all tries again.
      this.#crashes = []
      return { kind: 'giveUp' }
    }
    this.#crashes = [...this.#crashes, now]
    return { kind: 'reload', afterMs }
  }
}
