import type { Socket } from 'node:net'

export interface Most {
  /** From one address, or one workspace. */
  readonly each: number
  readonly inAll: number
}

export type Refused = 'each' | 'all'

/** Counts open connections, by whose they are and in all. */
export class ConnectionLimit {
  readonly #most: Most
  readonly #byKey = new Map<string, number>()
  #open = 0

  constructor(most: Most) {
    this.#most = most
  }

  get open(): number {
    return this.#open
  }

  /** Counts it until it closes; or says which bound it would break. `key`: `null` for who is bound by the whole alone. */
  take(key: string | null, socket: Socket): Refused | null {
    if (this.#open >= this.#most.inAll) return 'all'
    const own = key === null ? 0 : (this.#byKey.get(key) ?? 0)
    if (own >= this.#most.each) return 'each'
    this.#open += 1
    if (key !== null) this.#byKey.set(key, own + 1)
    socket.once('close', () => {
      this.#open -= 1
      if (key === null) return
      const rest = (this.#byKey.get(key) ?? 1) - 1
      if (rest > 0) this.#byKey.set(key, rest)
      else this.#byKey.delete(key)
    })
    return null
  }
}
