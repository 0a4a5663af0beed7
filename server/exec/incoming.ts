import type { RawData, WebSocket } from 'ws'

export interface Incoming {
  readonly data: Buffer
  readonly isBinary: boolean
}

/**
 * The messages of a WebSocket in their order, each for exactly one taker. Pausing a WebSocket does not hold back what has
 * been read already (many messages can arrive in one segment), so what nobody takes yet is kept here. It is read no
 * further while it waits, so that is what one read brings at most.
 */
export class IncomingMessages {
  readonly #webSocket: WebSocket
  readonly #waiting: Incoming[] = []
  #take: ((message: Incoming) => void) | null = null

  constructor(webSocket: WebSocket) {
    this.#webSocket = webSocket
    webSocket.on('message', (data: RawData, isBinary) => {
      const message = { data: data as Buffer, isBinary }
      if (this.#take !== null) return this.#take(message)
      this.#waiting.push(message)
      webSocket.pause()
    })
  }

  /** Gives the next one to `take`; what follows waits. */
  once(take: (message: Incoming) => void): void {
    this.forEach((message) => {
      this.#take = null
      this.#webSocket.pause()
      take(message)
    })
  }

  /** Gives all that waits, and all that comes, to `take`. Whoever calls it decides when reading goes on. */
  forEach(take: (message: Incoming) => void): void {
    this.#take = take
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      take(next)
      if (this.#take !== take) return
    }
  }
}
