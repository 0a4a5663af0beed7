import { writeSync } from 'node:fs'
import type { DestinationStream } from 'pino'

/** How often a reader that is slow is waited for, and how long each time, before a line is dropped. */
const triesWhileBusy = 10
const busyPauseMs = 10

export interface LogOutputOptions {
  /** A line that says how many were dropped; written first once writing works again. */
  readonly notice: (dropped: number) => string
  readonly write?: (bytes: Buffer, from: number) => number
}

/**
 * Where log lines go. One that cannot be written, as on a full disk, is dropped and counted: what is logged about must go
 * on, and kept lines would fill the memory next.
 */
export class LogOutput implements DestinationStream {
  readonly #notice: LogOutputOptions['notice']
  readonly #write: (bytes: Buffer, from: number) => number
  readonly #pause = new Int32Array(new SharedArrayBuffer(4))
  #dropped = 0
  /** Dropped since a line was last written. */
  #unreported = 0
  /** The last line was written in part. */
  #torn = false

  constructor({ notice, write = (bytes, from) => writeSync(1, bytes, from) }: LogOutputOptions) {
    this.#notice = notice
    this.#write = write
  }

  /** Lines that were dropped. */
  get dropped(): number {
    return this.#dropped
  }

  write(line: string): void {
    if (this.#unreported > 0) {
      if (!this.#put(this.#notice(this.#unreported))) return this.#drop()
      this.#unreported = 0
    }
    if (!this.#put(line)) this.#drop()
  }

  #drop(): void {
    this.#dropped += 1
    this.#unreported += 1
  }

  #put(line: string): boolean {
    // What stands there of a line that was cut off must not spoil the next.
    const bytes = Buffer.from(this.#torn ? `\n${line}` : line)
    let written = 0
    let tries = this.#unreported > 0 ? 0 : triesWhileBusy
    while (written < bytes.length) {
      try {
        written += this.#write(bytes, written)
      } catch (error) {
        if (isBusy(error) && tries > 0) {
          tries -= 1
          Atomics.wait(this.#pause, 0, 0, busyPauseMs)
          continue
        }
        if (written > 0) this.#torn = true
        // Without its end it is there all the same; the next one begins with that.
        return written === bytes.length - 1
      }
    }
    this.#torn = false
    return true
  }
}

const isBusy = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY')
