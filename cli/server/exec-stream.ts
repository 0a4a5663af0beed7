import type { Readable, Writable } from 'node:stream'
import type { WebSocket } from 'ws'
import type { ExecControl, ExecNote, ExecOpen } from '@arcx/router'
import { Failure, exitCodes } from '../failure.ts'
import type { Server } from './server.ts'

/** As the contract has it (`execStreams`). */
const stderrByte = 2
const chunkBytes = 256 * 1024

export interface ExecEnds {
  /** Null for no input: the program sees its end at once. */
  readonly input: Readable | null
  readonly output: Writable
  readonly errors: Writable
}

/** A program in a workspace. Neither side is read faster than the other takes it. */
export class ExecStream {
  readonly #socket: WebSocket
  readonly #done: Promise<number>
  readonly started: Promise<void>

  constructor(server: Server, open: ExecOpen, ends: ExecEnds) {
    const socket = server.stream('/exec')
    this.#socket = socket
    const started = Promise.withResolvers<void>()
    const done = Promise.withResolvers<number>()
    this.started = started.promise
    this.#done = done.promise
    // Whoever waits for one of them learns of it.
    this.started.catch(() => undefined)
    this.#done.catch(() => undefined)
    const fail = (failure: Failure) => {
      started.reject(failure)
      done.reject(failure)
    }
    let code: number | null = null
    // One listener each: what has come already is still handed over after a pause.
    for (const to of new Set([ends.output, ends.errors])) to.on('drain', () => socket.resume())
    socket.on('open', () => socket.send(JSON.stringify(open)))
    socket.on('unexpected-response', (_request, response) => {
      const signedOut = response.statusCode === 401
      fail(
        new Failure(
          signedOut
            ? 'Your token is not known there. Sign in with: arcx login'
            : `The server answered ${response.statusCode}.`,
          signedOut ? 'signed_out' : 'unavailable',
          exitCodes.notRun,
        ),
      )
      socket.terminate()
    })
    socket.on('error', (error) =>
      fail(new Failure(`The server cannot be reached (${error.message}).`, 'server_unreachable', exitCodes.notRun)),
    )
    socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer
      if (isBinary) {
        const to = bytes[0] === stderrByte ? ends.errors : ends.output
        if (!to.write(bytes.subarray(1))) socket.pause()
        return
      }
      const note = JSON.parse(String(bytes)) as ExecNote
      if (note.type === 'started') {
        started.resolve()
        this.#feed(ends.input).catch((error: unknown) => {
          // Whoever stops reading it on purpose, or lost the connection, knows already.
          if (socket.readyState !== socket.OPEN || (ends.input?.errored ?? null) === null) return
          fail(
            new Failure(
              `The input could not be read here (${error instanceof Error ? error.message : String(error)}).`,
              'input_failed',
              exitCodes.failed,
            ),
          )
          socket.terminate()
        })
      } else if (note.type === 'exit') code = note.code
      else fail(new Failure(note.message, note.code, exitCodes.notRun))
    })
    socket.on('close', () => {
      if (code !== null) done.resolve(code)
      else fail(new Failure('The connection to the workspace was lost.', 'connection_lost', exitCodes.notRun))
    })
  }

  /** The program's exit code. @throws `Failure` where it was not run, or its end is not known. */
  exitCode(): Promise<number> {
    return this.#done
  }

  control(control: ExecControl): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(control))
  }

  close(): void {
    this.#socket.terminate()
  }

  async #feed(input: Readable | null): Promise<void> {
    if (input !== null) {
      for await (const chunk of input as AsyncIterable<Buffer | string>) {
        const bytes = Buffer.from(chunk as Buffer)
        for (let at = 0; at < bytes.length; at += chunkBytes) await this.#send(bytes.subarray(at, at + chunkBytes))
      }
    }
    this.control({ type: 'end' })
  }

  #send(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== this.#socket.OPEN) return reject(new Error('closed'))
      this.#socket.send(bytes, (error) => (error ? reject(error) : resolve()))
    })
  }
}
