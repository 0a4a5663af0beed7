import { writeVarUint8Array } from 'lib0/encoding'
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import { Doc } from 'yjs'
import { z } from 'zod'
import type { Connection } from '../connections/connection.ts'
import { readAwareness, writeAwareness } from './awareness.ts'
import { message, messages } from './messages.ts'

const AwarenessState = z.looseObject({ user: z.looseObject({}).optional().catch(undefined) }).nullable()

/** What came from other copies of team-state. */
const fromPeers = Symbol('peers')

export interface CursorListeners {
  /** To every connection of this copy. */
  send(bytes: Uint8Array): void
  /** To the other copies. */
  publishToPeers(update: Uint8Array): void
}

/** Who is at a text, and where: y-protocols' awareness, with who somebody is taken from their ticket. */
export class Cursors {
  readonly #awareness = new Awareness(new Doc())
  readonly #listeners: CursorListeners
  /** With the awareness clients that each speaks for. */
  readonly #connections = new Map<Connection, Set<number>>()
  /** Those who are connected to other copies, by copy. */
  readonly #elsewhere = new Map<string, Set<number>>()

  constructor(listeners: CursorListeners) {
    this.#listeners = listeners
    // Whoever is here says so by a connection.
    this.#awareness.setLocalState(null)
    this.#awareness.on(
      'update',
      ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }, origin: unknown) => {
        const update = encodeAwarenessUpdate(this.#awareness, [...added, ...updated, ...removed])
        listeners.send(messageOf(update))
        if (origin !== fromPeers) listeners.publishToPeers(update)
      },
    )
  }

  join(connection: Connection): void {
    this.#connections.set(connection, new Set())
    if (this.#awareness.getStates().size > 0) this.answer(connection)
  }

  leave(connection: Connection): void {
    const clients = this.#connections.get(connection)
    this.#connections.delete(connection)
    if (clients !== undefined) removeAwarenessStates(this.#awareness, [...clients], connection)
  }

  /** Tells a connection of all there are. */
  answer(connection: Connection): void {
    connection.send(messageOf(encodeAwarenessUpdate(this.#awareness, [...this.#awareness.getStates().keys()])))
  }

  /**
   * What a connection says. Stock clients repeat what they hear of others, so what is not their own is left out; and who
   * somebody is comes from the ticket, whatever the message says. @throws where it is malformed.
   */
  receive(connection: Connection, update: Uint8Array): void {
    const { userId: id, login, name } = connection.ticket
    const own = readAwareness(update)
      .filter(({ client }) => this.#speaksFor(connection, client))
      .map((entry) => {
        const state = AwarenessState.parse(JSON.parse(entry.state))
        return {
          ...entry,
          state: JSON.stringify(state === null ? null : { ...state, user: { ...state.user, id, login, name } }),
        }
      })
    if (own.length > 0) applyAwarenessUpdate(this.#awareness, writeAwareness(own), connection)
  }

  receiveFromPeer(update: Uint8Array, copy: string): void {
    const theirs = this.#elsewhere.get(copy) ?? new Set()
    this.#elsewhere.set(copy, theirs)
    const entries = readAwareness(update).filter(({ client, state }) => {
      // One that has come here from there is not taken away by what it left behind.
      if (this.#isHere(client)) return false
      if (state === 'null') theirs.delete(client)
      else theirs.add(client)
      return true
    })
    if (entries.length > 0) applyAwarenessUpdate(this.#awareness, writeAwareness(entries), fromPeers)
  }

  removePeer(copy: string): void {
    const clients = [...(this.#elsewhere.get(copy) ?? [])].filter((client) => !this.#isHere(client))
    this.#elsewhere.delete(copy)
    if (clients.length > 0) removeAwarenessStates(this.#awareness, clients, fromPeers)
  }

  /** Tells the other copies who is at this one. */
  tellWhoIsHere(): void {
    const here = [...this.#connections.values()]
      .flatMap((clients) => [...clients])
      .filter((client) => this.#awareness.getStates().has(client))
    if (here.length > 0) this.#listeners.publishToPeers(encodeAwarenessUpdate(this.#awareness, here))
  }

  destroy(): void {
    this.#awareness.destroy()
  }

  /** A connection has one cursor: the first that is nobody's, or that the same person had by a connection before. */
  #speaksFor(connection: Connection, client: number): boolean {
    const own = this.#connections.get(connection)
    if (own === undefined || own.has(client)) return own !== undefined
    if (own.size > 0) return false
    for (const [other, clients] of this.#connections) {
      if (!clients.has(client)) continue
      if (other.ticket.userId !== connection.ticket.userId) return false
      clients.delete(client)
    }
    own.add(client)
    return true
  }

  #isHere(client: number): boolean {
    for (const clients of this.#connections.values()) if (clients.has(client)) return true
    return false
  }
}

const messageOf = (update: Uint8Array): Uint8Array =>
  message(messages.awareness, (encoder) => writeVarUint8Array(encoder, update))
