import type { Log } from './log.ts'
import { Counter } from './metrics.ts'
import type { Registry } from './metrics.ts'

const windowMs = 60_000
const mostLines = 10

/**
 * The last line: what no callback has answered for. A service serves everybody, so an error of one connection never ends
 * it; it is counted, where an alarm can see it, and told by name, code and place. Not by its message, which may hold what
 * somebody sent.
 */
export class UnhandledErrors {
  readonly #log: Log
  readonly #counter: Counter
  readonly #now: () => number
  #windowFrom = 0
  #lines = 0
  #untold = 0

  constructor(log: Log, metrics: Registry, now: () => number = Date.now) {
    this.#log = log
    this.#now = now
    this.#counter = new Counter({
      name: 'arcx_process_unhandled_errors_total',
      help: 'Errors that nothing answered for; each is a fault to be mended.',
      labelNames: ['kind'],
      registers: [metrics],
    })
  }

  take(error: unknown, kind: string): void {
    this.#counter.inc({ kind })
    if (this.#now() - this.#windowFrom > windowMs) {
      this.#windowFrom = this.#now()
      this.#lines = 0
    }
    // Whoever can provoke one could fill the disk with lines of it.
    if (this.#lines >= mostLines) {
      this.#untold += 1
      return
    }
    this.#lines += 1
    try {
      this.#log.error({ kind, ...described(error), untold: this.#untold }, 'an error that nothing answered for')
      this.#untold = 0
    } catch {
      // A log that cannot be written is no reason to end either.
    }
  }

  /** From here on for the whole process. */
  attach(process: NodeJS.Process): void {
    process.on('uncaughtException', (error, origin) => this.take(error, origin))
  }
}

function described(error: unknown): {
  readonly name: string
  readonly code: string | null
  readonly at: readonly string[]
} {
  if (!(error instanceof Error)) return { name: typeof error, code: null, at: [] }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  const at = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^ {4}at /.test(line))
    .slice(0, 12)
    .map((line) => line.trim())
  return { name: error.name, code, at }
}
