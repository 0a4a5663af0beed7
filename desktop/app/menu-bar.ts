import type { InFront } from './menu.ts'

/** The menu bar, made anew only when it is to be another. */
export class MenuBar {
  readonly #show: (inFront: InFront) => void
  #shown: InFront | null = null

  constructor(show: (inFront: InFront) => void) {
    this.#show = show
  }

  be(inFront: InFront): void {
    if (this.#shown === inFront) return
    this.#shown = inFront
    this.#show(inFront)
  }
}
