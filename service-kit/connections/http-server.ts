import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from '../log.ts'
import { Counter, Gauge } from '../metrics.ts'
import type { Registry } from '../metrics.ts'
import { parseTarget } from '../request-target.ts'
import { BodyWatch, bodyTimes } from './body-time.ts'
import type { BodyTimes } from './body-time.ts'
import { addressKey } from './client-address.ts'
import { ConnectionLimit } from './limit.ts'
import type { Most, Refused } from './limit.ts'

export interface Times extends BodyTimes {
  /** From a connection's first moment, or the next request's, to the end of its headers. */
  readonly headersMs: number
  /** Without a request. */
  readonly idleConnectionMs: number
}

export const times: Times = { ...bodyTimes, headersMs: 10_000, idleConnectionMs: 10_000 }

export interface ServerBounds {
  readonly most: Most
  /** Addresses that many stand behind: bound by the whole alone. */
  isShared(address: string): boolean
  readonly log: Log
  readonly metrics: Registry
  readonly times?: Partial<Times>
}

/** Whether what it was handed goes on to a workspace. */
export type Handle = (request: IncomingMessage, response: ServerResponse) => 'own' | 'forwarded'

const checkMs = 1000
/** After so long without a word the other side's kernel is asked whether it is there: a program's stream may be silent for hours. */
const silentMs = 10_000
const lingerMs = 1000
/** Refused ones that are still being told so. */
const mostLingering = 100
const tellEveryMs = 60_000

/** An HTTP server in which everything has an end: how many connections, and how long each part of a request may take. */
export function boundedServer(bounds: ServerBounds, handle: Handle): Server {
  const all = { ...times, ...bounds.times }
  const bodies = new BodyWatch(all, (error) =>
    bounds.log.error({ err: error }, 'a request is not watched over any more'),
  )
  const options = {
    connectionsCheckingInterval: Math.min(checkMs, all.headersMs),
    headersTimeout: all.headersMs,
    requestTimeout: 0,
    keepAliveTimeout: all.idleConnectionMs,
    keepAlive: true,
    keepAliveInitialDelay: silentMs,
  }
  const server = createServer(options, (request, response) => {
    if (parseTarget(request.url).kind === 'invalid')
      refuse(request, response, 400, 'That is no address of this server.\n')
    else bodies.add(request, response, handle(request, response) === 'forwarded')
  })
  // Node answers it by itself otherwise, and nobody would watch over its body.
  server.on('checkExpectation', (request: IncomingMessage, response: ServerResponse) =>
    refuse(request, response, 417, 'Nothing of that kind can be expected of this server.\n'),
  )
  function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(message)
    bodies.add(request, response, false)
  }
  server.on('close', () => bodies.close())
  admit(server, bounds)
  return server
}

/** Stands before the server's own listeners: what is not admitted never gets a parser. */
function admit(server: Server, { most, isShared, log, metrics }: ServerBounds): void {
  const limit = new ConnectionLimit(most)
  const refused = new Counter({
    name: 'arcx_connections_refused_total',
    help: 'Connections that were over a bound.',
    labelNames: ['bound'],
    registers: [metrics],
  })
  new Gauge({
    name: 'arcx_connections_open_count',
    help: 'Open connections.',
    registers: [metrics],
    collect() {
      this.set(limit.open)
    },
  })
  let toldAt = 0
  let lingering = 0
  const tell = (bound: Refused, address: string) => {
    if (Date.now() - toldAt < tellEveryMs) return
    toldAt = Date.now()
    log.warn(
      { bound, address, most },
      'connections are refused; if this address is a reverse proxy of yours, name it in ARC_TRUSTED_PROXIES',
    )
  }
  const listeners = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const bound = limit.take(isShared(address) ? null : addressKey(address), socket)
    if (bound === null) {
      for (const listener of listeners) listener.call(server, socket)
      return
    }
    refused.inc({ bound })
    tell(bound, address)
    socket.on('error', () => socket.destroy())
    if (bound === 'all' || lingering >= mostLingering) return void socket.destroy()
    lingering += 1
    socket.once('close', () => (lingering -= 1))
    socket.end(
      'HTTP/1.1 429 Too Many Requests\r\nRetry-After: 10\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 53\r\n\r\nToo many connections from this address. Close some.\r\n',
    )
    // What it still sends is read and dropped, or the answer would be lost with a reset.
    socket.resume()
    setTimeout(() => socket.destroy(), lingerMs).unref()
  })
}
