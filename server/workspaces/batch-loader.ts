/** A batch slower than this no longer delays the next one: its connection may be lost. */
const slowMs = 100

interface Batch<Answer> {
  readonly keys: Set<string>
  readonly answers: Promise<ReadonlyMap<string, Answer>>
}

/**
 * Batches concurrent reads by key into one query. One batch is in flight at a time, and every result was read after the
 * call that gets it, so that nothing stale is returned.
 */
export class BatchLoader<Answer> {
  readonly #load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>
  /** Keys gathered for the next batch. */
  #next: Batch<Answer> | null = null
  /** The batch in flight. */
  #inFlight: Promise<unknown> | null = null

  constructor(load: (keys: readonly string[]) => Promise<ReadonlyMap<string, Answer>>) {
    this.#load = load
  }

  async of(key: string): Promise<Answer | undefined> {
    const next = (this.#next ??= this.#prepare())
    next.keys.add(key)
    return (await next.answers).get(key)
  }

  #prepare(): Batch<Answer> {
    const keys = new Set<string>()
    const answers = (this.#inFlight === null ? nextTurn() : endOf(this.#inFlight).then(nextTurn)).then(() => {
      // Keys that come from now on go into another batch.
      this.#next = null
      return this.#load([...keys])
    })
    const settled = () => {
      if (this.#inFlight === answers) this.#inFlight = null
    }
    this.#inFlight = answers
    answers.then(settled, settled)
    return { keys, answers }
  }
}

/** Resolves once the work has settled, or is slow. */
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

/** Gathers what is asked for in the same turn of the event loop. */
const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve))
