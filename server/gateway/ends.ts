import type { Duplex } from 'node:stream'
import { Socket } from 'node:net'

/** Where one side has ended and the other says nothing more. */
const halfOpenIdleMs = 120_000

/**
 * Carries how an upgraded connection ends, beside the pipes that carry what is sent: where one side ends its sending the
 * other may go on with its own (RFC 9293, section 3.6); one that is reset takes the other with it; and a side that will
 * not end is not kept for ever.
 */
export function carryEnds(client: Socket, server: Duplex): void {
  // Until here an end of the server's was the end of the connection: it stood among those that wait for requests.
  server.allowHalfOpen = true
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.once('end', () => {
      for (const each of [client, server])
        if (each instanceof Socket) each.setTimeout(halfOpenIdleMs, () => each.destroy())
    })
    one.once('close', () => {
      if (!one.readableEnded || !one.writableFinished) other.destroy()
    })
  }
}
