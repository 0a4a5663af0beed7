import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { RawData, WebSocket } from 'ws'
import { TrustedProxies } from '@arcx/service-kit/connections/client-address'
import { guarded } from '@arcx/service-kit/guarded'
import type { Log } from '@arcx/service-kit/log'
import { decodeComponent, parseTarget } from '@arcx/service-kit/request-target'
import type { CollabTicket, Tickets } from '@arcx/router/collab-ticket'
import { refuseUpgrade, takeUpgrades } from '@arcx/service-kit/upgrades'
import { FailedAttempts } from '@arcx/service-kit/failed-attempts'
import { closeCodes } from '../documents/messages.ts'
import { TextsFull, maxTextBytes } from '../documents/memory.ts'
import type { Documents } from '../documents/documents.ts'
import type { Presence } from '@arcx/presence/presence'
import { RoomConnection } from '../rooms/room.ts'
import { Connection } from './connection.ts'
import { LargeMessages } from './large-messages.ts'
import type { RightsWatch } from './rights.ts'

/** Of one who may read alone, and has nothing large to say. */
const maxReaderMessageBytes = 4 * 1024 * 1024
/** All of a text at once, from one who was away for long, and some more, so that one who wrote too much is told by that text. */
const maxMessageBytes = maxTextBytes + 1024 * 1024
const maxPathLength = 1000
const perPerson = 100
/** As many at once as in so many seconds. */
const burstSeconds = 10
/** One that was asked twice and said nothing is gone. */
const pingMs = 4000
/** The gateway says whom it carries; it, and a load balancer, are on this machine. */
const proxies = new TrustedProxies(['127.0.0.0/8', '::1'])

export interface EntranceDependencies {
  readonly tickets: Tickets
  readonly origins: readonly string[]
  /** Messages of one connection. */
  readonly perSecond: number
  readonly documents: Documents
  readonly rights: RightsWatch
  readonly presence: Presence
  readonly log: Log
}

/**
 * Takes WebSockets: to texts at `/workspaces/ID/PATH?ticket=…`, as y-websocket asks with `…/workspaces/ID` for its address
 * and PATH for its room; and to who is there at `/workspaces/ID?ticket=…`.
 */
