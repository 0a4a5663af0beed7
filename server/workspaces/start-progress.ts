/**
 * Shows the steps of a start that last. Most are over before anybody could read them, and each that is shown costs a
 * transaction and a message to every window.
 */
export class StartProgress {
  readonly #show: (step: string) => Promise<void>
  readonly #lastsMs: number
  #shown: string | null
  #timer: NodeJS.Timeout | undefined
  #showing: Promise<void> = Promise.resolve()

  /** `shown`: the step that is shown already; `show` must not throw. */
  constructor(shown: string | null, lastsMs: number, show: (step: string) => Promise<void>) {
    this.#shown = shown
    this.#lastsMs = lastsMs
    this.#show = show
  }

  at(step: string): void {
    clearTimeout(this.#timer)
    if (step === this.#shown) return
    this.#timer = setTimeout(() => {
      this.#shown = step
      this.#showing = this.#showing.then(() => this.#show(step))
    }, this.#lastsMs)
  }

  /** Resolves once nothing more will be shown. */
  async end(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#showing
  }
}
