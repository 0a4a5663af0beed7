import { randomUUID } from 'node:crypto'
import type { Database } from '@arcx/database'
import { findCredentials } from '@arcx/detector/detector'
import type { Log } from '@arcx/service-kit/log'

const batchMs = 200
const batchSize = 1000
const waitingLimit = 10_000

/** One call, as it is written down: names and counts, never a value. */
export interface EgressRecord {
  readonly workspaceId: string
  readonly at: Date
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  /** Query values are hidden. */
  readonly path: string
  /** `passed`, or `refused:` and why. */
  readonly outcome: string
  readonly status: number | null
  readonly bytesUp: number
  readonly bytesDown: number
  readonly durationMs: number
  /** Names of those that were put in. */
  readonly secrets: readonly string[]
  /** How many values were replaced in what came back. */
  readonly scrubbed: number
}

/** The record of calls, written in batches. When it cannot be written, nothing more is let through. */
export class Records {
  readonly #database: Database
  readonly #log: Log
  readonly #timer: NodeJS.Timeout
  #waiting: EgressRecord[] = []
  #writing: Promise<void> = Promise.resolve()

  constructor(database: Database, log: Log) {
    this.#database = database
    this.#log = log
    this.#timer = setInterval(() => {
      this.#writing = this.#writing.then(() => this.#write())
    }, batchMs)
  }

  /** Whether what happens now can still be written down. */
  get isFull(): boolean {
    return this.#waiting.length >= waitingLimit
  }

  add(record: EgressRecord): void {
    this.#waiting.push(record)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#writing
    await this.#write()
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0 && (await this.#writeBatch(this.#waiting.slice(0, batchSize))));
  }

  async #writeBatch(batch: readonly EgressRecord[]): Promise<boolean> {
    try {
      await this.#database
        .insertInto('EgressRecord')
        .values(batch.map((record) => ({ ...record, id: randomUUID(), secrets: [...record.secrets] })))
        .execute()
      this.#waiting = this.#waiting.slice(batch.length)
      return true
    } catch (error) {
      this.#log.warn({ err: error, waiting: this.#waiting.length }, 'calls wait to be recorded')
      return false
    }
  }
}

/** A path for the record: names of query parameters stay, values go. */
export function hiddenQuery(target: string): string {
  const [path = '', query] = target.split('?', 2)
  if (query === undefined) return path.slice(0, 500)
  const names = query.split('&').map((each) => `${each.split('=', 1)[0]}=…`)
  return `${path}?${names.join('&')}`.slice(0, 500)
}

/** The same without what looks like a credential, of which nobody has told arcx. */
export function withoutCredentials(path: string): string {
  let out = ''
  let done = 0
  for (const { rule, start, end } of findCredentials(path)) {
    if (start < done) continue
    out += `${path.slice(done, start)}[${rule}]`
    done = end
  }
  return out + path.slice(done)
}
