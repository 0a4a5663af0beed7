import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { guarded } from '@arcx/service-kit/guarded'

/** Joins a WebSocket with a TCP connection. An empty message is the end of one direction (RFC 9293, section 3.6). */
export async function relayBytes(webSocket: WebSocket, connection: Duplex, onActivity: () => void): Promise<void> {
  const gone = new Promise<void>((resolve) => webSocket.once('close', () => resolve()))
  connection.on('error', () => webSocket.terminate())
  webSocket.on('error', () => webSocket.terminate())
  const take = (data: RawData) => {
    const bytes = data as Buffer
    if (bytes.length === 0) return void connection.end()
    if (!connection.writable || connection.write(bytes)) return
    webSocket.pause()
    void Promise.race([once(connection, 'drain'), once(connection, 'close')]).then(
      () => webSocket.resume(),
      () => webSocket.terminate(),
    )
  }
  webSocket.on('message', guarded(take, () => webSocket.terminate()))
  onActivity()
  webSocket.resume()
  const send = (bytes: Buffer) => new Promise<void>((resolve, reject) => webSocket.send(bytes, (error) => (error ? reject(error) : resolve())))
  const outward = async () => {
    for await (const bytes of connection as AsyncIterable<Buffer>) await send(bytes)
    await send(Buffer.alloc(0))
    if (!connection.writableFinished) await Promise.race([once(connection, 'finish'), once(connection, 'close')])
    webSocket.close(1000)
  }
  await Promise.race([gone, outward()]).catch(() => webSocket.terminate())
  await gone
  connection.destroy()
}
