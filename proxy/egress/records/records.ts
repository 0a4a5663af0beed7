import { z } from 'zod'
import type { Journal } from '@arcx/service-kit/journal'
import type { Log } from '@arcx/service-kit/log'
import type { ProxyStore } from '../../store.ts'

const writeMs = 200
/** What is over is in the journal already as begun; it can wait for others. */
const gatherMs = 20
/** At most as many in one entry of the journal, and in one statement. */
const batchSize = 1000
const waitingLimit = 20_000

/** One call, as it is written down: names and counts, never a value. */
const EgressRecord = z.object({
  id: z.uuid(),
  workspaceId: z.uuid(),
  userId: z.uuid().nullable(),
  at: z.iso.datetime(),
  method: z.string(),
  scheme: z.enum(['http', 'https']),
  host: z.string(),
  port: z.number(),
  /** Query values are hidden. */
  path: z.string(),
  /** `open` while it goes on, `passed`, `cut:` or `refused:` and why. */
  outcome: z.string(),
  status: z.number().nullable(),
  bytesUp: z.number(),
  bytesDown: z.number(),
  durationMs: z.number(),
  /** Names of those that were put in. */
  secrets: z.array(z.string()).readonly(),
  /** How many values were replaced in what came back. */
  scrubbed: z.number(),
  redacted: z.record(z.string(), z.number()),
})
export type EgressRecord = z.infer<typeof EgressRecord>

type RecordStore = Pick<ProxyStore, 'writeRecords' | 'interruptOpenRecords'>

/** The same as it is stored. */
export interface CallRecord {
  readonly id: string
  readonly workspaceId: string
  readonly json: string
}

export type WrittenRecord = Pick<CallRecord, 'id' | 'workspaceId'>

interface Batch {
  /** As JSON. */
  readonly records: string[]
  /** Whether a call waits for it to be stored. */
  isAwaited: boolean
  readonly stored: PromiseWithResolvers<void>
}

const newBatch = (): Batch => ({ records: [], isAwaited: false, stored: Promise.withResolvers() })

/**
 * The record of calls. Each stands in the journal before it leaves, and again when it is over; from there it goes to
 * PostgreSQL in batches, and out of the journal. So a crash loses none, and when one cannot be written, nothing leaves.
 */
export class Records {
  readonly #written: RecordStore
  readonly #onWritten: (records: readonly WrittenRecord[]) => void
  readonly #journal: Journal
  readonly #log: Log
  readonly #timer: NodeJS.Timeout
  #next = newBatch()
  #storing: Promise<void> | null = null
  #gathering: NodeJS.Timeout | null = null
  /** Newest state of each call that PostgreSQL has not. */
  readonly #waiting = new Map<string, CallRecord>()
  /** Place in the journal of the last that was stored. */
  #stored = 0
  #writing: Promise<void> = Promise.resolve()

  private constructor(
    store: RecordStore,
    journal: Journal,
    log: Log,
    onWritten: (records: readonly WrittenRecord[]) => void,
  ) {
    this.#written = store
    this.#onWritten = onWritten
    this.#journal = journal
    this.#log = log
    this.#timer = setInterval(() => {
      this.#writing = this.#writing.then(() => this.#write())
    }, writeMs)
  }

  /**
   * Brings to PostgreSQL first what a former process left in the journal. `onWritten`: these can be read there now, as
   * they are or have become. @throws when either is away.
   */
  static async open(
    store: RecordStore,
    journal: Journal,
    log: Log,
    onWritten: (records: readonly WrittenRecord[]) => void,
  ): Promise<Records> {
    const left = new Map<string, CallRecord>()
    let last = 0
    for await (const { sequence, text } of journal.entries()) {
      last = sequence
      for (const record of z.array(EgressRecord).parse(JSON.parse(text)))
        left.set(record.id, { id: record.id, workspaceId: record.workspaceId, json: JSON.stringify(record) })
    }
    const all = [...left.values()]
    for (let from = 0; from < all.length; from += batchSize)
      await store.writeRecords(arrayOf(all.slice(from, from + batchSize).map(({ json }) => json)))
    onWritten(all)
    onWritten(await store.interruptOpenRecords())
    if (last > 0) await journal.discardThrough(last)
    if (all.length > 0) log.info({ calls: all.length }, 'calls of a former process are recorded')
    return new Records(store, journal, log, onWritten)
  }

  /** Whether what happens now can still be written down. */
  get isFull(): boolean {
    return this.#waiting.size >= waitingLimit
  }

  /** Resolves once it is where a crash does not reach it. @throws when it cannot be stored. */
  begun(record: CallRecord): Promise<void> {
    this.#add(record)
    this.#next.isAwaited = true
    this.#storeSoon()
    return this.#next.stored.promise
  }

  over(record: CallRecord): void {
    this.#add(record)
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null
      this.#storeSoon()
    }, gatherMs)
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#gathering !== null) clearTimeout(this.#gathering)
    await this.#storing
    await this.#writing
    await this.#write()
    // What goes on still is cut with this process.
    this.#onWritten(await this.#written.interruptOpenRecords().catch(() => []))
  }

  #add(record: CallRecord): void {
    this.#waiting.set(record.id, record)
    this.#next.records.push(record.json)
  }

  #storeSoon(): void {
    this.#storing ??= new Promise((resolve) => setImmediate(resolve)).then(() => this.#store())
  }

  /** While one batch is on its way, the next one gathers. */
  async #store(): Promise<void> {
    const { records, stored } = this.#next
    if (records.length > 0) {
      this.#next = newBatch()
      stored.promise.catch(() => undefined)
      try {
        for (let from = 0; from < records.length; from += batchSize)
          this.#stored = await this.#journal.append(arrayOf(records.slice(from, from + batchSize)))
        stored.resolve()
      } catch (error) {
        this.#log.warn({ err: error, calls: records.length }, 'calls are in no journal')
        stored.reject(error)
      }
    }
    this.#storing = null
    if (this.#next.isAwaited) this.#storeSoon()
  }

  async #write(): Promise<void> {
    // All up to here is in `waiting`, or in PostgreSQL already.
    const through = this.#stored
    const records = [...this.#waiting.values()]
    if (records.length === 0) return
    try {
      for (let from = 0; from < records.length; from += batchSize) {
        const batch = records.slice(from, from + batchSize)
        await this.#written.writeRecords(arrayOf(batch.map(({ json }) => json)))
        for (const record of batch) if (this.#waiting.get(record.id) === record) this.#waiting.delete(record.id)
        this.#onWritten(batch)
      }
      if (through > 0) await this.#journal.discardThrough(through)
    } catch (error) {
      this.#log.warn({ err: error, waiting: this.#waiting.size }, 'calls wait to be recorded')
    }
  }
}

const arrayOf = (texts: readonly string[]) => `[${texts.join(',')}]`
