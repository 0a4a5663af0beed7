/**
 * A question that many ask at once, each about a key of their own: one goes out at a time, for all who have come until then,
 * and the answer was found after each of them asked.
 */
export class AskedTogether<Answer> {
  readonly #ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>
  /** What goes out once the one before has come back. */
  #next: { readonly keys: Set<string>; readonly answers: Promise<ReadonlyMap<string, Answer>> } | null = null
  #before: Promise<unknown> = Promise.resolve()

  constructor(ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>) {
    this.#ask = ask
  }

  async of(key: string): Promise<Answer | undefined> {
    const next = (this.#next ??= this.#prepare())
    next.keys.add(key)
    return (await next.answers).get(key)
  }

  #prepare() {
    const keys = new Set<string>()
    const answers = this.#before.then(nextTurn).then(() => {
      // From now on whoever asks is too late for it.
      this.#next = null
      return this.#ask([...keys])
    })
    this.#before = answers.catch(() => undefined)
    return { keys, answers }
  }
}

/** Whoever has come by then comes along. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))
