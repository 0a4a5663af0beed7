import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { Server as Hocuspocus } from '@hocuspocus/server'
import { Server as SocketIo } from 'socket.io'
import { WebSocketServer } from 'ws'
import { applyUpdate } from 'yjs'
import type { Kind } from './protocol.ts'

/** A peer at a port, as its documentation says to start one; nothing is stored. `DOCUMENT`: what Hocuspocus loads. */
const [, , kind, port = '0', document] = process.argv as unknown as [string, string, Kind, string, string | undefined]

switch (kind) {
  case 'bare ws': {
    const server = new WebSocketServer({ port: Number(port), host: '127.0.0.1', perMessageDeflate: false })
    server.on('connection', (socket) => {
      socket.on('message', (data, isBinary) => {
        for (const each of server.clients) each.send(data, { binary: isBinary })
      })
      socket.send(new Uint8Array([0]))
    })
    server.on('listening', () => process.send?.('ready'))
    break
  }
  case 'Socket.IO': {
    const http = createServer()
    const server = new SocketIo(http, { transports: ['websocket'], perMessageDeflate: false })
    server.on('connection', (socket) =>
      socket.on('cursor', (state: unknown, more: unknown) => server.emit('cursor', state, more)),
    )
    http.listen(Number(port), '127.0.0.1', () => process.send?.('ready'))
    break
  }
  case 'Hocuspocus': {
    const server = new Hocuspocus({
      port: Number(port),
      address: '127.0.0.1',
      quiet: true,
      ...(document === undefined
        ? {}
        : {
            async onLoadDocument({ document: into }) {
              applyUpdate(into, await readFile(document))
            },
          }),
    })
    await server.listen()
    process.send?.('ready')
    break
  }
  case 'team-state':
    throw new Error('It is no peer of itself.')
}
process.once('disconnect', () => process.exit(0))
