import type { LogStore } from './log-store.ts'
import type { StepLog } from './steps/step.ts'

const flushMs = 400
const partBytes = 32_768
const longestLine = 8192
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
    this.#timer ??= setTimeout(() => this.#storeLines(), flushMs)
  }

  line(text: string): void {
    this.write(Buffer.from(`${text}\n`))
  }

  /** @throws where it could not be stored. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#writing = this.#writing.then(() => this.#storeWaiting(true))
    await this.#writing
    if (this.#fault !== null) throw this.#fault
  }

  #storeLines(): void {
    this.#timer = null
    this.#writing = this.#writing
      .then(() => this.#storeWaiting(false))
      .catch((error: unknown) => void (this.#fault ??= error))
  }

  /** Whole lines, as far as there are; what begins another waits for its end. */
  async #storeWaiting(isEnd: boolean): Promise<void> {
    const all = Buffer.concat(this.#waiting)
    const end = isEnd || all.length > longestLine ? all.length : all.lastIndexOf('\n') + 1
    this.#waiting = end < all.length ? [all.subarray(end)] : []
    for (let at = 0; at < end;) {
      const room = mostLogBytes - this.#stored
      if (room <= 0) return
      const part = wholeLetters(all.subarray(at, Math.min(end, at + partBytes, at + room)))
      if (!(await this.#store.append(this.#stepId, this.#stored, part)))
        throw new Error('Another copy writes this log.')
      this.#stored += part.length
      at += part.length
    }
  }
}

/** Without the beginning of a letter whose rest is still to come. */
function wholeLetters(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length - 1); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) break
    if (byte < 0xc0) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes
  }
  return bytes
}
