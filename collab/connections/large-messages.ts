import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

/** So much of a message may be on its way at any time; what is larger waits for its turn. */
const freeBytes = 4 * 1024 * 1024
/** So many larger ones at once, and of one person. */
const turns = { all: 8, person: 2 } as const
/** A text of 16 MB over a slow line, 60 KB/s. Whoever is slower loses the turn, and tries again. */
const longestTurnMs = 5 * 60_000
/** Between two pings, of one that is still sending. */
const aliveBytes = 32 * 1024

interface Arriving {
  readonly socket: WebSocket
  readonly userId: string
  timer: NodeJS.Timeout | null
  /** Of the message that is on its way. */
  bytes: number
  bytesAtPing: number
}

/**
 * Somebody who was away for long brings along what they wrote in one message, as large as a text may be. As each is held in
 * memory until it is whole, only a few arrive at the same time; the others’ connections are not read meanwhile.
 */
export class LargeMessages {
  readonly #arriving = new Map<WebSocket, Arriving>()
  readonly #waiting = new Set<Arriving>()
  readonly #having = new Set<Arriving>()
  readonly #turnMs: number

  constructor(turnMs = longestTurnMs) {
    this.#turnMs = turnMs
  }

  /** `wire`: what the socket stands on. */
  watch(socket: WebSocket, wire: Duplex, userId: string): void {
    const arriving: Arriving = { socket, userId, timer: null, bytes: 0, bytesAtPing: 0 }
    this.#arriving.set(socket, arriving)
    wire.on('data', (piece: Buffer) => {
      arriving.bytes += piece.length
      if (arriving.bytes > freeBytes && !this.#having.has(arriving)) this.#ask(arriving)
    })
    socket.on('message', () => {
      arriving.bytes = 0
      arriving.bytesAtPing = 0
      this.#yield(arriving)
    })
    socket.on('close', () => {
      this.#arriving.delete(socket)
      this.#waiting.delete(arriving)
      this.#yield(arriving)
    })
  }

  /** Whether it is in the middle of a message, or kept from it, since this was last asked: its pong comes behind that. */
  isAlive(socket: WebSocket): boolean {
    const arriving = this.#arriving.get(socket)
    if (arriving === undefined) return false
    const since = arriving.bytes - arriving.bytesAtPing
    arriving.bytesAtPing = arriving.bytes
    return since >= aliveBytes || this.#waiting.has(arriving)
  }

  #ask(arriving: Arriving): void {
    if (this.#mayHave(arriving)) return this.#give(arriving)
    this.#waiting.add(arriving)
    arriving.socket.pause()
  }

  #mayHave({ userId }: Arriving): boolean {
    return (
      this.#having.size < turns.all &&
      [...this.#having].filter((other) => other.userId === userId).length < turns.person
    )
  }

  #give(arriving: Arriving): void {
    this.#waiting.delete(arriving)
    this.#having.add(arriving)
    arriving.timer = setTimeout(() => arriving.socket.terminate(), this.#turnMs)
    arriving.socket.resume()
  }

  #yield(arriving: Arriving): void {
    if (!this.#having.delete(arriving)) return
    if (arriving.timer !== null) clearTimeout(arriving.timer)
    const next = [...this.#waiting].find((each) => this.#mayHave(each))
    if (next !== undefined) this.#give(next)
  }
}
