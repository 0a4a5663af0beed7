import { createDecoder, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding'
import { createEncoder, length, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding'
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import { readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync'
import { Doc, applyUpdate, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { z } from 'zod'
import type { Log } from '@arcx/service-kit/log'
import type { Connection } from '../connections/connection.ts'
import { framed } from '../connections/frame.ts'
import type { Peers, TextListener, TextPeers } from '../peers/peers.ts'
import { piecesOf, structsOf } from '../text/assemble.ts'
import { DiskAsked, diskMessage } from '../text/protocol.ts'
import type { DiskAnswer } from '../text/protocol.ts'
import { dropWaiting } from '../text/shared-text.ts'
import { checkUpdate } from '../text/update-check.ts'
import { readAwareness, writeAwareness } from './awareness.ts'
import { UnusableAnnouncement } from './disk-store.ts'
import type { DiskStore } from './disk-store.ts'
import { TextsFull, maxTextBytes, maxTextPieces, memoryOf } from './memory.ts'
import type { TextMemory } from './memory.ts'
import type { DocumentStore } from './store.ts'

/** Of y-websocket's protocol. */
const messages = { sync: 0, awareness: 1, queryAwareness: 3 } as const
const syncSteps = { step1: 0, step2: 1, update: 2 } as const
const AwarenessState = z.looseObject({ user: z.looseObject({}).optional().catch(undefined) }).nullable()
const tailBeforeCompaction = { updates: 500, bytes: 1024 * 1024 } as const

export const closeCodes = { malformed: 4400, forbidden: 4403, tooLarge: 4413, unavailable: 4503, full: 4507 } as const

/** What came from other copies of team-state, directly or by PostgreSQL. */
const fromPeers = Symbol('peers')

export interface DocumentNeeds {
  readonly store: DocumentStore
  readonly disk: DiskStore
  readonly peers: Peers
  readonly memory: TextMemory
  readonly log: Log
}

interface Pending {
  readonly update: Uint8Array
  readonly pieces: number
  readonly from: Connection
}

/**
 * One text that several write at once (Yjs, on y-protocols' sync and awareness). What somebody writes is stored before
 * anybody else sees it, so that what has been seen is never lost.
 */
export class Document implements TextListener {
  #doc = new Doc()
  /** Something was applied to it in part alone, and it is to be made anew of what is stored. */
  #isBroken = false
  readonly #awareness = new Awareness(new Doc())
  readonly #needs: DocumentNeeds
  readonly #id: string
  #peers: TextPeers | null = null
  /** Cursors of those who are connected to other copies, by copy. */
  readonly #elsewhere = new Map<string, Set<number>>()
  /** With the awareness clients that each speaks for. */
  readonly #connections = new Map<Connection, Set<number>>()
  #pending: Pending[] = []
  /** Of updates that are not stored yet. */
  #pendingBytes = 0
  #pendingPieces = 0
  #storing: Promise<void> | null = null
  /** What stands behind the snapshot, in PostgreSQL. */
  #tail = { updates: 0, bytes: 0 }
  #compacting: Promise<void> | null = null
  /** Of the snapshot and all since. */
  #bytes = 0
  #pieces = 0
  /** Of its memory, what is counted among that of all texts. */
  #counted = 0
  #isClosed = false
  #gaps = 0

  /** @throws when it cannot be read. */
  static async open(id: string, needs: DocumentNeeds): Promise<Document> {
    const document = new Document(id, needs)
    try {
      // Heard first and read then, so that nothing falls between.
      document.#peers = await needs.peers.join(id, document)
      await document.#read()
      return document
    } catch (error) {
      await document.close()
      throw error
    }
  }

  private constructor(id: string, needs: DocumentNeeds) {
    this.#id = id
    this.#needs = needs
    // Whoever is here says so by a connection.
    this.#awareness.setLocalState(null)
    this.#awareness.on(
      'update',
      ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }, origin: unknown) => {
        const update = encodeAwarenessUpdate(this.#awareness, [...added, ...updated, ...removed])
        this.#send(message(messages.awareness, (encoder) => writeVarUint8Array(encoder, update)))
        if (origin !== fromPeers) this.#peers?.tellAwareness(update)
      },
    )
  }

  get isUnused(): boolean {
    return this.#connections.size === 0 && this.#storing === null && this.#gaps === 0
  }

  /** About what it takes in memory. */
  get bytes(): number {
    return memoryOf(this.#bytes + this.#pendingBytes, this.#pieces + this.#pendingPieces)
  }

  #count(): void {
    const now = this.#isClosed ? 0 : this.bytes
    this.#needs.memory.change(now - this.#counted)
    this.#counted = now
  }

  join(connection: Connection): void {
    // It was forgotten in the moment in which somebody came: they come again at once.
    if (this.#isClosed) return connection.close(closeCodes.unavailable, 'opened again')
    this.#connections.set(connection, new Set())
    connection.send(message(messages.sync, (encoder) => writeSyncStep1(encoder, this.#doc)))
    const here = [...this.#awareness.getStates().keys()]
    if (here.length > 0)
      connection.send(
        message(messages.awareness, (encoder) =>
          writeVarUint8Array(encoder, encodeAwarenessUpdate(this.#awareness, here)),
        ),
      )
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
        case diskMessage:
          return void this.#disk(connection, readVarString(decoder)).catch((error: unknown) =>
            this.#malformed(connection, error),
          )
        case messages.queryAwareness:
          return connection.send(
            message(messages.awareness, (encoder) =>
              writeVarUint8Array(
                encoder,
                encodeAwarenessUpdate(this.#awareness, [...this.#awareness.getStates().keys()]),
              ),
            ),
          )
        default:
          connection.close(closeCodes.malformed, 'no message of this protocol')
      }
    } catch (error) {
      this.#malformed(connection, error)
    }
  }

  #malformed(connection: Connection, error: unknown): void {
    this.#needs.log.info({ err: error }, 'a message was malformed')
    connection.close(closeCodes.malformed, 'malformed message')
  }

  onUpdate(update: Uint8Array): void {
    this.#grown([{ update, pieces: piecesOf(update) }])
    if (this.#applied(update, fromPeers)) this.#send(message(messages.sync, (encoder) => writeUpdate(encoder, update)))
  }

  /** What cannot be applied is left out when the text is read again, of which everybody else notices nothing. */
  #applied(update: Uint8Array, origin: unknown): boolean {
    try {
      if (!this.#isBroken) {
        applyUpdate(this.#doc, update, origin)
        if (!dropWaiting(this.#doc)) return true
        // Other copies may tell in another order than they have stored.
        this.#needs.log.warn({}, 'an update stands beside something that is not known')
        this.#isBroken = true
      }
    } catch (error) {
      this.#needs.log.error({ err: error }, 'an update that is stored could not be applied')
      this.#isBroken = true
    }
    this.onGap()
    return false
  }

  onAwareness(update: Uint8Array, copy: string): void {
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

  onWhoIsHere(): void {
    const here = [...this.#connections.values()]
      .flatMap((clients) => [...clients])
      .filter((client) => this.#awareness.getStates().has(client))
    if (here.length > 0) this.#peers?.tellAwareness(encodeAwarenessUpdate(this.#awareness, here))
  }

  onGap(): void {
    this.#gaps += 1
    if (this.#gaps === 1) void this.#readAgain()
  }

  onCopyGone(copy: string): void {
    const clients = [...(this.#elsewhere.get(copy) ?? [])].filter((client) => !this.#isHere(client))
    this.#elsewhere.delete(copy)
    if (clients.length > 0) removeAwarenessStates(this.#awareness, clients, fromPeers)
  }

  /** Resolves once all that came is stored. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#count()
    for (const connection of this.#connections.keys()) connection.close(closeCodes.unavailable, 'restarting')
    await this.#storing
    await this.#compacting
    this.#peers?.close()
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
    if (step !== syncSteps.step2 && step !== syncSteps.update)
      return connection.close(closeCodes.malformed, 'no step of this protocol')
    const update = readVarUint8Array(decoder)
    // What cannot be used is not stored.
    const { isEmpty, pieces } = checkUpdate(update)
    if (isEmpty) return
    if (connection.may !== 'write') return connection.close(closeCodes.forbidden, 'you may not write here')
    if (this.#bytes + this.#pendingBytes + update.length > maxTextBytes)
      return connection.close(closeCodes.tooLarge, `a text has at most ${maxTextBytes / 2 ** 20} MB`)
    if (this.#pieces + this.#pendingPieces + pieces > maxTextPieces)
      return connection.close(closeCodes.tooLarge, `a text has at most ${maxTextPieces} runs of letters`)
    if (!this.#needs.memory.hasRoom(memoryOf(update.length, pieces)))
      return connection.close(closeCodes.full, 'too much is open; come back in a moment')
    this.#pendingBytes += update.length
    this.#pendingPieces += pieces
    this.#count()
    this.#pending.push({ update, pieces, from: connection })
    this.#storing ??= this.#storePending()
  }

  /** What an editor's window knows of the file on disk. */
  async #disk(connection: Connection, text: string): Promise<void> {
    const asked = DiskAsked.parse(JSON.parse(text))
    const { number } = asked
    const answer = (said: DiskAnswer) =>
      connection.send(message(diskMessage, (encoder) => writeVarString(encoder, JSON.stringify(said))))
    if (connection.may !== 'write') return answer({ type: 'refused', number, message: 'You may not write here.' })
    try {
      if (asked.type === 'announce') {
        await this.#needs.disk.announce(
          this.#id,
          asked.hash,
          Buffer.from(asked.state, 'base64'),
          connection.ticket.userId,
        )
        return answer({ type: 'announced', number })
      }
      // What the window wrote before it asked is in it. Where that could not be stored the connection is closed.
      await this.#storing
      if (asked.type === 'flush') return answer({ type: 'flushed', number })
      const found = await this.#needs.disk.found(
        this.#id,
        asked.text,
        asked.from,
        asked.save,
        connection.ticket.userId,
        encodeStateAsUpdate(this.#doc),
      )
      if (found.kind === 'stale') return answer({ type: 'stale', number, hash: found.hash })
      if (found.kind === 'saving') return answer({ type: 'saving', number })
      if (found.update !== null) {
        this.onUpdate(found.update)
        this.#peers?.tellUpdate(found.update)
      }
      answer({ type: 'known', number, hash: found.hash, state: Buffer.from(found.state).toString('base64') })
    } catch (error) {
      if (error instanceof UnusableAnnouncement)
        return answer({ type: 'refused', number, message: 'What was announced is no state of that text.' })
      this.#needs.log.error({ err: error }, 'what a file holds could not be noted')
      answer({ type: 'refused', number, message: 'It cannot be noted at the moment.' })
    }
  }

  /** While one batch is on its way, the next gathers. */
  async #storePending(): Promise<void> {
    await Promise.resolve()
    while (this.#pending.length > 0) {
      const batch = this.#pending
      this.#pending = []
      this.#pendingBytes = 0
      this.#pendingPieces = 0
      try {
        await this.#needs.store.append(
          this.#id,
          batch.map(({ update, from }) => ({ update, userId: from.ticket.userId })),
        )
      } catch (error) {
        this.#needs.log.error({ err: error }, 'a text could not be stored')
        this.#count()
        // It may have been stored all the same.
        this.onGap()
        // Nobody goes on as if it were: each keeps what it has, and brings it along when it comes back.
        for (const connection of this.#connections.keys())
          connection.close(closeCodes.unavailable, 'it cannot be stored at the moment')
        continue
      }
      for (const { update, from } of batch) {
        const wasWhole = !this.#isBroken
        if (this.#applied(update, from)) {
          this.#send(
            message(messages.sync, (encoder) => writeUpdate(encoder, update)),
            from,
          )
          this.#peers?.tellUpdate(update)
          continue
        }
        // It may only have come before what it stands upon, as after a restart: stock clients come back, with all of it.
        if (wasWhole) from.close(closeCodes.unavailable, 'it is to be sent again, with what it stands upon')
        this.#peers?.tellGap()
      }
      this.#grown(batch)
    }
    this.#storing = null
  }

  /** Stored behind the snapshot, here or elsewhere. */
  #grown(updates: readonly Pick<Pending, 'update' | 'pieces'>[]): void {
    const bytes = updates.reduce((sum, { update: { length } }) => sum + length, 0)
    this.#bytes += bytes
    // What is new may also have parted what stood there.
    this.#pieces = Math.max(
      updates.reduce((sum, { pieces }) => sum + pieces, this.#pieces),
      structsOf(this.#doc),
    )
    this.#count()
    this.#tail = { updates: this.#tail.updates + updates.length, bytes: this.#tail.bytes + bytes }
    if (this.#tail.updates < tailBeforeCompaction.updates && this.#tail.bytes < tailBeforeCompaction.bytes) return
    this.#compacting ??= this.#compact().finally(() => (this.#compacting = null))
  }

  async #compact(): Promise<void> {
    const { updates, bytes } = this.#tail
    try {
      const before = this.#pieces
      const snapshot = await this.#needs.store.compact(this.#id)
      this.#tail = { updates: this.#tail.updates - updates, bytes: this.#tail.bytes - bytes }
      this.#bytes = snapshot.bytes + this.#tail.bytes
      this.#pieces = snapshot.pieces + Math.max(0, this.#pieces - before)
      this.#count()
    } catch (error) {
      this.#needs.log.warn({ err: error }, 'a text was not compacted')
    }
  }

  /**
   * Cursors and the like. Stock clients repeat what they hear of others, so what is not their own is left out; and who
   * somebody is comes from the ticket, whatever the message says.
   */
  #aware(connection: Connection, update: Uint8Array): void {
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

  /** A gap while it is being read may be behind what was read: then once more. */
  async #readAgain(): Promise<void> {
    while (this.#gaps > 0) {
      const gaps = this.#gaps
      try {
        await this.#read()
      } catch (error) {
        this.#needs.log.error({ err: error }, 'a text could not be read again')
        // Everybody brings along what they have, and is brought up to date, when they come back.
        for (const connection of this.#connections.keys())
          connection.close(closeCodes.unavailable, 'it cannot be read at the moment')
        await new Promise((resolve) => setTimeout(resolve, 1000))
        continue
      }
      this.#gaps -= gaps
    }
  }

  /** Takes in what is stored and not known yet, and passes it on. */
  async #read(): Promise<void> {
    const { doc, tail, bytes, pieces } = await this.#needs.store.load(this.#id, (bytes) => {
      if (!this.#needs.memory.hasRoom(bytes - this.#counted)) throw new TextsFull()
    })
    this.#tail = tail
    this.#bytes = bytes
    this.#pieces = pieces
    this.#count()
    const isFirst = this.#doc.store.clients.size === 0
    if (!this.#isBroken && !isFirst) {
      const before = encodeStateVector(this.#doc)
      if (this.#applied(encodeStateAsUpdate(doc, before), fromPeers)) this.#tellAll(before)
      return doc.destroy()
    }
    const former = this.#doc
    this.#doc = doc
    this.#isBroken = false
    former.destroy()
    this.#tellAll()
  }

  #tellAll(since?: Uint8Array): void {
    if (this.#connections.size > 0)
      this.#send(message(messages.sync, (encoder) => writeUpdate(encoder, encodeStateAsUpdate(this.#doc, since))))
  }

  #send(bytes: Uint8Array, except?: Connection): void {
    const frame = framed(bytes)
    for (const connection of this.#connections.keys()) if (connection !== except) connection.sendFrame(frame)
  }
}

function message(kind: number, write: (encoder: ReturnType<typeof createEncoder>) => void): Uint8Array {
  const encoder = createEncoder()
  writeVarUint(encoder, kind)
  write(encoder)
  return toUint8Array(encoder)
}
