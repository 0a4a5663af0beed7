/**
 * Publishes the steps of a start that last. Most are over before anybody could read them, and each published step costs a
 * transaction and a message to every window.
 */
export class StartProgress {
  readonly #publish: (step: string) => Promise<void>
  readonly #lastsMs: number
  #published: string | null
  #timer: NodeJS.Timeout | undefined
  #publishing: Promise<void> = Promise.resolve()

  /** `published`: the step published last; `publish` must not throw. */
  constructor(published: string | null, lastsMs: number, publish: (step: string) => Promise<void>) {
    this.#published = published
    this.#lastsMs = lastsMs
    this.#publish = publish
  }

  at(step: string): void {
    clearTimeout(this.#timer)
    if (step === this.#published) return
    this.#timer = setTimeout(() => {
      this.#published = step
      this.#publishing = this.#publishing.then(() => this.#publish(step))
    }, this.#lastsMs)
  }

  /** Resolves once nothing more will be published. */
  async end(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#publishing
  }
}
