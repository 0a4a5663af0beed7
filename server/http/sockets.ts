import { randomUUID } from 'node:crypto'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { applyWSSHandler } from '@trpc/server/adapters/ws'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { ForwardQuery } from '@arcx/router'
import type { Context, Ports, SessionId, TokenId, UserActor } from '@arcx/router'
import { appRouter } from '@arcx/router/server'
import type { Log } from '@arcx/service-kit/log'
import type { Addresses } from '../addresses.ts'
import type { Exec } from '../exec/exec.ts'
import type { Gateway } from '../gateway/gateway.ts'
import type { Actors } from './actors.ts'

/** Close code for a session that has ended (4000–4999 are for applications, RFC 6455, section 7.4.2). */
export const sessionEnded = 4401
const maxMessageBytes = 256 * 1024
const maxStreamMessageBytes = 1024 * 1024

export interface SocketNeeds {
  readonly server: Server
  readonly addresses: Addresses
  readonly gateway: Gateway
  readonly actors: Actors
  readonly ports: Ports
  readonly exec: Exec
  readonly log: Log
}

export interface Sockets {
  /** Closes what was opened with a session or a token that has ended. */
  endCredential(id: SessionId | TokenId): void
  readonly count: number
  close(): void
}

/** WebSocket upgrades: `/trpc` of the control plane, and everything on workspaces' hosts. */
export function attachSockets(needs: SocketNeeds): Sockets {
  const { addresses, gateway, log } = needs
  const wss = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false })
  /** Programs' streams: bytes both ways, in greater pieces. */
  const streams = new WebSocketServer({ noServer: true, maxPayload: maxStreamMessageBytes, perMessageDeflate: false })
  const byCredential = new Map<SessionId | TokenId, Set<WebSocket>>()
  /** Established before the upgrade, so that the handshake is answered only for who may. */
  const actors = new WeakMap<object, UserActor>()

  const handler = applyWSSHandler({
    wss,
    router: appRouter,
    // Whoever does not answer is gone within eight seconds, and their presence with them.
    keepAlive: { enabled: true, pingMs: 4000, pongWaitMs: 4000 },
    createContext: ({ req, res }): Context => {
      const actor = actors.get(req) ?? null
      const closed = new AbortController()
      res.once('close', () => closed.abort())
      return { ...needs.ports, actor, origin: actor ?? { address: req.socket.remoteAddress ?? '', requestId: '' }, connection: { id: randomUUID(), closed: closed.signal } }
    },
    onError({ error, path }) {
      if (error.code === 'INTERNAL_SERVER_ERROR') log.error({ err: error.cause ?? error, path }, 'a procedure failed')
    },
  })

  needs.server.on('upgrade', (request, duplex, head) => {
    const socket = duplex as Socket
    const refuse = (status: string) => socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    socket.on('error', () => socket.destroy())
    const host = addresses.classify(request.headers.host)
    if (host.kind === 'workspace') return void gateway.upgrade(host.name, request, socket, head)
    if (host.kind !== 'own') return refuse('421 Misdirected Request')
    const url = new URL(request.url ?? '/', addresses.publicOrigin)
    if (!['/trpc', '/exec', '/forward'].includes(url.pathname)) return refuse('404 Not Found')
    const forward = url.pathname === '/forward' ? ForwardQuery.safeParse(Object.fromEntries(url.searchParams)) : null
    if (forward?.success === false) return refuse('400 Bad Request')
    const from = { address: request.socket.remoteAddress ?? '', requestId: randomUUID() }
    const { authorization } = request.headers
    // No page can make a browser show a token here, so only what shows a cookie must come from our own.
    if (authorization === undefined && request.headers.origin !== addresses.publicOrigin) return refuse('403 Forbidden')
    const asked = authorization === undefined ? needs.actors.bySession(request.headers.cookie, from) : needs.actors.byToken(authorization, from)
    void asked.then(
      (actor) => {
        if (actor?.kind !== 'user') return refuse('401 Unauthorized')
        const credential = actor.via === 'session' ? actor.sessionId : actor.tokenId
        if (url.pathname !== '/trpc' && actor.standing !== 'active') return refuse('403 Forbidden')
        actors.set(request, actor)
        const accepting = url.pathname === '/trpc' ? wss : streams
        accepting.handleUpgrade(request, socket, head, (webSocket) => {
          const own = byCredential.get(credential) ?? new Set()
          byCredential.set(credential, own.add(webSocket))
          webSocket.once('close', () => {
            own.delete(webSocket)
            if (own.size === 0 && byCredential.get(credential) === own) byCredential.delete(credential)
          })
          webSocket.on('error', () => webSocket.terminate())
          if (url.pathname === '/trpc') wss.emit('connection', webSocket, request)
          else if (forward?.data !== undefined) void needs.exec.forward(webSocket, actor, forward.data.workspace, forward.data.port)
          else void needs.exec.serve(webSocket, actor)
        })
      },
      (error: unknown) => {
        log.error({ err: error }, 'an upgrade could not be checked')
        refuse('503 Service Unavailable\r\nRetry-After: 5')
      },
    )
  })

  return {
    endCredential(id) {
      for (const webSocket of byCredential.get(id) ?? []) {
        webSocket.close(sessionEnded, 'The session has ended.')
        // What runs does not wait for the other side to agree.
        if (streams.clients.has(webSocket)) webSocket.terminate()
      }
    },
    get count() {
      return wss.clients.size
    },
    close() {
      handler.broadcastReconnectNotification()
      for (const client of wss.clients) client.terminate()
      wss.close()
      needs.exec.close()
      streams.close()
    },
  }
}