export class Entrance {
  readonly #dependencies: EntranceDependencies
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false })
  readonly #readers = new WebSocketServer({
    noServer: true,
    maxPayload: maxReaderMessageBytes,
    perMessageDeflate: false,
  })
  readonly #large = new LargeMessages()
  readonly #byPerson = new Map<string, number>()
  readonly #silent = new WeakSet<WebSocket>()
  readonly #wrong: FailedAttempts
  readonly #timer: NodeJS.Timeout

  constructor(server: Server, dependencies: EntranceDependencies) {
    this.#dependencies = dependencies
    this.#wrong = new FailedAttempts((omitted) => dependencies.log.warn(omitted, 'more wrong tickets were shown'))
    takeUpgrades(server, dependencies.log, (request, socket, head) => this.#upgrade(request, socket, head))
    this.#timer = setInterval(
      guarded(
        () => this.#ping(),
        (error) => dependencies.log.error({ err: error }, 'connections were not asked whether they are there'),
      ),
      pingMs,
    )
  }

  get count(): number {
    return this.#server.clients.size + this.#readers.clients.size
  }

  get waitingBytes(): number {
    let sum = 0
    for (const { bufferedAmount } of this.#clients()) sum += bufferedAmount
    return sum
  }

  close(): void {
    clearInterval(this.#timer)
    this.#wrong.close()
    for (const socket of this.#clients()) socket.close(4503, 'restarting')
    this.#server.close()
    this.#readers.close()
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const { origin } = request.headers
    // Gitpod CVE-2023-0957: a page of anybody's may not come in with what a browser holds.
    if (origin !== undefined && !this.#dependencies.origins.includes(origin)) return refuseUpgrade(socket, 403)
    const target = parseTarget(request.url)
    if (target.kind === 'invalid') return refuseUpgrade(socket, 400)
    const [, workspaceId = '', path = ''] = /^\/workspaces\/([0-9a-f-]{36})(?:\/(.+))?$/.exec(target.path) ?? []
    const ticket = this.#dependencies.tickets.read(target.query.get('ticket') ?? '')
    if (ticket === null) return this.#refuseTicket(request, socket)
    const name = decodeComponent(path)
    if (name === null || name.length > maxPathLength) return refuseUpgrade(socket, 400)
    if (ticket.workspaceId !== workspaceId) return refuseUpgrade(socket, 403)
    if ((this.#byPerson.get(ticket.userId) ?? 0) >= perPerson) return refuseUpgrade(socket, 429)
    const entered = guarded(
      (webSocket: WebSocket) => this.#enter(webSocket, socket, ticket, name),
      (error, webSocket) => {
        this.#dependencies.log.error({ err: error }, 'a connection could not be taken')
        webSocket.terminate()
      },
    )
    const server = ticket.may === 'write' && name !== '' ? this.#server : this.#readers
    server.handleUpgrade(request, socket, head, entered)
  }

  #refuseTicket(request: IncomingMessage, socket: Socket): void {
    const address = proxies.clientOf(request)
    const tried = this.#wrong.take(address)
    if (tried.kind === 'over') return refuseUpgrade(socket, 429, { 'Retry-After': tried.retryAfterSeconds })
    this.#dependencies.log.info({ address }, 'a wrong ticket was shown')
    refuseUpgrade(socket, 401)
  }

  async #enter(socket: WebSocket, wire: Socket, ticket: CollabTicket, path: string): Promise<void> {
    const connection =
      path === ''
        ? new RoomConnection(socket, ticket, this.#dependencies.presence)
        : new Connection(socket, wire, ticket)
    if (connection instanceof Connection) this.#large.watch(socket, wire, ticket.userId)
    const waiting: Uint8Array[] = []
    let waitingBytes = 0
    let receive: (bytes: Uint8Array) => void = (bytes) => {
      waitingBytes += bytes.length
      if (waitingBytes > maxMessageBytes) connection.close(closeCodes.tooLarge, 'too much at once')
      else waiting.push(bytes)
    }
    const { perSecond } = this.#dependencies
    const burst = perSecond * burstSeconds
    let allowance = burst
    let countedAt = Date.now()
    const heard = (data: RawData) => {
      // Closed by us, and the client does not agree: it may do nothing more here.
      if (socket.readyState !== socket.OPEN) return
      const now = Date.now()
      allowance = Math.min(burst, allowance + ((now - countedAt) / 1000) * perSecond) - 1
      countedAt = now
      if (allowance < 0) return connection.close(4429, `at most ${perSecond} messages a second`)
      receive(data as Buffer)
    }
    socket.on(
      'message',
      guarded(heard, (error) => {
        this.#dependencies.log.error({ err: error }, 'a message could not be taken')
        connection.close(4503, 'it cannot be taken at the moment')
      }),
    )
    socket.on('pong', () => this.#silent.delete(socket))
    // A message that is too large, for one: it is closed with the code for that.
    socket.on('error', (error) => this.#dependencies.log.info({ err: error }, 'a connection broke'))
    this.#byPerson.set(ticket.userId, (this.#byPerson.get(ticket.userId) ?? 0) + 1)
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    const whenClosed = (work: () => void) =>
      void closed
        .then(work)
        .catch((error: unknown) => this.#dependencies.log.error({ err: error }, 'a connection was not taken leave of'))
    whenClosed(() => {
      const rest = (this.#byPerson.get(ticket.userId) ?? 1) - 1
      if (rest > 0) this.#byPerson.set(ticket.userId, rest)
      else this.#byPerson.delete(ticket.userId)
    })
    if (connection instanceof RoomConnection) {
      this.#dependencies.rights.add(connection)
      receive = (bytes) => connection.receive(bytes)
      whenClosed(() => {
        connection.leave()
        this.#dependencies.rights.remove(connection)
      })
      return
    }
    try {
      const document = await this.#dependencies.documents.open(ticket.workspaceId, path)
      if (socket.readyState !== socket.OPEN) return
      document.join(connection)
      this.#dependencies.rights.add(connection)
      whenClosed(() => {
        document.leave(connection)
        this.#dependencies.rights.remove(connection)
      })
      receive = (bytes) => document.receive(connection, bytes)
      for (const bytes of waiting.splice(0)) receive(bytes)
    } catch (error) {
      if (error instanceof TextsFull)
        return connection.close(closeCodes.full, 'too many texts are open; come back in a moment')
      this.#dependencies.log.error({ err: error }, 'a text could not be opened')
      connection.close(4503, 'it cannot be opened at the moment')
    }
  }

  #clients(): readonly WebSocket[] {
    return [...this.#server.clients, ...this.#readers.clients]
  }

  #ping(): void {
    for (const socket of this.#clients()) {
      const isSending = this.#large.isAlive(socket)
      if (this.#silent.has(socket) && !isSending) socket.terminate()
      else {
        this.#silent.add(socket)
        socket.ping()
      }
    }
  }
}
