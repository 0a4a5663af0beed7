import { Agent } from 'node:http'
import type { AgentOptions, ClientRequestArgs } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** HTTP over connections that somebody else makes, kept for the next request. */
export class DiallingAgent extends Agent {
  readonly #dial: () => Promise<Socket>

  constructor(dial: () => Promise<Socket>, bounds: Pick<AgentOptions, 'maxSockets' | 'maxFreeSockets'>) {
    super({ keepAlive: true, ...bounds })
    this.#dial = dial
  }

  override createConnection(
    _options: ClientRequestArgs,
    onConnection: (error: Error | null, connection: Duplex) => void,
  ): undefined {
    void this.#dial().then(
      (socket) => onConnection(null, socket),
      (error: unknown) => onConnection(error instanceof Error ? error : new Error(String(error)), new Socket()),
    )
  }
}
