import { PassThrough } from 'node:stream'
import type { Readable, Writable } from 'node:stream'
import { Failure, exitCodes } from '../failure.ts'
import { ExecStream } from './exec-stream.ts'
import type { Server } from './server.ts'

const keptChars = 16_000
const patienceMs = 5000

/** A program that arcx itself needs run in a workspace. Ctrl-C ends it, and waits until it has tidied up. */
export class ToolRun {
  readonly #stream: ExecStream
  readonly #ends: { readonly input: Readable | null; readonly output: Writable }
  #said = ''
  #interrupted = false

  constructor(
    server: Server,
    workspace: string,
    command: readonly string[],
    ends: { readonly input: Readable | null; readonly output: Writable },
  ) {
    const errors = new PassThrough()
    errors.on('data', (chunk: Buffer) => {
      if (this.#said.length < keptChars) this.#said += chunk.toString()
    })
    this.#ends = ends
    this.#stream = new ExecStream(
      server,
      { workspace, command: [...command], tty: null, directory: null },
      { ...ends, errors },
    )
  }

  /** @throws where it was not run, or was interrupted. */
  async untilOver(): Promise<{ readonly code: number; readonly said: string }> {
    // The second Ctrl-C ends arcx at once.
    const interrupt = () => {
      this.#interrupted = true
      this.#ends.input?.destroy()
      this.#stream.control({ type: 'signal', name: 'TERM' })
      // Once the connection is closed, the server ends the program by itself.
      setTimeout(() => this.close(), patienceMs).unref()
    }
    process.once('SIGINT', interrupt)
    process.once('SIGTERM', interrupt)
    try {
      const code = await this.#stream.exitCode()
      if (this.#interrupted)
        throw new Failure('Stopped before all of it was copied.', 'interrupted', exitCodes.interrupted)
      this.#ends.output.end()
      return { code, said: this.#said.trim() }
    } catch (error) {
      if (this.#interrupted)
        throw new Failure('Stopped before all of it was copied.', 'interrupted', exitCodes.interrupted)
      throw error
    } finally {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
    }
  }

  close(): void {
    this.#stream.close()
  }
}
