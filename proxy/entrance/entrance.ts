import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http'
import { createServer as createHttp2Server } from 'node:http2'
import type { Http2Server, Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from 'node:http2'
import { constants } from 'node:fs'
import { chmod, open, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { BodyWatch } from '@arcx/service-kit/connections/body-time'
import { ConnectionLimit } from '@arcx/service-kit/connections/limit'
import type { Most, Refused } from '@arcx/service-kit/connections/limit'
import { guarded } from '@arcx/service-kit/guarded'
import type { Log } from '@arcx/service-kit/log'
import type { Call } from '../egress/request/call.ts'
import type { Exchange } from '../egress/exchange.ts'
import { HostRefused, Refusal, refuse, refuseUpgrade } from '../egress/policy/refusal.ts'
import { normalHost } from '../egress/policy/host.ts'
import type { Authority } from './authority.ts'
import { whenFirstLine } from './first-line.ts'
import { percentEncoded, withAsciiTarget } from './request-target.ts'
import { endUnread } from './unread-bodies.ts'

const headerBytes = 64 * 1024
const maxTarget = 16 * 1024
/** Of connections that wait to be taken: whoever comes beyond that to such a socket is refused, and not asked to try again as over TCP (unix(7), EAGAIN). */
const backlog = 4096
/** From a connection, or a tunnel, to its first byte; then for a TLS handshake; then for a request's headers. */
const beginMs = 20_000
/** Without a request. */
const idleConnectionMs = 10_000
const idleSessionMs = 120_000
/** Without a byte, either way: longer than arc-proxy waits for the server outside. */
const silentStreamMs = 660_000
/** Between two pieces of a body: a program may think in between, as git does before it pushes. */
const bodyTimes = { wholeMs: 300_000, idleMs: 300_000, restMs: 30_000, unreadMs: 300_000 }
const tellEveryMs = 60_000
/** What a TLS handshake begins with (RFC 8446, section 5.1). */
const tlsHandshake = 22

/** What is known of a connection: whose it is, and within a tunnel, to where. */
interface Origin {
  readonly workspaceId: string
  readonly tunnel: { readonly scheme: 'http' | 'https'; readonly host: string; readonly port: number } | null
}

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
  #toldAt = 0

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
      if (!socket.writable) return
      if (error.code === 'HPE_HEADER_OVERFLOW')
        refuseUpgrade(
          socket as Socket,
          new Refusal(431, 'headers_too_long', `Headers have at most ${headerBytes / 1024} KB together.`),
        )
      else
        refuseUpgrade(
          socket as Socket,
          new Refusal(
            400,
            'request_malformed',
            `This is no well-formed HTTP request${(/CRLF/.test(error.message) ? malformed['HPE_CR_EXPECTED'] : malformed[error.code ?? '']) ?? ''}.`,
          ),
        )
    })
  }

  /** Listens for a workspace at `proxy.sock` in its directory; what listened there before gives way. */
  async open(workspaceId: string, directory: string): Promise<void> {
    await this.shut(workspaceId)
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => socket.destroy())
      const bound = this.#connections.take(workspaceId, socket)
      if (bound !== null) return this.#tooMany(socket, workspaceId, bound)
      this.#begun(socket, () => this.#arrive(socket, workspaceId))
    })
    await listenIn(server, directory)
    this.#listeners.set(workspaceId, server)
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
      await this.#exchange.handle(this.#callOf(origin, request), request, response)
    } catch (error) {
      this.#tell(origin, request, error)
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
      await this.#exchange.upgrade(this.#callOf(origin, request), request, socket, head)
    } catch (error) {
      this.#tell(origin, request, error)
      refuseUpgrade(socket, error instanceof Refusal ? error : new Refusal(500, 'failed', 'The proxy failed.'))
      if (!(error instanceof Refusal)) this.#log.error({ err: error }, 'the proxy failed')
    }
  }

  /** Whatever is refused is recorded, also what never came to be a call. */
  #tell(origin: Origin | undefined, request: IncomingMessage | Http2ServerRequest, error: unknown): void {
    if (origin === undefined || !(error instanceof HostRefused)) return
    this.#exchange
      .refusedHost(origin.workspaceId, request.method ?? '', error)
      .catch((failed: unknown) => this.#log.error({ err: failed }, 'a refused call is not recorded'))
  }

  #callOf({ workspaceId, tunnel }: Origin, request: IncomingMessage | Http2ServerRequest): Call {
    const asked = percentEncoded(request.url ?? '')
    const hostHeader = 'authority' in request ? namedHost(request) : (request.headers.host ?? '')
    if (asked.length > maxTarget)
      throw new Refusal(414, 'target_too_long', `An address has at most ${maxTarget} characters.`)
    if (tunnel !== null) {
      if (!asked.startsWith('/')) throw new Refusal(400, 'target_invalid', 'Within a tunnel an address is a path.')
      // A tunnel goes to one host: what is asked of another in it would go round the policy.
      const named = hostAndPort(hostHeader, tunnel.port)
      if (named?.host !== tunnel.host)
        throw new HostRefused(421, 'host_differs', `This tunnel goes to ${tunnel.host}.`, hostHeader, tunnel.scheme)
      return { workspaceId, ...tunnel, hostHeader, target: asked }
    }
    const [, upstream, rest = ''] = /^\/to\/([^/?]+)(.*)$/s.exec(asked) ?? []
    if (upstream !== undefined) {
      const named = hostAndPort(upstream, 443)
      if (named === null) throw badHost(upstream, 'https')
      return { workspaceId, scheme: 'https', ...named, hostHeader, target: rest.startsWith('/') ? rest : `/${rest}` }
    }
    if (asked.startsWith('/') && !/^(?:127\.0\.0\.1|localhost)(?::|$)/.test(hostHeader)) {
      const named = hostAndPort(hostHeader, 80)
      if (named === null) throw badHost(hostHeader, 'http')
      return { workspaceId, scheme: 'http', ...named, hostHeader, target: asked }
    }
    const [, scheme = '', authority = '', path = ''] = /^(https?|wss?):\/\/([^/?#@]+)([/?][^#]*)?$/i.exec(asked) ?? []
    const kind = ['https', 'wss'].includes(scheme.toLowerCase()) ? 'https' : 'http'
    const named = scheme === '' ? null : hostAndPort(authority, kind === 'https' ? 443 : 80)
    if (scheme === '' && asked.includes('#')) throw hasFragment()
    if (scheme === '')
      throw new Refusal(
        400,
        'target_invalid',
        'This is arcx’s proxy: ask it for http://HOST/…, CONNECT HOST:443, or /to/HOST/….',
      )
    if (named === null) throw badHost(authority, kind)
    return { workspaceId, scheme: kind, ...named, hostHeader, target: path.startsWith('/') ? path : `/${path}` }
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
    if (Date.now() - this.#toldAt < tellEveryMs) return
    this.#toldAt = Date.now()
    this.#log.warn({ workspaceId, bound }, 'connections of a workspace are refused')
  }

  /** Once something has come. */
  #begun(socket: Socket, work: () => void): void {
    const timer = setTimeout(() => socket.destroy(), beginMs)
    socket.once('close', () => clearTimeout(timer))
    const arrived = () => {
      clearTimeout(timer)
      work()
    }
    socket.once(
      'readable',
      guarded(arrived, (error) => {
        this.#log.error({ err: error }, 'a connection could not be taken')
        socket.destroy()
      }),
    )
  }

  /** Somebody who heeds no variables begins with TLS at once, and says by its handshake where to (RFC 6066, section 3). */
  #arrive(socket: Socket, workspaceId: string): void {
    const first = socket.read(1) as Buffer | null
    if (first === null) return void socket.destroy()
    socket.unshift(first)
    if (first[0] === tlsHandshake) this.#intercept(socket, workspaceId, null, 443)
    else this.#enter(socket, { workspaceId, tunnel: null })
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
      this.#tell(origin, request, refusal)
      return refuseUpgrade(socket, refusal)
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.length > 0) socket.unshift(head)
    this.#begun(socket, () => {
      const first = socket.read(1) as Buffer | null
      if (first === null) return void socket.destroy()
      socket.unshift(first)
      if (first[0] === tlsHandshake) this.#intercept(socket, origin.workspaceId, named.host, named.port)
      else this.#enter(socket, { workspaceId: origin.workspaceId, tunnel: { scheme: 'http', ...named } })
    })
  }

  /** `wanted`: null for whatever the handshake names. */
  #intercept(socket: Socket, workspaceId: string, wanted: string | null, port: number): void {
    let host = wanted
    const tls = new TLSSocket(socket, {
      isServer: true,
      ALPNProtocols: ['h2', 'http/1.1'],
      SNICallback: (name, done) => {
        // The name in the handshake is the tunnel's, or there is no certificate for it.
        const named = normalHost(name)
        host ??= named
        if (named === null || named !== host) done(new Error('The handshake names another host, or none.'))
        else void this.#certify(named, done)
      },
    })
    const timer = setTimeout(() => tls.destroy(), beginMs)
    tls.on('error', () => tls.destroy())
    tls.once('close', () => clearTimeout(timer))
    const secured = () => {
      clearTimeout(timer)
      // Without a name it is HTTPS to a bare address.
      if (host === null) return void tls.destroy()
      // As a server of its own would: HTTP/2 waits for it.
      Object.assign(tls, { secureConnecting: false })
      const origin: Origin = { workspaceId, tunnel: { scheme: 'https', host, port } }
      if (tls.alpnProtocol === 'h2') this.#enterHttp2(tls, origin)
      // Its first request comes when it likes; until then it is held to the same time.
      else this.#begun(tls, () => this.#enter(tls, origin))
    }
    tls.once(
      'secure',
      guarded(secured, () => tls.destroy()),
    )
  }

  async #certify(
    host: string,
    done: (error: Error | null, context?: Awaited<ReturnType<Authority['contextFor']>>) => void,
  ): Promise<void> {
    let context: Awaited<ReturnType<Authority['contextFor']>>
    try {
      context = await this.#authority.contextFor(host)
    } catch (error) {
      return done(error instanceof Error ? error : new Error(String(error)))
    }
    done(null, context)
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

/**
 * A workspace can write to the directory: what it put at the name goes, and is not followed. By a handle on the
 * directory, what was opened is what is listened in, and a long path fits.
 */
async function listenIn(server: Server, directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW)
  try {
    const path = `/proc/self/fd/${handle.fd}/proxy.sock`
    await rm(path, { recursive: true, force: true })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ path, backlog }, resolve)
    })
    await chmod(path, 0o666)
  } finally {
    await handle.close()
  }
}

