import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { forwardCloseCodes } from '@arcx/router'
import { guarded } from '@arcx/service-kit/guarded'
import type { Incoming, IncomingMessages } from './incoming.ts'

/** Joins a WebSocket with a TCP connection, until both sides have ended or one is reset (`forwardCloseCodes`). */
export async function relayBytes(
  webSocket: WebSocket,
  incoming: IncomingMessages,
  connection: Duplex,
  onActivity: () => void,
): Promise<void> {
  const reset = () => connection.destroy(new Error('The other side was reset.'))
  const gone = Promise.withResolvers<void>()
  // The client may have gone while the port was being dialled.
  if (webSocket.readyState === webSocket.CLOSED) gone.resolve()
  webSocket.once('close', () => gone.resolve())
  const over = () => connection.readableEnded && connection.writableFinished
  webSocket.on('error', () => webSocket.terminate())
  const take = ({ data: bytes }: Incoming) => {
    if (bytes.length === 0) connection.end()
    else if (connection.writable && !connection.write(bytes)) webSocket.pause()
  }
  connection.on('drain', () => webSocket.resume())
  connection.on('error', () => undefined)
  connection.on('close', () => {
    webSocket.close(over() ? forwardCloseCodes.over : forwardCloseCodes.reset)
    // Read again, so that the client's goodbye is heard.
    webSocket.resume()
  })
  connection.on('data', (bytes: Buffer) => {
    connection.pause()
    webSocket.send(bytes, () => connection.resume())
  })
  connection.on('end', () => webSocket.send(Buffer.alloc(0), () => undefined))
  onActivity()
  if (webSocket.readyState === webSocket.OPEN) {
    webSocket.resume()
    incoming.forEach(guarded(take, () => webSocket.terminate()))
  } else reset()
  await gone.promise
  if (!over()) reset()
}
