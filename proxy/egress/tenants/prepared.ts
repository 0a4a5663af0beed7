import type { Pairs } from '../../replace/pairs.ts'

interface Kept {
  readonly pairs: Pairs
  lastUse: number
}

/**
 * Pairs that were made ready, kept while there is room: those used longest ago go first, and are made anew when they are
 * wanted again. By what they are made of, so that workspaces with the same secrets share them.
 */
export class Prepared {
  readonly #mostBytes: number
  readonly #kept = new Map<string, Kept>()
  #bytes = 0
  #uses = 0

  constructor(mostBytes: number) {
    this.#mostBytes = mostBytes
  }

  /** How many bytes of memory all of them keep, about. */
  get bytes(): number {
    return this.#bytes
  }

  of(key: string, make: () => Pairs): Pairs {
    const known = this.#kept.get(key)
    if (known !== undefined) {
      // A number, as each call asks several times: the order is looked for only where one must go.
      known.lastUse = this.#uses += 1
      return known.pairs
    }
    const pairs = make()
    this.#bytes += pairs.bytes
    if (this.#bytes > this.#mostBytes) this.#forgetOldest()
    // The last one is in use, however large it is.
    this.#kept.set(key, { pairs, lastUse: (this.#uses += 1) })
    return pairs
  }

  #forgetOldest(): void {
    const oldestFirst = [...this.#kept].sort(([, a], [, b]) => a.lastUse - b.lastUse)
    for (const [key, { pairs }] of oldestFirst) {
      if (this.#bytes <= this.#mostBytes) return
      this.#kept.delete(key)
      this.#bytes -= pairs.bytes
    }
  }
}
