import { STATUS_CODES } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import type { Log } from '@arcx/service-kit/log'
import type { CollabTicket, Tickets } from '@arcx/service-kit/tickets'
import { closeCodes } from '../documents/document.ts'
import { TextsFull } from '../documents/documents.ts'
import type { Documents } from '../documents/documents.ts'
import type { Presence } from '@arcx/service-kit/presence/presence'
import { RoomConnection } from '../rooms/room.ts'
import { Connection } from './connection.ts'
import type { RightsWatch } from './rights.ts'

const maxMessageBytes = 4 * 1024 * 1024
const maxPathLength = 1000
const perPerson = 100
/** As many at once as in so many seconds. */
const burstSeconds = 10
/** One that was asked twice and said nothing is gone. */
const pingMs = 4000

export interface EntranceNeeds {
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
  readonly #needs: EntranceNeeds
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false })
  readonly #byPerson = new Map<string, number>()
  readonly #silent = new WeakSet<WebSocket>()
  readonly #timer: NodeJS.Timeout

  constructor(server: Server, needs: EntranceNeeds) {
    this.#needs = needs
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    this.#timer = setInterval(() => this.#ping(), pingMs)
  }

  get count(): number {
    return this.#server.clients.size
  }

  get waitingBytes(): number {
    let sum = 0
    for (const { bufferedAmount } of this.#server.clients) sum += bufferedAmount
    return sum
  }

  close(): void {
    clearInterval(this.#timer)
    for (const socket of this.#server.clients) socket.close(4503, 'restarting')
    this.#server.close()
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy())
    const { origin } = request.headers
    // Gitpod CVE-2023-0957: a page of anybody's may not come in with what a browser holds.
    if (origin !== undefined && !this.#needs.origins.includes(origin)) return refuse(socket, 403)
    const url = new URL(request.url ?? '/', 'http://team-state')
    const [, workspaceId = '', path = ''] = /^\/workspaces\/([0-9a-f-]{36})(?:\/(.+))?$/.exec(url.pathname) ?? []
    const ticket = this.#needs.tickets.read(url.searchParams.get('ticket') ?? '')
    if (ticket === null) return refuse(socket, 401)
    const name = decoded(path)
    if (name === null || name.length > maxPathLength) return refuse(socket, 400)
    if (ticket.workspaceId !== workspaceId) return refuse(socket, 403)
    if ((this.#byPerson.get(ticket.userId) ?? 0) >= perPerson) return refuse(socket, 429)
    this.#server.handleUpgrade(request, socket, head, (webSocket) => void this.#enter(webSocket, socket, ticket, name))
  }

  async #enter(socket: WebSocket, wire: Duplex, ticket: CollabTicket, path: string): Promise<void> {
    const connection = path === '' ? new RoomConnection(socket, ticket, this.#needs.presence) : new Connection(socket, wire, ticket)
    const waiting: Uint8Array[] = []
    let receive: (bytes: Uint8Array) => void = (bytes) => void waiting.push(bytes)
    const { perSecond } = this.#needs
    const burst = perSecond * burstSeconds
    let allowance = burst
    let countedAt = Date.now()
    socket.on('message', (data) => {
      const now = Date.now()
      allowance = Math.min(burst, allowance + ((now - countedAt) / 1000) * perSecond) - 1
      countedAt = now
      if (allowance < 0) return connection.close(4429, `at most ${perSecond} messages a second`)
      receive(data as Buffer)
    })
    socket.on('pong', () => this.#silent.delete(socket))
    // A message that is too large, for one: it is closed with the code for that.
    socket.on('error', (error) => this.#needs.log.info({ err: error }, 'a connection broke'))
    this.#byPerson.set(ticket.userId, (this.#byPerson.get(ticket.userId) ?? 0) + 1)
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()))
    void closed.then(() => {
      const rest = (this.#byPerson.get(ticket.userId) ?? 1) - 1
      if (rest > 0) this.#byPerson.set(ticket.userId, rest)
      else this.#byPerson.delete(ticket.userId)
    })
    if (connection instanceof RoomConnection) {
      this.#needs.rights.add(connection)
      receive = (bytes) => connection.receive(bytes)
      void closed.then(() => {
        connection.leave()
        this.#needs.rights.remove(connection)
      })
      return
    }
    try {
      const document = await this.#needs.documents.open(ticket.workspaceId, path)
      if (socket.readyState !== socket.OPEN) return
      document.join(connection)
      this.#needs.rights.add(connection)
      void closed.then(() => {
        document.leave(connection)
        this.#needs.rights.remove(connection)
      })
      receive = (bytes) => document.receive(connection, bytes)
      for (const bytes of waiting.splice(0)) receive(bytes)
    } catch (error) {
      if (error instanceof TextsFull) return connection.close(closeCodes.full, 'too many texts are open; come back in a moment')
      this.#needs.log.error({ err: error }, 'a text could not be opened')
      connection.close(4503, 'it cannot be opened at the moment')
    }
  }

  #ping(): void {
    for (const socket of this.#server.clients) {
      if (this.#silent.has(socket)) socket.terminate()
      else {
        this.#silent.add(socket)
        socket.ping()
      }
    }
  }
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null
  }
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
