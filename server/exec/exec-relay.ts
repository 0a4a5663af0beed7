import type { WebSocket } from 'ws'
import { ExecControl, execStreams } from '@arcx/router'
import type { ExecNote } from '@arcx/router'
import type { Execution } from '../runtime/port.ts'
import type { Incoming, IncomingMessages } from './incoming.ts'

const graceMs = 2000
const activityEveryMs = 15_000
/** LF, CR, and what ends a file at a terminal. */
const lineEnds: ReadonlySet<number | undefined> = new Set([0x0a, 0x0d, 0x04])

/** One program and one WebSocket. Neither side is read faster than the other takes it. */
export class ExecRelay {
  readonly #webSocket: WebSocket
  readonly #incoming: IncomingMessages
  readonly #execution: Execution
  readonly #onActivity: () => void
  #activeAt = 0
  #over = false
  #inLine = false

  constructor(webSocket: WebSocket, incoming: IncomingMessages, execution: Execution, onActivity: () => void) {
    this.#webSocket = webSocket
    this.#incoming = incoming
    this.#execution = execution
    this.#onActivity = onActivity
    webSocket.on('close', () => void this.#end().catch(() => undefined))
    webSocket.on('error', () => webSocket.terminate())
    // One listener each: what has come already is still handed over after a pause.
    for (const event of ['drain', 'close']) execution.input.on(event, () => webSocket.resume())
  }

  /** Resolves when the program has ended and was told of, or the client has gone and the program was ended. */
  async untilOver(): Promise<void> {
    // The client may have gone while the program was being started, and then no event tells of it any more.
    if (this.#webSocket.readyState === this.#webSocket.CLOSED) return this.#end()
    this.#note({ type: 'started' })
    this.#webSocket.resume()
    this.#incoming.forEach((message) => void this.#take(message).catch(() => this.#webSocket.terminate()))
    for await (const { stream, bytes } of this.#execution.output) {
      this.#active()
      await this.#send(Buffer.concat([Buffer.of(execStreams[stream]), bytes])).catch(() => undefined)
      if (this.#webSocket.readyState !== this.#webSocket.OPEN) break
    }
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return this.#end()
    const code = await this.#execution.exitCode()
    this.#over = true
    this.#execution.destroy()
    this.#note({ type: 'exit', code })
    this.#webSocket.close(1000)
    // Read again, so that the client's goodbye is heard.
    this.#webSocket.resume()
  }

  async #take({ data, isBinary }: Incoming): Promise<void> {
    this.#active()
    const { input } = this.#execution
    if (isBinary) {
      if (data.length === 0) return
      this.#inLine = !lineEnds.has(data.at(-1))
      if (input.writable && !input.write(data)) this.#webSocket.pause()
      return
    }
    const control = ExecControl.parse(JSON.parse(String(data)))
    switch (control.type) {
      case 'resize':
        return this.#execution.resize(control.columns, control.rows)
      case 'end':
        return this.#execution.endInput(this.#inLine)
      case 'signal':
        return this.#execution.signal(control.name)
    }
  }

  /** The client has gone: so does the program, at first asked and then made. */
  async #end(): Promise<void> {
    if (this.#over) return
    this.#over = true
    const { signal, destroy } = this.#execution
    await signal('HUP').catch(() => undefined)
    await signal('TERM').catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, graceMs))
    await signal('KILL').catch(() => undefined)
    destroy()
  }

  #send(bytes: Buffer): Promise<void> {
    return new Promise((resolve, reject) => this.#webSocket.send(bytes, (error) => (error ? reject(error) : resolve())))
  }

  #note(note: ExecNote): void {
    if (this.#webSocket.readyState === this.#webSocket.OPEN) this.#webSocket.send(JSON.stringify(note))
  }

  #active(): void {
    if (Date.now() - this.#activeAt < activityEveryMs) return
    this.#activeAt = Date.now()
    this.#onActivity()
  }
}
