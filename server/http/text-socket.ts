import { WebSocket } from 'ws'

/** What may wait for a client to read it. One that reads is never so far behind. */
export const mostUnreadBytes = 16 * 1024 * 1024

/**
 * A WebSocket that sends text, also where it is in bytes already, and that is cut off where its client does not read:
 * what it asks for would pile up here. It can come again, and gets what it has missed.
 */
export class TextSocket extends WebSocket {
  override send(text: string | Uint8Array): void {
    super.send(text, { binary: false })
    this.#cutWhereUnread()
  }

  /** An answer to a client's ping goes past `send`. */
  override pong(data?: unknown, mask?: boolean, done?: (error: Error) => void): void {
    super.pong(data, mask, done)
    this.#cutWhereUnread()
  }

  #cutWhereUnread(): void {
    if (this.bufferedAmount > mostUnreadBytes) this.terminate()
  }
}
