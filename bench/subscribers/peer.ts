import { once } from 'node:events'
import { WebSocketServer } from 'ws'

/** A bare server of WebSockets: tells everybody what its parent sends, which was put into words once. */
const wss = new WebSocketServer({ host: '127.0.0.1', port: Number(process.argv[2]), perMessageDeflate: false })
let first = ''
wss.on('connection', (socket) => socket.on('message', () => socket.send(first)))
process.on('message', (message: { first: string } | { next: unknown }) => {
  if ('first' in message) first = message.first
  else {
    const text = JSON.stringify(message.next)
    for (const client of wss.clients) client.send(text)
  }
})
process.once('disconnect', () => process.exit(0))
await once(wss, 'listening')
process.send?.('ready')
