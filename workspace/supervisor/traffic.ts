import { readFileSync } from 'node:fs'

/** In bytes. */
export interface Amount {
  readonly sent: number
  readonly received: number
}

/** What has gone outside and come from there since the workspace began: through arc-proxy, and by a network of its own where it has one. */
export class Traffic {
  readonly #interfaces: string
  #sent = 0
  #received = 0

  constructor(interfaces = '/proc/net/dev') {
    this.#interfaces = interfaces
  }

  sent(bytes: number): void {
    this.#sent += bytes
  }

  received(bytes: number): void {
    this.#received += bytes
  }

  total(): Amount {
    const [sent, received] = [this.#sent, this.#received]
    return this.#ofInterfaces().reduce(
      (sum, each) => ({ sent: sum.sent + each.sent, received: sum.received + each.received }),
      { sent, received },
    )
  }

  /** All but loopback, over which programs speak to one another. */
  #ofInterfaces(): Amount[] {
    try {
      return [...readFileSync(this.#interfaces, 'utf8').matchAll(/^ *([^\s:]+): *(\d+)(?: +\d+){7} +(\d+)/gm)]
        .filter(([, name]) => name !== 'lo')
        .map(([, , received, sent]) => ({ sent: Number(sent), received: Number(received) }))
    } catch {
      return []
    }
  }
}
