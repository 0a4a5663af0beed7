import type { CollabTicket } from '@arcx/service-kit/tickets'
import type { WebSocket } from 'ws'

/** One who does not read is let go, and brings itself up to date when it comes back; nobody else waits for it. */
const maxWaitingBytes = 8 * 1024 * 1024

/** Somebody's program that is connected to one text. */
export class Connection {
  readonly ticket: CollabTicket
  /** As it is now: rights may have become fewer since the ticket. */
  may: CollabTicket['may']
  readonly #socket: WebSocket

  constructor(socket: WebSocket, ticket: CollabTicket) {
    this.#socket = socket
    this.ticket = ticket
    this.may = ticket.may
  }

  send(bytes: Uint8Array): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    if (this.#socket.bufferedAmount > maxWaitingBytes) return this.#socket.terminate()
    this.#socket.send(bytes)
  }

  close(code: number, reason: string): void {
    this.#socket.close(code, reason)
  }
}
