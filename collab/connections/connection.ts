import type { CollabTicket } from '@arcx/router/collab-ticket'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { framed } from './frame.ts'

/** One who does not read is let go, and brings itself up to date when it comes back; nobody else waits for it. */
const maxWaitingBytes = 8 * 1024 * 1024
const largeBytes = 2 * 1024 * 1024

/** Somebody's program that is connected to one text. */
export class Connection {
  readonly ticket: CollabTicket
  /** As it is now: rights may have become fewer since the ticket. */
  may: CollabTicket['may']
  readonly #socket: WebSocket
  readonly #wire: Duplex
  #gathered: Buffer[] = []
  /** Of large frames since the last time that nothing waited: reading all of a text may take a while, which is no reason to begin again. */
  #largeBytes = 0

  /** `wire`: what the socket stands on. */
  constructor(socket: WebSocket, wire: Duplex, ticket: CollabTicket) {
    this.#socket = socket
    this.#wire = wire
    this.ticket = ticket
    this.may = ticket.may
  }

  send(bytes: Uint8Array): void {
    this.sendFrame(framed(bytes))
  }

  /**
   * What goes to many is put into a frame once, and written by itself: nothing is compressed, and frames of this size are
   * never in pieces. What is sent in one turn of the event loop goes out in one write, which is most of what it costs, and
   * is not copied for it: whoever does not read holds no more than the others.
   */
  sendFrame(frame: Buffer): void {
    if (this.#gathered.push(frame) === 1) setImmediate(() => this.#flush())
  }

  close(code: number, reason: string): void {
    this.#flush()
    this.#socket.close(code, reason)
  }

  #flush(): void {
    const frames = this.#gathered
    this.#gathered = []
    if (frames.length === 0 || this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#wire.writableLength === 0) this.#largeBytes = 0
    if (this.#wire.writableLength > maxWaitingBytes + this.#largeBytes) return this.#socket.terminate()
    this.#wire.cork()
    for (const frame of frames) {
      // The one that is most; many do not add up.
      if (frame.length > largeBytes) this.#largeBytes = Math.max(this.#largeBytes, frame.length)
      this.#wire.write(frame)
    }
    this.#wire.uncork()
  }
}
