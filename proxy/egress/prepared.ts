import type { Pairs } from '../replace/pairs.ts'

/**
 * Pairs that were made ready, kept while there is room: those used longest ago go first, and are made anew when they are
 * wanted again. By what they are made of, so that workspaces with the same secrets share them.
 */
export class Prepared {
  readonly #mostBytes: number
  /** In the order of their last use. */
  readonly #kept = new Map<string, Pairs>()
  #bytes = 0

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
      this.#kept.delete(key)
      this.#kept.set(key, known)
      return known
    }
    const made = make()
    this.#kept.set(key, made)
    this.#bytes += made.bytes
    for (const [oldest, { bytes }] of this.#kept) {
      // The last one is in use, however large it is.
      if (this.#bytes <= this.#mostBytes || this.#kept.size === 1) break
      this.#kept.delete(oldest)
      this.#bytes -= bytes
    }
    return made
  }
}