/** What the parser's reasons (llhttp) mean to whoever wrote the request. */
const malformed: Readonly<Record<string, string>> = {
  HPE_CR_EXPECTED: ': a line ends with LF alone, where HTTP has CR LF',
  HPE_LF_EXPECTED: ': a line ends with CR alone, where HTTP has CR LF',
  HPE_INVALID_METHOD: ': it has no method that is known',
  HPE_INVALID_URL:
    ': its address has a character that belongs in none. What is no ASCII is percent-encoded: é as %C3%A9',
  HPE_INVALID_VERSION: ': it names no version of HTTP that is known',
  HPE_INVALID_CONSTANT: ': it names no version of HTTP that is known',
  HPE_INVALID_HEADER_TOKEN: ': a header has a character that belongs in none',
  HPE_INVALID_CONTENT_LENGTH: ': its length is no number',
  HPE_UNEXPECTED_CONTENT_LENGTH: ': it says its length in two ways',
  HPE_INVALID_TRANSFER_ENCODING: ': its transfer coding does not end with chunked',
  HPE_INVALID_CHUNK_SIZE: ': a piece of its body does not say its size',
}

/** Both ways of naming it must name the same (RFC 9113, section 8.3.1). */
function namedHost(request: Http2ServerRequest): string {
  const { ':authority': authority, host } = request.headers
  if (authority !== undefined && host !== undefined && host !== authority)
    throw new Refusal(400, 'host_differs', 'This request names two hosts.')
  return authority ?? host ?? ''
}

/** RFC 6455, section 3; RFC 9112, section 3.2. */
const hasFragment = () =>
  new Refusal(
    400,
    'target_invalid',
    'The address of a request has no fragment: leave out what stands from # on, or write %23 where the character itself is meant.',
  )

const badHost = (text: string, scheme: 'http' | 'https') =>
  new HostRefused(
    403,
    'host_refused',
    `“${text.slice(0, 100)}” is no host name. Bare addresses are not let through: use the name. One that has none can be given one by whoever runs this server, in ARC_EGRESS_NAMES.`,
    text,
    scheme,
  )

function hostAndPort(authority: string, fallback: number): { readonly host: string; readonly port: number } | null {
  const [, name = '', port] = /^([^:[\]]+)(?::(\d{1,5}))?$/.exec(authority) ?? []
  const host = normalHost(name)
  const number = port === undefined ? fallback : Number(port)
  return host === null || number < 1 || number > 65_535 ? null : { host, port: number }
}
