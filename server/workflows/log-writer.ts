import type { LogStore } from './log-store.ts'
import type { StepLog } from './steps/step.ts'

const flushMs = 400
const partBytes = 32_768
/** What a step puts out beyond this is not kept. */
export const mostLogBytes = 1024 * 1024

/** A step's log, stored in parts as it comes. */
export class LogWriter implements StepLog {
  readonly #store: LogStore
  readonly #stepId: string
  /** Where this attempt began. */
  readonly #base: number
  #stored: number
  #waiting: Buffer[] = []
  #taken: number
  #timer: NodeJS.Timeout | null = null
  #writing: Promise<void> = Promise.resolve()
  #fault: unknown = null

  constructor(store: LogStore, stepId: string, base: number, stored: number) {
    this.#store = store
    this.#stepId = stepId
    this.#base = base
    this.#stored = stored
    this.#taken = stored
  }

  get position(): number {
    return this.#taken - this.#base
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    const isKept = this.#taken < mostLogBytes
    this.#taken += bytes.length
    if (isKept) this.#waiting.push(Buffer.from(bytes))
    this.#timer ??= setTimeout(() => void this.flush().catch((error: unknown) => (this.#fault ??= error)), flushMs)
  }

  line(text: string): void {
    this.write(Buffer.from(`${text}\n`))
  }

  /** @throws where it could not be stored. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#writing = this.#writing.then(() => this.#storeWaiting())
    await this.#writing
    if (this.#fault !== null) throw this.#fault
  }

  async #storeWaiting(): Promise<void> {
    const all = Buffer.concat(this.#waiting)
    this.#waiting = []
    for (let at = 0; at < all.length; at += partBytes) {
      const room = mostLogBytes - this.#stored
      if (room <= 0) return
      const part = all.subarray(at, at + Math.min(partBytes, room))
      if (!(await this.#store.append(this.#stepId, this.#stored, part)))
        throw new Error('Another copy writes this log.')
      this.#stored += part.length
    }
  }
}
