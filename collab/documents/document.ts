import { createDecoder, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding'
import { createEncoder, length, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding'
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import { readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync'
import { Doc, applyUpdate, decodeUpdate } from 'yjs'
import { z } from 'zod'
import type { Log } from '@arcx/service-kit/log'
import type { Connection } from '../connections/connection.ts'
import type { DocumentStore, StoredDocument } from './store.ts'

/** Of y-websocket's protocol. */
const messages = { sync: 0, awareness: 1, queryAwareness: 3 } as const
const syncSteps = { step1: 0, step2: 1, update: 2 } as const
const AwarenessState = z.looseObject({ user: z.looseObject({}).optional().catch(undefined) }).nullable()
const maxBytes = 16 * 1024 * 1024
const tailBeforeCompaction = 500

export const closeCodes = { malformed: 4400, forbidden: 4403, tooLarge: 4413, unavailable: 4503 } as const

interface Pending {
  readonly update: Uint8Array
  readonly from: Connection
}

/**
 * One text that several write at once (Yjs, on y-protocols' sync and awareness). What somebody writes is stored before
 * anybody else sees it, so that what has been seen is never lost.
 */
export class Document {
  readonly #doc = new Doc()
  readonly #awareness = new Awareness(this.#doc)
  readonly #store: DocumentStore
  readonly #log: Log
  readonly #id: string
  /** With the awareness clients that each speaks for. */
  readonly #connections = new Map<Connection, Set<number>>()
  #pending: Pending[] = []
  #storing: Promise<void> | null = null
  #tail: number
  #bytes: number

  constructor({ id, state, tail }: StoredDocument, store: DocumentStore, log: Log) {
    this.#id = id
    this.#store = store
    this.#log = log
    this.#tail = tail
    this.#bytes = state?.length ?? 0
    if (state !== null) applyUpdate(this.#doc, state)
    // Whoever is here says so by a connection.
    this.#awareness.setLocalState(null)
    this.#awareness.on('update', ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }) => {
      const bytes = message(messages.awareness, (encoder) => writeVarUint8Array(encoder, encodeAwarenessUpdate(this.#awareness, [...added, ...updated, ...removed])))
      for (const connection of this.#connections.keys()) connection.send(bytes)
    })
  }

  get isUnused(): boolean {
    return this.#connections.size === 0 && this.#storing === null
  }

  join(connection: Connection): void {
    this.#connections.set(connection, new Set())
    connection.send(message(messages.sync, (encoder) => writeSyncStep1(encoder, this.#doc)))
    const here = [...this.#awareness.getStates().keys()]
    if (here.length > 0) connection.send(message(messages.awareness, (encoder) => writeVarUint8Array(encoder, encodeAwarenessUpdate(this.#awareness, here))))
  }

  leave(connection: Connection): void {
    const clients = this.#connections.get(connection)
    this.#connections.delete(connection)
    if (clients !== undefined) removeAwarenessStates(this.#awareness, [...clients], connection)
  }

  /** What a connection sends; one that sends what is no message of the protocol, or may not, is closed. */
  receive(connection: Connection, bytes: Uint8Array): void {
    try {
      const decoder = createDecoder(bytes)
      switch (readVarUint(decoder)) {
        case messages.sync:
          return this.#sync(connection, bytes)
        case messages.awareness:
          return this.#aware(connection, readVarUint8Array(decoder))
        case messages.queryAwareness:
          return connection.send(message(messages.awareness, (encoder) => writeVarUint8Array(encoder, encodeAwarenessUpdate(this.#awareness, [...this.#awareness.getStates().keys()]))))
        default:
          connection.close(closeCodes.malformed, 'no message of this protocol')
      }
    } catch (error) {
      this.#log.info({ err: error }, 'a message was malformed')
      connection.close(closeCodes.malformed, 'malformed message')
    }
  }

  /** Resolves once all that came is stored. */
  async close(): Promise<void> {
    for (const connection of this.#connections.keys()) connection.close(closeCodes.unavailable, 'restarting')
    await this.#storing
    this.#awareness.destroy()
    this.#doc.destroy()
  }

  #sync(connection: Connection, bytes: Uint8Array): void {
    const decoder = createDecoder(bytes)
    readVarUint(decoder)
    const step = readVarUint(decoder)
    if (step === syncSteps.step1) {
      const encoder = createEncoder()
      writeVarUint(encoder, messages.sync)
      const asked = createDecoder(bytes)
      readVarUint(asked)
      readSyncMessage(asked, encoder, this.#doc, connection)
      if (length(encoder) > 1) connection.send(toUint8Array(encoder))
      return
    }
    if (step !== syncSteps.step2 && step !== syncSteps.update) return connection.close(closeCodes.malformed, 'no step of this protocol')
    const update = readVarUint8Array(decoder)
    // What cannot be read is not stored.
    const { structs, ds } = decodeUpdate(update)
    if (structs.length === 0 && ds.clients.size === 0) return
    if (connection.may !== 'write') return connection.close(closeCodes.forbidden, 'you may not write here')
    if (this.#bytes + update.length > maxBytes) return connection.close(closeCodes.tooLarge, `a text has at most ${maxBytes / 2 ** 20} MB`)
    this.#bytes += update.length
    this.#pending.push({ update, from: connection })
    this.#storing ??= this.#storePending()
  }

  /** While one batch is on its way, the next gathers. */
  async #storePending(): Promise<void> {
    await Promise.resolve()
    while (this.#pending.length > 0) {
      const batch = this.#pending
      this.#pending = []
      try {
        await this.#store.append(this.#id, batch.map(({ update, from }) => ({ update, userId: from.ticket.userId })))
      } catch (error) {
        this.#log.error({ err: error }, 'a text could not be stored')
        // Nobody goes on as if it were: each keeps what it has, and brings it along when it comes back.
        for (const connection of this.#connections.keys()) connection.close(closeCodes.unavailable, 'it cannot be stored at the moment')
        continue
      }
      for (const { update, from } of batch) {
        applyUpdate(this.#doc, update, from)
        const bytes = message(messages.sync, (encoder) => writeUpdate(encoder, update))
        for (const connection of this.#connections.keys()) if (connection !== from) connection.send(bytes)
      }
      this.#tail += batch.length
      if (this.#tail >= tailBeforeCompaction) await this.#compact()
    }
    this.#storing = null
  }

  async #compact(): Promise<void> {
    try {
      await this.#store.compact(this.#id)
      this.#tail = 0
    } catch (error) {
      this.#log.warn({ err: error }, 'a text was not compacted')
    }
  }

  /**
   * Cursors and the like. Stock clients repeat what they hear of others, so what is not their own is left out; and who
   * somebody is comes from the ticket, whatever the message says.
   */
  #aware(connection: Connection, update: Uint8Array): void {
    const { userId: id, login, name } = connection.ticket
    const decoder = createDecoder(update)
    const count = readVarUint(decoder)
    const own: { readonly client: number; readonly clock: number; readonly state: string }[] = []
    for (let index = 0; index < count; index += 1) {
      const [client, clock, state] = [readVarUint(decoder), readVarUint(decoder), AwarenessState.parse(JSON.parse(readVarString(decoder)))]
      if (!this.#speaksFor(connection, client)) continue
      own.push({ client, clock, state: JSON.stringify(state === null ? null : { ...state, user: { ...state.user, id, login, name } }) })
    }
    if (own.length === 0) return
    const encoder = createEncoder()
    writeVarUint(encoder, own.length)
    for (const { client, clock, state } of own) {
      writeVarUint(encoder, client)
      writeVarUint(encoder, clock)
      writeVarString(encoder, state)
    }
    applyAwarenessUpdate(this.#awareness, toUint8Array(encoder), connection)
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
}

function message(kind: number, write: (encoder: ReturnType<typeof createEncoder>) => void): Uint8Array {
  const encoder = createEncoder()
  writeVarUint(encoder, kind)
  write(encoder)
  return toUint8Array(encoder)
}
