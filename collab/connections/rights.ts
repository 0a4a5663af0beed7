import type { DomainEvent } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { CollabTicket } from '@arcx/router/collab-ticket'

const tickMs = 1000
/** All are asked about as often, as a session may run out without an event, and an event may have been lost. */
const allEveryMs = 15_000
/** After an event the answer is asked for once more: another copy of the orchestrator may not have heard of it yet. */
const againMs = 3000
/** With nobody to ask for as long, nobody is let go on. */
const unansweredMs = 15_000

export type Presence = Pick<CollabTicket, 'userId' | 'workspaceId' | 'by'>
export type Right = CollabTicket['may']

/** Something that is open for somebody, as far as their rights go. */
export interface Opened {
  readonly ticket: CollabTicket
  may: Right
  close(code: number, reason: string): void
}

export interface RightsSource {
  /** What each may now, in the order of the question; null for nothing. */
  ask(present: readonly Presence[]): Promise<readonly (Right | null)[]>
  /** Whether events that change rights arrive; while they do not, all are asked about each second. */
  hears(): boolean
}

/** Holds open connections against what their people may do now: asks when an event says that it may be another. */
export class RightsWatch {
  readonly #source: RightsSource
  readonly #log: Log
  readonly #connections = new Set<Opened>()
  /** Those to be asked about, and when: milliseconds since 1970, ascending. */
  readonly #due = new Map<Opened, readonly number[]>()
  readonly #timer: NodeJS.Timeout
  #allAskedAt = Date.now()
  #unansweredSince: number | null = null
  #asking = false

  constructor(source: RightsSource, log: Log) {
    this.#source = source
    this.#log = log
    this.#timer = setInterval(() => void this.#tick(), tickMs)
  }

  /** Its ticket may be a minute old, and from before an event that has come since. */
  add(connection: Opened): void {
    this.#connections.add(connection)
    this.#due.set(connection, [Date.now(), Date.now() + againMs])
  }

  remove(connection: Opened): void {
    this.#connections.delete(connection)
    this.#due.delete(connection)
  }

  onEvent(event: DomainEvent): void {
    const now = Date.now()
    let concerned = false
    for (const connection of this.#connections) {
      if (!mayChange(event, connection.ticket)) continue
      this.#due.set(connection, [now, now + againMs])
      concerned = true
    }
    if (concerned) void this.#tick()
  }

  close(): void {
    clearInterval(this.#timer)
  }

  async #tick(): Promise<void> {
    if (this.#asking) return
    const asked = this.#toAsk()
    if (asked.length === 0) return
    this.#asking = true
    try {
      await this.#ask(asked)
      this.#unansweredSince = null
    } catch (error) {
      this.#log.warn({ err: error }, 'nobody says what people may do')
      this.#unansweredSince ??= Date.now()
      if (Date.now() - this.#unansweredSince > unansweredMs)
        for (const connection of this.#connections) connection.close(4503, 'nobody says what you may do')
    } finally {
      this.#asking = false
    }
    // What an event made due meanwhile does not wait for the timer.
    if (this.#unansweredSince === null && this.#dueNow().length > 0) void this.#tick()
  }

  #toAsk(): readonly Opened[] {
    const now = Date.now()
    if (this.#connections.size === 0) {
      this.#unansweredSince = null
      this.#allAskedAt = now
    }
    const all = this.#unansweredSince !== null || !this.#source.hears() || now - this.#allAskedAt >= allEveryMs
    if (all) this.#allAskedAt = now
    const asked = all ? [...this.#connections] : this.#dueNow()
    for (const connection of asked) {
      const later = this.#due.get(connection)?.filter((at) => at > now) ?? []
      if (later.length > 0) this.#due.set(connection, later)
      else this.#due.delete(connection)
    }
    return asked
  }

  #dueNow(): readonly Opened[] {
    const now = Date.now()
    return [...this.#due].filter(([, [at = Infinity]]) => at <= now).map(([connection]) => connection)
  }

  async #ask(connections: readonly Opened[]): Promise<void> {
    const present = [
      ...new Map(
        connections.map(({ ticket: { userId, workspaceId, by } }) => [
          keyOf(by, workspaceId),
          { userId, workspaceId, by },
        ]),
      ),
    ]
    const rights = await this.#source.ask(present.map(([, each]) => each))
    const now = new Map(present.map(([key], index) => [key, rights[index] ?? null]))
    for (const connection of connections) {
      const may = now.get(keyOf(connection.ticket.by, connection.ticket.workspaceId)) ?? null
      if (may === null) connection.close(4403, 'you may not be here any more')
      else if (connection.ticket.may === 'write') connection.may = may
    }
  }
}

const keyOf = (by: CollabTicket['by'], workspaceId: string) => `${by.via} ${by.id} ${workspaceId}`

/** Whether somebody with this ticket may have other rights after the event. */
function mayChange(event: DomainEvent, { userId, by, workspaceId, teamId }: CollabTicket): boolean {
  switch (event.type) {
    case 'teams.changed':
      return event.teamId === teamId || event.userIds.some((changed) => changed === userId)
    case 'identity.session-ended':
      return by.via === 'session' && by.id === event.sessionId
    case 'identity.token-ended':
      return by.via === 'token' && by.id === event.tokenId
    case 'identity.account-changed':
      return event.userId === userId
    case 'workspaces.removed':
      return event.workspaceId === workspaceId
    case 'workflows.run-changed':
      return false
    case 'workspaces.changed': {
      const { workspace } = event
      // A start tells of each of its steps.
      return workspace.id === workspaceId && (workspace.teamId !== teamId || !isOf(userId, workspace.ownerId))
    }
  }
}

const isOf = (userId: string, ownerId: string | null): boolean => ownerId === null || ownerId === userId
