/** Work for which several wait at the same time is done once, and its result is the same object for all of them. */
export class SharedWork<T> {
  readonly #running = new Map<string, Promise<T>>()

  of(key: string, work: () => Promise<T>): Promise<T> {
    const known = this.#running.get(key)
    if (known !== undefined) return known
    const running = work().finally(() => this.#running.delete(key))
    this.#running.set(key, running)
    return running
  }
}
