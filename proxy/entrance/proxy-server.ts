import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Http2Server, Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { BodyWatch } from '@arcx/service-kit/connections/body-time'
import { ConnectionLimit } from '@arcx/service-kit/connections/limit'
import type { Most, Refused } from '@arcx/service-kit/connections/limit'
import { guarded } from '@arcx/service-kit/guarded'
import type { Log } from '@arcx/service-kit/log'
import type { Exchange } from '../egress/exchange.ts'
import { HostRefused, Refusal, refuse, refuseUpgrade } from '../egress/policy/refusal.ts'
import type { Authority } from './authority.ts'
import { badHost, callOf, hasFragment, hostAndPort } from './call-target.ts'
import type { HostAndPort, Origin } from './call-target.ts'
import { firstByte, whenBegun } from './first-bytes.ts'
import { whenFirstLine } from './first-line.ts'
import { headerBytes, malformedRequest } from './malformed-request.ts'
import { withAsciiTarget } from './request-target.ts'
import { interceptTls, tlsHandshake } from './tls-interception.ts'
import { endUnread } from './unread-bodies.ts'
import { listenIn } from './workspace-socket.ts'

/** From a connection, or a tunnel, to its first byte; then for a TLS handshake; then for a request's headers. */
const beginMs = 20_000
/** Without a request. */
const idleConnectionMs = 10_000
const idleSessionMs = 120_000
/** Without a byte, either way: longer than arc-proxy waits for the server outside. */
const silentStreamMs = 660_000
/** Between two pieces of a body: a program may think in between, as git does before it pushes. */
const bodyTimes = { wholeMs: 300_000, idleMs: 300_000, restMs: 30_000, unreadMs: 300_000 }
const warnIntervalMs = 60_000

/**
 * Where workspaces come in: a socket for each, in a directory that is that workspace's alone, so that who calls is
 * certain. Four ways: plain proxy requests (RFC 9112, section 3.2.2), `CONNECT` with TLS opened, requests as to the
 * server itself, of programs that know of no proxy, and `/to/HOST/…`.
 */
export class ProxyServer {
  readonly #exchange: Exchange
  readonly #authority: Authority
  readonly #log: Log
  readonly #http: HttpServer
  readonly #http2: Http2Server
  readonly #sessions = new Set<ServerHttp2Session>()
  readonly #origins = new WeakMap<object, Origin>()
  /** Connections whose next request needs what was done to their first, and so comes by another connection. */
  readonly #oneRequest = new WeakSet<object>()
  readonly #listeners = new Map<string, Server>()
  readonly #most: Most
  readonly #connections: ConnectionLimit
  readonly #bodies: BodyWatch
  #warnedAt = 0

