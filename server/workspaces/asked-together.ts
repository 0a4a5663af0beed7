/** One that takes longer keeps the others waiting no more: it may have met a connection that is lost. */
const slowMs = 100

interface Question<Answer> {
  readonly keys: Set<string>
  readonly answers: Promise<ReadonlyMap<string, Answer>>
}

/**
 * A question that many ask at once, each about a key of their own: one goes out at a time, for all who have come until then,
 * and the answer was found after each of them asked.
 */
export class AskedTogether<Answer> {
  readonly #ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>
  /** What goes out next. */
  #next: Question<Answer> | null = null
  /** What is out, until it comes back. */
  #out: Promise<unknown> | null = null

  constructor(ask: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>) {
    this.#ask = ask
  }

  async of(key: string): Promise<Answer | undefined> {
    const next = (this.#next ??= this.#prepare())
    next.keys.add(key)
    return (await next.answers).get(key)
  }

  #prepare(): Question<Answer> {
    const keys = new Set<string>()
    const answers = (this.#out === null ? nextTurn() : endOf(this.#out).then(nextTurn)).then(() => {
      // From now on whoever asks is too late for it.
      this.#next = null
      return this.#ask([...keys])
    })
    const back = () => {
      if (this.#out === answers) this.#out = null
    }
    this.#out = answers
    answers.then(back, back)
    return { keys, answers }
  }
}

/** However it ends, or once it is slow. */
function endOf(work: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, slowMs)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    work.then(end, end)
  })
}

/** Whoever has come by then comes along. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))
