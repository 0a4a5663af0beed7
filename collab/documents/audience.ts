import type { Connection } from '../connections/connection.ts'
import { framed } from '../connections/frame.ts'

/** The connections that have a text open. */
export class Audience {
  readonly #connections = new Set<Connection>()

  get size(): number {
    return this.#connections.size
  }

  add(connection: Connection): void {
    this.#connections.add(connection)
  }

  delete(connection: Connection): void {
    this.#connections.delete(connection)
  }

  send(bytes: Uint8Array, except?: Connection): void {
    const frame = framed(bytes)
    for (const connection of this.#connections) if (connection !== except) connection.sendFrame(frame)
  }

  close(code: number, reason: string): void {
    for (const connection of this.#connections) connection.close(code, reason)
  }
}
