interface Entry<T> {
  readonly item: T
  index: number
}

/**
 * What is open at the moment, in no order. Not a Set: where thousands a second pass through one, its hash table is made
 * anew again and again, and each former table that the garbage collector has moved to the old generation keeps whatever
 * was in it, and the next table, alive until a full collection.
 */
export class LiveList<T> {
  readonly #entries: Entry<T>[] = []

  get size(): number {
    return this.#entries.length
  }

  /** Returns what takes it out again; called twice, it does nothing more. */
  add(item: T): () => void {
    const entry = { item, index: this.#entries.length }
    this.#entries.push(entry)
    return () => this.#remove(entry)
  }

  /**
   * Each that is there from beginning to end, at least once; none that has been taken out. From the end on, as what is
   * last takes the place of what is taken out: so nothing is passed over, however long each takes.
   */
  *[Symbol.iterator](): Generator<T> {
    for (let index = this.#entries.length - 1; index >= 0; index -= 1) {
      const entry = this.#entries[index]
      if (entry !== undefined) yield entry.item
    }
  }

  #remove(entry: Entry<T>): void {
    if (this.#entries[entry.index] !== entry) return
    const last = this.#entries.pop()
    if (last === undefined || last === entry) return
    this.#entries[entry.index] = last
    last.index = entry.index
  }
}
