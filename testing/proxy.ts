import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, request as httpRequest } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import type { Http2SecureServer, Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { connect as tlsConnect } from 'node:tls'
import { fileURLToPath } from 'node:url'
import type { Child } from '@arcx/launch/children'
import type { Nats } from '@arcx/launch/nats'
import { testPort } from './port.ts'
import type { Database } from '@arcx/prisma'
import { Authority } from '@arcx/proxy/entrance/authority'
import { EgressRules } from '@arcx/router'
import { Envelopes } from '@arcx/service-kit/envelopes'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { startBus } from './bus.ts'
import type { Census } from './census.ts'
import { censusOf } from './counted.ts'
import { createDatabase } from './database.ts'
import { testDirectory, testRun } from './run.ts'
import { startServiceProcess } from './service.ts'

export { counted } from './counted.ts'

const program = fileURLToPath(new URL('../proxy/main.ts', import.meta.url))
const key = 'k'.repeat(40)
const internal = 'i'.repeat(40)

export interface Got {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}
export interface ReceivedRequest {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
  /** Whose call it is. */
  readonly id?: string
}
export interface Arrived {
  readonly host: string | undefined
  readonly url: string | undefined
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
type Taking = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse) => void
export interface KeptSecret {
  readonly name?: string
  readonly value: string
  readonly placeholder: string
  readonly host: string
  readonly places?: readonly string[]
}

/**
 * arc-proxy as a process of its own, on a database and a bus that nobody else uses, a workspace with secrets, and real
 * servers outside: `api.test`, `other.test` and `a.git.test`, over HTTP/1.1 in clear and TLS, HTTP/2, and WebSocket.
 */
export class ProxyRig {
  readonly internalToken = internal
  readonly workspaceId = randomUUID()
  /** Listened for, and in no table. */
  readonly strangerId = randomUUID()
  readonly userId = randomUUID()
  /** What the server outside answers; it may be set. */
  answer: RequestListener = (_request, response) => response.end('ok')
  onSocket: (socket: WebSocket, request: IncomingMessage) => void = () => undefined
  /** What the HTTP/2 server adds to its answer and trailers. */
  echoed = ''
  /** The authorization that it got last. */
  lastKey: string | undefined
  /** What reached the outside. */
  arrived: Arrived[] = []
  tlsPort = 0
  plainPort = 0
  h2Port = 0
  port = 0
  readonly directory: string
  readonly prisma: Database
  readonly bus: Nats
  readonly databaseUrl: string
  readonly #drop: () => Promise<void>
  readonly #stops: (() => unknown)[] = []
  #onRequest: Taking | null = null
  #h2: Http2SecureServer | undefined
  #settings: Record<string, string> = {}
  #child: Child | undefined
  #ca = ''

  private constructor(directory: string, { prisma, drop, url }: Awaited<ReturnType<typeof createDatabase>>, bus: Nats) {
    this.directory = directory
    this.prisma = prisma
    this.databaseUrl = url
    this.bus = bus
    this.#drop = drop
  }

  static async start(
    secrets: readonly KeptSecret[],
    settings: Readonly<Record<string, string>> = {},
  ): Promise<ProxyRig> {
    const run = testRun()
    const rig = new ProxyRig(await testDirectory(run, 'proxy'), await createDatabase(), await startBus())
    try {
      await rig.#open(secrets, settings)
    } catch (error) {
      await rig.close()
      throw error
    }
    return rig
  }

  async #open(secrets: readonly KeptSecret[], settings: Readonly<Record<string, string>>): Promise<void> {
    const outside = await Authority.open(join(this.directory, 'outside.pem'))
    const listener: RequestListener = async (request, response) => {
      if (this.#onRequest !== null) return void this.#onRequest(request, response)
      const body = await text(request).catch(() => null)
      if (body === null) return
      this.arrived.push({ host: request.headers.host, url: request.url, headers: request.headers, body })
      this.answer(request, response)
    }
    const contexts = new Map(
      await Promise.all(
        ['api.test', 'other.test', 'a.git.test'].map(async (name) => [name, await outside.contextFor(name)] as const),
      ),
    )
    const SNICallback = (name: string, done: (error: null, context: ReturnType<typeof contexts.get>) => void) =>
      done(null, contexts.get(name))
    const tls = createHttpsServer({ SNICallback }, listener).listen(0, '127.0.0.1')
    new WebSocketServer({ server: tls }).on('connection', (socket, request) => this.onSocket(socket, request))
    const plain = createHttpServer(listener).listen(0, '127.0.0.1')
    const h2 = createSecureServer({ allowHTTP1: false, SNICallback })
    this.#h2 = h2
    h2.on('stream', async (stream, headers) => {
      if (this.#onRequest !== null) return
      const body = await text(stream).catch(() => null)
      if (body === null) return
      this.lastKey = headers.authorization
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-echo': this.echoed }))
      stream.respond({ ':status': 200, 'content-type': 'application/json' }, { waitForTrailers: true })
      stream.end(
        JSON.stringify({
          version: '2.0',
          path: headers[':path'],
          key: Buffer.from(headers.authorization ?? '').toString('hex'),
          body: Buffer.from(body).toString('hex'),
          echoed: this.echoed,
        }),
      )
    })
    h2.listen(0, '127.0.0.1')
    await Promise.all([tls, plain, h2].map((server) => once(server, 'listening')))
    const portOf = (server: { address(): AddressInfo | string | null }) => (server.address() as AddressInfo).port
    ;[this.tlsPort, this.plainPort, this.h2Port] = [portOf(tls), portOf(plain), portOf(h2)]
    this.#stops.push(
      () => tls.close(),
      () => plain.close(),
      () => h2.close(),
    )
    await this.prisma.user.create({ data: { id: this.userId, login: 'tenant', name: 'tenant' } })
    await this.prisma.workspace.create({
      data: {
        id: this.workspaceId,
        ownerId: this.userId,
        name: 'tenant',
        state: 'running',
        step: null,
        reason: null,
      },
    })
    for (const secret of secrets) await this.keep(secret)
    await writeFile(join(this.directory, 'outside-ca.pem'), outside.certificatePem)
    this.port = await testPort()
    const names =
      'api.test=127.0.0.1,other.test=127.0.0.1,a.git.test=127.0.0.1,inside.test=10.0.0.1,meta.test=169.254.169.254'
    this.#settings = {
      ARC_PROXY_PORT: String(this.port),
      ARC_INTERNAL_TOKEN: internal,
      ARC_SECRETS_KEY: key,
      ARC_DATA_DIR: this.directory,
      ARC_LOG_LEVEL: 'info',
      DATABASE_URL: this.databaseUrl,
      NATS_URL: this.bus.url,
      ARC_EGRESS_DENY: 'denied.test,*.denied.test',
      ARC_EGRESS_EXEMPT: '127.0.0.1/32',
      ARC_EGRESS_NAMES: names,
      ARC_EGRESS_CA_FILE: join(this.directory, 'outside-ca.pem'),
      ...settings,
    }
    for (const id of [this.workspaceId, this.strangerId]) await mkdir(dirname(this.socketOf(id)), { recursive: true })
    await this.startProxy()
  }

  /** Starts it, and has it listen for the workspaces. @throws where it does not come up. */
  async startProxy(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#child = await startServiceProcess(
      'proxy',
      program,
      { PATH: process.env['PATH'], ...this.#settings, ...settings },
      join(this.directory, 'proxy.log'),
    )
    for (const id of [this.workspaceId, this.strangerId]) {
      const opened = await fetch(`http://127.0.0.1:${this.port}/internal/workspaces/${id}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${internal}`, 'content-type': 'application/json' },
        body: JSON.stringify({ directory: dirname(this.socketOf(id)) }),
      })
      this.#ca = ((await opened.json()) as { authority: string }).authority
    }
  }

  /** From now on takes requests as they arrive, with their bodies unread, over HTTP/2 too. */
  takeRequests(taking: Taking): void {
    if (this.#onRequest === null) this.#h2?.on('request', (request, response) => this.#onRequest?.(request, response))
    this.#onRequest = taking
  }

  async killProxy(): Promise<void> {
    await this.#child?.stop('SIGKILL', 5000)
  }

  /** Lets it do nothing, as a machine that is busy with others does, until what is returned is called. */
  hold(): () => void {
    const { process } = this.#child ?? {}
    process?.kill('SIGSTOP')
    return () => void process?.kill('SIGCONT')
  }

  /** Its resident memory, in bytes. */
  async memory(): Promise<number> {
    const status = await readFile(`/proc/${this.#child?.process.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024
  }

  /** What it holds after a garbage collection; of a rig that was started with `counted`. */
  census(): Promise<Census> {
    return censusOf(this.#child?.process, this.directory)
  }

  log(): Promise<string> {
    return readFile(join(this.directory, 'proxy.log'), 'utf8')
  }

  async keep({ name, value, placeholder, host, places = [] }: KeptSecret): Promise<void> {
    const id = randomUUID()
    const row = {
      id,
      ownerId: this.userId,
      teamId: null,
      workspaceId: null,
      name: name ?? host,
      sealed: Uint8Array.from(new Envelopes(key).seal(value, id)),
      placeholder,
      hosts: [host],
      places: [...places],
    }
    await this.prisma.secret.create({ data: row })
  }

  /** For the person's workspaces; in effect within two seconds. */
  async setRules(changes: Partial<EgressRules>): Promise<void> {
    const { limits, ...rules } = EgressRules.parse({ fallback: 'open', allow: [], deny: [], ...changes })
    const fields = { ...rules, limits, updatedAt: new Date() }
    await this.prisma.egressPolicy.upsert({
      where: { ownerId: this.userId },
      create: { id: randomUUID(), ownerId: this.userId, ...fields },
      update: fields,
    })
  }

  socketOf(id: string): string {
    return join(this.directory, 'listening', id, 'proxy.sock')
  }

  async send(
    url: string,
    { method = 'GET', headers = {}, body, id = this.workspaceId }: ReceivedRequest = {},
    socket?: Socket,
  ): Promise<Got> {
    const asked = httpRequest({
      ...(socket === undefined ? { socketPath: this.socketOf(id), agent: false } : { createConnection: () => socket }),
      method,
      path: url,
      headers: { connection: 'close', ...headers },
    })
    asked.end(body)
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: await buffer(response).catch(() => Buffer.from('CUT')),
    }
  }

  /** Through CONNECT, as every HTTPS client does; the proxy's own authority is trusted and no other. */
  async tunnel(host: string, port = this.tlsPort, servername = host, ALPNProtocols: string[] = []): Promise<Socket> {
    const socket = connect(this.socketOf(this.workspaceId))
    socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`)
    const [first] = (await once(socket, 'data')) as [Buffer]
    if (!first.toString().startsWith('HTTP/1.1 200')) throw new Error(first.toString())
    const tls = tlsConnect({
      socket,
      servername,
      ca: this.#ca,
      ...(ALPNProtocols.length === 0 ? {} : { ALPNProtocols }),
    })
    await once(tls, 'secureConnect')
    return tls
  }

  /** TLS at once, without a word of a proxy. */
  handshake(options: { readonly servername?: string; readonly rejectUnauthorized?: boolean }): Socket {
    return tlsConnect({ socket: connect(this.socketOf(this.workspaceId)), ca: this.#ca, ...options })
  }

  async https(host: string, path: string, asked: ReceivedRequest = {}): Promise<Got> {
    return this.send(
      path,
      { ...asked, headers: { host: `${host}:${this.tlsPort}`, ...asked.headers } },
      await this.tunnel(host),
    )
  }

  /** An event stream that goes on, through the proxy: what came so far, and a way to have the server say more. */
  async eventStream(host: string): Promise<{ seen(): string; push(text: string): void; end(): void }> {
    let push: (text: string) => void = () => undefined
    this.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      push = (text) => response.write(text)
      push('data: one\n\n')
    }
    const socket = await this.tunnel(host)
    const asked = httpRequest({
      createConnection: () => socket,
      path: '/',
      headers: { host: `${host}:${this.tlsPort}` },
    })
    asked.end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    let seen = ''
    response.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    return { seen: () => seen, push: (text) => push(text), end: () => void response.destroy() }
  }

  async close(): Promise<void> {
    await this.#child?.stop('SIGTERM', 10_000)
    for (const stop of this.#stops) stop()
    await this.bus.child.stop('SIGKILL', 1000)
    await this.#drop()
  }
}

export const codeOf = (got: Got) => got.headers['x-arcx-refused']
export const echo =
  (body: string | Buffer, headers: OutgoingHttpHeaders = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body)
