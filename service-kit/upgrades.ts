import { STATUS_CODES } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { guarded } from './guarded.ts'
import type { Log } from './log.ts'

const lingerMs = 1000

export type TakeUpgrade = (request: IncomingMessage, socket: Socket, head: Buffer) => unknown

/** Hands a server's upgrades to `take`; what that throws, or rejects with, ends that one connection. */
export function takeUpgrades(server: Server, log: Log, take: TakeUpgrade): void {
  const taken = guarded(take, (error, _request, socket) => {
    log.error({ err: error }, 'an upgrade failed')
    refuseUpgrade(socket, 500)
  })
  server.on('upgrade', (request, duplex, head) => {
    // A server of `node:http` hands out the socket itself.
    const socket = duplex as Socket
    socket.on('error', () => socket.destroy())
    taken(request, socket, head)
  })
}

/** Says no, and is rid of the connection, whatever the other side does. */
export function refuseUpgrade(
  socket: Socket,
  status: number,
  headers: Readonly<Record<string, string | number>> = {},
  body = '',
): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${lines.join('')}\r\n${body}`,
  )
  // What it still sends is read and dropped, or the answer would be lost with a reset.
  socket.resume()
  setTimeout(() => socket.destroy(), lingerMs).unref()
}