  constructor(exchange: Exchange, authority: Authority, log: Log, most: Most) {
    this.#most = most
    this.#connections = new ConnectionLimit(most)
    this.#exchange = exchange
    this.#authority = authority
    this.#log = log
    this.#bodies = new BodyWatch(bodyTimes, (error) =>
      log.error({ err: error }, 'a request is not watched over any more'),
    )
    const failed = (error: unknown) => log.error({ err: error }, 'the proxy failed')
    const asked = guarded(
      (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) =>
        this.#request(request, response),
      (error, request) => {
        failed(error)
        request.destroy()
      },
    )
    const ended = (error: unknown, _request: IncomingMessage, socket: Socket) => {
      failed(error)
      socket.destroy()
    }
    this.#http = createHttpServer(
      {
        maxHeaderSize: headerBytes,
        requireHostHeader: false,
        insecureHTTPParser: false,
        joinDuplicateHeaders: false,
        noDelay: true,
        connectionsCheckingInterval: 1000,
        headersTimeout: beginMs,
        requestTimeout: 0,
        keepAliveTimeout: idleConnectionMs,
      },
      (request, response) => {
        this.#bodies.add(request, response, true)
        if (this.#oneRequest.has(request.socket)) response.shouldKeepAlive = false
        asked(request, response)
      },
    )
    // It listens nowhere itself, and only a server that does looks at the clock.
    this.#http.emit('listening')
    this.#http.on(
      'connect',
      guarded((request: IncomingMessage, socket: Socket, head: Buffer) => this.#connect(request, socket, head), ended),
    )
    this.#http.on(
      'upgrade',
      guarded((request: IncomingMessage, socket: Socket, head: Buffer) => this.#upgrade(request, socket, head), ended),
    )
    this.#http2 = createHttp2Server(
      {
        settings: { maxConcurrentStreams: 256, maxHeaderListSize: headerBytes, enablePush: false },
        maxHeaderListPairs: 256,
      },
      (request, response) => {
        request.stream.setTimeout(silentStreamMs, () => request.stream.close())
        // A stream that breaks is told of to the request, where somebody must listen.
        request.on('error', () => undefined)
        endUnread(request)
        asked(request, response)
      },
    )
    this.#http.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      if (socket.writable) refuseUpgrade(socket as Socket, malformedRequest(error))
    })
  }

  /** Listens for a workspace at `proxy.sock` in its directory; what listened there before gives way. */
  async open(workspaceId: string, directory: string): Promise<void> {
    await this.shut(workspaceId)
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy())
      const bound = this.#connections.take(workspaceId, socket)
      if (bound !== null) return this.#tooMany(socket, workspaceId, bound)
      // Somebody who heeds no variables begins with TLS at once, and says by its handshake where to.
      this.#begun(socket, () => this.#open(socket, workspaceId, null))
    })
    await listenIn(server, directory)
    this.#listeners.set(workspaceId, server)
  }

  isOpen(workspaceId: string): boolean {
    return this.#listeners.has(workspaceId)
  }

  async shut(workspaceId: string): Promise<void> {
    const server = this.#listeners.get(workspaceId)
    this.#listeners.delete(workspaceId)
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  get openConnections(): number {
    return this.#connections.open
  }

  get count(): number {
    return this.#listeners.size
  }

  close(): void {
    for (const server of this.#listeners.values()) server.close()
    this.#bodies.close()
    this.#http.closeAllConnections()
    for (const session of this.#sessions) session.destroy()
  }

  async #request(
    request: IncomingMessage | Http2ServerRequest,
    response: ServerResponse | Http2ServerResponse,
  ): Promise<void> {
    const key = 'stream' in request ? request.stream.session : request.socket
    if (!('stream' in request)) request.socket.setMaxListeners(50)
    const origin = key === undefined ? undefined : this.#origins.get(key)
    try {
      if (origin === undefined) throw new Refusal(407, 'workspace_unknown', 'This workspace is not known here.')
      await this.#exchange.handle(callOf(origin, request), request, response)
    } catch (error) {
      this.#recordRefusal(origin, request, error)
      if (response.headersSent)
        return void ('stream' in request ? request.stream.close(2) : (response as ServerResponse).destroy())
      refuse(response, error instanceof Refusal ? error : new Refusal(500, 'failed', 'The proxy failed.'))
      if (!(error instanceof Refusal)) this.#log.error({ err: error }, 'the proxy failed')
    }
  }

  async #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    const origin = this.#origins.get(socket)
    try {
      if (origin === undefined) throw new Refusal(407, 'workspace_unknown', 'This workspace is not known here.')
      if (request.headers.upgrade?.toLowerCase() !== 'websocket')
        throw new Refusal(501, 'upgrade_unknown', 'The only protocol that is changed to is WebSocket.')
      if (request.url?.includes('#') === true) throw hasFragment()
      await this.#exchange.upgrade(callOf(origin, request), request, socket, head)
    } catch (error) {
      this.#recordRefusal(origin, request, error)
      refuseUpgrade(socket, error instanceof Refusal ? error : new Refusal(500, 'failed', 'The proxy failed.'))
      if (!(error instanceof Refusal)) this.#log.error({ err: error }, 'the proxy failed')
    }
  }

  /** Whatever is refused is recorded, also what never came to be a call. */
  #recordRefusal(origin: Origin | undefined, request: IncomingMessage | Http2ServerRequest, error: unknown): void {
    if (origin === undefined || !(error instanceof HostRefused)) return
    this.#exchange
      .refusedHost(origin.workspaceId, request.method ?? '', error)
      .catch((failed: unknown) => this.#log.error({ err: failed }, 'a refused call is not recorded'))
  }

  #tooMany(socket: Socket, workspaceId: string, bound: Refused): void {
    const { each, inAll } = this.#most
    refuseUpgrade(
      socket,
      new Refusal(
        429,
        'too_many_connections',
        bound === 'each'
          ? `A workspace has at most ${each} connections at once.`
          : `All workspaces together have at most ${inAll} connections at once. Try again in a moment.`,
      ),
    )
    if (Date.now() - this.#warnedAt < warnIntervalMs) return
    this.#warnedAt = Date.now()
    this.#log.warn({ workspaceId, bound }, 'connections of a workspace are refused')
  }

  #connect(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const origin = this.#origins.get(socket)
    const named = hostAndPort(request.url ?? '', 443)
    const isInner = origin === undefined || origin.tunnel !== null
    if (isInner || named === null) {
      const asked = request.url ?? ''
      const refusal = isInner
        ? new HostRefused(403, 'host_refused', 'A tunnel within a tunnel is not let through.', asked, 'https')
        : badHost(asked, 'https')
      this.#recordRefusal(origin, request, refusal)
      return refuseUpgrade(socket, refusal)
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.length > 0) socket.unshift(head)
    this.#begun(socket, () => this.#open(socket, origin.workspaceId, named))
  }

  #begun(socket: Socket, work: () => void): void {
    whenBegun(socket, beginMs, (error) => this.#log.error({ err: error }, 'a connection could not be taken'), work)
  }

  /** TLS, to a host that the tunnel or the handshake names; or else requests in clear. */
  #open(socket: Socket, workspaceId: string, named: HostAndPort | null): void {
    const first = firstByte(socket)
    if (first === null) return void socket.destroy()
    if (first !== tlsHandshake)
      return this.#enter(socket, { workspaceId, tunnel: named === null ? null : { scheme: 'http', ...named } })
    interceptTls(socket, {
      authority: this.#authority,
      wanted: named?.host ?? null,
      withinMs: beginMs,
      onSecured: (tls, host) => {
        const origin: Origin = { workspaceId, tunnel: { scheme: 'https', host, port: named?.port ?? 443 } }
        if (tls.alpnProtocol === 'h2') this.#enterHttp2(tls, origin)
        // Its first request comes when it likes; until then it is held to the same time.
        else this.#begun(tls, () => this.#enter(tls, origin))
      },
    })
  }

  #enterHttp2(socket: Socket, origin: Origin): void {
    const begun = (session: ServerHttp2Session) => {
      this.#origins.set(session, origin)
      this.#sessions.add(session)
      session.on('error', () => session.destroy())
      // What still goes on in it ends in its own time.
      session.setTimeout(idleSessionMs, () => session.close())
      session.on('close', () => this.#sessions.delete(session))
    }
    // Made within the call, or not at all: then the next session is another connection's.
    this.#http2.once('session', begun)
    try {
      this.#http2.emit('connection', socket)
    } finally {
      this.#http2.off('session', begun)
    }
  }

  #enter(socket: Socket, origin: Origin): void {
    this.#origins.set(socket, origin)
    const failed = (error: unknown) => {
      this.#log.error({ err: error }, 'a connection could not be taken')
      socket.destroy()
    }
    whenFirstLine(socket, beginMs, failed, (start) => {
      const encoded = withAsciiTarget(start)
      if (encoded !== null) this.#oneRequest.add(socket)
      if (start.length > 0) socket.unshift(encoded ?? start)
      this.#http.emit('connection', socket)
    })
  }
}
