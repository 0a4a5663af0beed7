import type { JsonFile } from '../storage/json-file.ts'
import type { Placement } from './placement.ts'

/** Where the app's windows stand. The next window stands where the last one closed, also long after it was closed to the tray; only one at a time stands there. */
export class Placements {
  readonly #file: JsonFile<typeof Placement>
  #last: Placement | null
  #holder: symbol | null = null

  private constructor(file: JsonFile<typeof Placement>, last: Placement | null) {
    this.#file = file
    this.#last = last
  }

  static async open(file: JsonFile<typeof Placement>): Promise<Placements> {
    return new Placements(file, await file.read())
  }

  /** For a window that opens: what is remembered, and whether no other stands there; `closed` is called as it closes. */
  take(): { readonly remembered: Placement | null; readonly isFree: boolean; closed(now: Placement): void } {
    const window = Symbol('window')
    const isFree = this.#holder === null
    if (isFree) this.#holder = window
    return {
      remembered: this.#last,
      isFree,
      closed: (now) => {
        if (this.#holder === window) this.#holder = null
        this.#last = now
        void this.#file.write(now).catch(() => undefined)
      },
    }
  }
}
