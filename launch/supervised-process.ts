import type { Child } from './children.ts'
import type { Progress } from './progress.ts'

export interface Pauses {
  readonly firstMs: number
  readonly longestMs: number
  /** One that ran this long was well: the next pause is the first again. */
  readonly wellAfterMs: number
}

const usual: Pauses = { firstMs: 200, longestMs: 30_000, wellAfterMs: 60_000 }

export interface SupervisedProcessDependencies {
  readonly name: string
  /** Starts it, and resolves once it does its work; where it throws or the signal comes, nothing of it stays. */
  begin(signal: AbortSignal): Promise<Child>
  readonly stopBy: { readonly signal: NodeJS.Signals; readonly graceMs: number }
  /** What must run before it is started. */
  readonly after: readonly SupervisedProcess[]
  readonly logFile: string
  readonly progress: Progress
  readonly pauses?: Pauses
}

/** How long the n-th start in a row, counted from 0, is waited for. */
export const pauseMs = ({ firstMs, longestMs }: Pauses, tries: number): number =>
  Math.min(longestMs, firstMs * 2 ** Math.min(tries, 30))

/** A process that must run. Whenever it ends by itself it is started again, after growing pauses and without an end. */
export class SupervisedProcess {
  readonly #dependencies: SupervisedProcessDependencies
  readonly #pauses: Pauses
  #stopping = new AbortController()
  #running: Promise<Child> | null = null
  #up = Promise.withResolvers<void>()
  #keeping: Promise<void> = Promise.resolve()

  constructor(dependencies: SupervisedProcessDependencies) {
    this.#dependencies = dependencies
    this.#pauses = dependencies.pauses ?? usual
  }

  /** @throws what its first start throws: then it is not kept either. */
  async start(): Promise<void> {
    this.#stopping = new AbortController()
    const { signal } = this.#stopping
    this.#running = this.#dependencies.begin(signal)
    const child = await this.#running
    this.#up.resolve()
    this.#keeping = this.#keep(child, signal)
  }

  /** Resolves once it runs. */
  up(): Promise<void> {
    return this.#up.promise
  }

  /** In order; also while it is being started. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error(`${this.#dependencies.name} is being stopped.`))
    const child = await this.#running?.catch(() => null)
    const { signal, graceMs } = this.#dependencies.stopBy
    await child?.stop(signal, graceMs)
    await this.#keeping
  }

  async #keep(first: Child, signal: AbortSignal): Promise<void> {
    const { name, logFile, progress } = this.#dependencies
    let child: Child | null = first
    let tries = 0
    while (child !== null) {
      const since = Date.now()
      const how = await child.ended
      this.#up = Promise.withResolvers()
      if (signal.aborted) return
      if (Date.now() - since >= this.#pauses.wellAfterMs) tries = 0
      progress.say(`${name} has ended (${how}) and is started again; see ${logFile}.`)
      child = await this.#again(() => pauseMs(this.#pauses, tries++), signal)
      if (child === null) return
      progress.say(`${name} is back.`)
      this.#up.resolve()
    }
  }

  /** Resolves to null once it is to run no more. */
  async #again(nextPauseMs: () => number, signal: AbortSignal): Promise<Child | null> {
    const { after, begin, name, progress } = this.#dependencies
    let said = ''
    while (!signal.aborted) {
      await sleep(nextPauseMs(), signal)
      await untilAborted(Promise.all(after.map((each) => each.up())), signal)
      if (signal.aborted) break
      this.#running = begin(signal)
      try {
        return await this.#running
      } catch (error) {
        const line = error instanceof Error ? error.message : String(error)
        if (!signal.aborted && line !== said) progress.say(`${name} could not be started; it is tried again. ${line}`)
        said = line
      }
    }
    return null
  }
}

const sleep = (ms: number, signal: AbortSignal): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const slept = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))
  return untilAborted(slept, signal).finally(() => clearTimeout(timer))
}

/** Resolves with `work`, or when the signal comes. */
async function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const aborted = Promise.withResolvers<void>()
  const abort = () => aborted.resolve()
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
