import { z } from 'zod'
import type { Log } from '@arcx/service-kit/log'
import type { CollabTicket } from '@arcx/service-kit/tickets'

const everyMs = 1000
/** With nobody to ask for as long, nobody is let go on. */
const unansweredMs = 15_000
const Rights = z.array(z.enum(['read', 'write']).nullable())

const keyOf = (by: CollabTicket['by'], workspaceId: string) => `${by.via} ${by.id} ${workspaceId}`

/** Something that is open for somebody, as far as their rights go. */
export interface Opened {
  readonly ticket: CollabTicket
  may: CollabTicket['may']
  close(code: number, reason: string): void
}

/** Holds open connections against what their people may do now. */
export class RightsWatch {
  readonly #url: string
  readonly #token: string
  readonly #log: Log
  readonly #connections = new Set<Opened>()
  readonly #timer: NodeJS.Timeout
  #answeredAt = Date.now()
  #asking = false

  constructor(orchestratorUrl: string, token: string, log: Log) {
    this.#url = `${orchestratorUrl}/internal/collab/rights`
    this.#token = token
    this.#log = log
    this.#timer = setInterval(() => void this.#ask(), everyMs)
  }

  add(connection: Opened): void {
    this.#connections.add(connection)
  }

  remove(connection: Opened): void {
    this.#connections.delete(connection)
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #ask(): Promise<void> {
    if (this.#asking) return
    if (this.#connections.size === 0) {
      this.#answeredAt = Date.now()
      return
    }
    this.#asking = true
    try {
      const connections = [...this.#connections]
      const pairs = [
        ...new Map(
          connections.map(({ ticket: { userId, workspaceId, by } }) => [
            keyOf(by, workspaceId),
            { userId, workspaceId, by },
          ]),
        ),
      ]
      const response = await fetch(this.#url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
        body: JSON.stringify(pairs.map(([, pair]) => pair)),
        signal: AbortSignal.timeout(5000),
      })
      if (!response.ok) throw new Error(`status ${response.status}`)
      const rights = Rights.parse(await response.json())
      const now = new Map(pairs.map(([key], index) => [key, rights[index] ?? null]))
      for (const connection of connections) {
        const may = now.get(keyOf(connection.ticket.by, connection.ticket.workspaceId)) ?? null
        if (may === null) connection.close(4403, 'you may not be here any more')
        else if (connection.ticket.may === 'write') connection.may = may
      }
      this.#answeredAt = Date.now()
    } catch (error) {
      this.#log.warn({ err: error }, 'nobody says what people may do')
      if (Date.now() - this.#answeredAt > unansweredMs)
        for (const connection of this.#connections) connection.close(4503, 'nobody says what you may do')
    } finally {
      this.#asking = false
    }
  }
}
