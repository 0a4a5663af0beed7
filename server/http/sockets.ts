import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import { getWSConnectionHandler } from '@trpc/server/adapters/ws'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { ArcError, ForwardQuery } from '@arcx/router'
import type { Context, Ports, SessionId, TokenId, UserActor, UserId } from '@arcx/router'
import { appRouter } from '@arcx/router/server'
import type { TrustedProxies } from '@arcx/service-kit/connections/client-address'
import { guarded } from '@arcx/service-kit/guarded'
import type { Log } from '@arcx/service-kit/log'
import { parseTarget } from '@arcx/service-kit/request-target'
import { refuseUpgrade, takeUpgrades } from '@arcx/service-kit/upgrades'
import type { Addresses } from '../addresses.ts'
import { routes } from '../authorization/routes.ts'
import type { Exec } from '../exec/exec.ts'
import type { WorkspaceHosts } from '../entry/workspace-hosts.ts'
import type { Actors, HttpActor } from './actors.ts'
import { CredentialSockets } from './credential-sockets.ts'
import { OpenCalls, PeoplesCalls } from './open-calls.ts'
import { sharedMessages } from './shared-messages.ts'
import { statusOfKind } from './status.ts'
import { TextSocket } from './text-socket.ts'

const maxMessageBytes = 256 * 1024
const maxStreamMessageBytes = 1024 * 1024
const isSocketPath = (path: string) => Object.hasOwn(routes, `UPGRADE ${path}`)

export interface SocketDependencies {
  readonly server: Server
  readonly addresses: Addresses
  readonly proxies: TrustedProxies
  readonly workspaceHosts: Pick<WorkspaceHosts, 'upgrade'>
  readonly actors: Actors
  readonly ports: Ports
  readonly exec: Exec
  readonly log: Log
}

export interface Sockets {
  /** Closes what was opened with a session or a token that has ended. */
  endCredential(id: SessionId | TokenId): void
  /** Has somebody connect anew, by what their account says now. */
  accountChanged(userId: UserId): void
  readonly count: number
  close(): void
}

/** WebSocket upgrades: `/trpc` of the control plane, and everything on workspaces' hosts. */
export function attachSockets(dependencies: SocketDependencies): Sockets {
  const { addresses, workspaceHosts, log } = dependencies
  const wss = new WebSocketServer({
    noServer: true,
    maxPayload: maxMessageBytes,
    perMessageDeflate: false,
    WebSocket: TextSocket,
  })
  /** Programs' streams: bytes both ways, in greater pieces. */
  const streams = new WebSocketServer({ noServer: true, maxPayload: maxStreamMessageBytes, perMessageDeflate: false })
  const open = new CredentialSockets((actor) => dependencies.actors.statusOf(actor))

  const people = new PeoplesCalls()
  const messages = sharedMessages()
  const serveRouter = (webSocket: WebSocket, request: IncomingMessage, actor: UserActor) => {
    const calls = new OpenCalls(actor.userId, people)
    webSocket.once('close', () => calls.close())
    getWSConnectionHandler({
      wss,
      router: appRouter,
      experimental_encoder: calls.around(messages, (text) => webSocket.send(text)),
      // Whoever does not answer is gone within eight seconds, and their presence with them.
      keepAlive: { enabled: true, pingMs: 4000, pongWaitMs: 4000 },
      createContext: ({ res }): Context => {
        const closed = new AbortController()
        res.once('close', () => closed.abort())
        return { ...dependencies.ports, actor, origin: actor, connection: { id: randomUUID(), closed: closed.signal } }
      },
      onError({ error, path }) {
        if (error.code === 'INTERNAL_SERVER_ERROR') log.error({ err: error.cause ?? error, path }, 'a procedure failed')
      },
    })(webSocket, request)
  }

  takeUpgrades(dependencies.server, log, async (request, socket, head) => {
    const target = parseTarget(request.url)
    if (target.kind === 'invalid') return refuseUpgrade(socket, 400)
    const host = addresses.classify(request.headers.host)
    if (host.kind === 'workspace') return workspaceHosts.upgrade(host.name, request, socket, head)
    if (host.kind !== 'own') return refuseUpgrade(socket, 421)
    const { path, query } = target
    if (!isSocketPath(path)) return refuseUpgrade(socket, 404)
    // tRPC's adapter would wait for a first message, and hold on to it; nothing of ours reads it.
    if (query.has('connectionParams')) return refuseUpgrade(socket, 400)
    const forward = path === '/forward' ? ForwardQuery.safeParse(Object.fromEntries(query)) : null
    if (forward?.success === false) return refuseUpgrade(socket, 400)
    const { authorization } = request.headers
    // No page can make a browser show a token here, so only what shows a cookie must come from our own.
    if (authorization === undefined && request.headers.origin !== addresses.publicOrigin)
      return refuseUpgrade(socket, 403)
    const actor = await actorOf(request).catch((error: unknown) => {
      if (!(error instanceof ArcError)) throw error
      return error
    })
    if (actor instanceof ArcError) {
      const wait = actor.details['retryAfterSeconds']
      return refuseUpgrade(socket, statusOfKind[actor.kind], typeof wait === 'number' ? { 'Retry-After': wait } : {})
    }
    if (actor?.kind !== 'user') return refuseUpgrade(socket, 401)
    if (path !== '/trpc' && actor.status !== 'active') return refuseUpgrade(socket, 403)
    const accepting = path === '/trpc' ? wss : streams
    const opened = guarded(
      (webSocket: WebSocket) => {
        open.add(webSocket, actor, path === '/trpc' ? 'router' : 'stream')
        webSocket.on('error', () => webSocket.terminate())
        if (path === '/trpc') return serveRouter(webSocket, request, actor)
        return forward?.data === undefined
          ? dependencies.exec.serve(webSocket, actor)
          : dependencies.exec.forward(webSocket, actor, forward.data.workspace, forward.data.port)
      },
      (error, webSocket) => {
        log.error({ err: error }, 'a connection could not be taken')
        webSocket.terminate()
      },
    )
    accepting.handleUpgrade(request, socket, head, opened)
  })

  /** @throws `ArcError` for a token that is none. */
  async function actorOf(request: IncomingMessage): Promise<HttpActor | null> {
    const from = { address: dependencies.proxies.clientOf(request), requestId: randomUUID() }
    const { authorization, cookie } = request.headers
    return authorization === undefined
      ? dependencies.actors.bySession(cookie, from)
      : dependencies.actors.byToken(authorization, from)
  }

  return {
    endCredential: (id) => open.end(id),
    accountChanged: (userId) => open.changed(userId),
    get count() {
      return wss.clients.size
    },
    close() {
      for (const client of wss.clients) {
        // tRPC's clients then connect anew.
        client.send(JSON.stringify({ id: null, method: 'reconnect' }))
        client.terminate()
      }
      wss.close()
      dependencies.exec.close()
      streams.close()
    },
  }
}
