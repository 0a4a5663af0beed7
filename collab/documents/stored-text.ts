import { Doc, applyUpdate, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import type { Log } from '@arcx/service-kit/log'
import type { Connection } from '../connections/connection.ts'
import { piecesOf, structsOf } from '../text/assemble.ts'
import { dropWaiting } from '../text/shared-text.ts'
import { TextsFull, maxTextBytes, maxTextPieces, memoryOf } from './memory.ts'
import type { TextMemory } from './memory.ts'
import { closeCodes } from './messages.ts'
import type { DocumentStore } from './store.ts'

const tailBeforeCompaction = { updates: 500, bytes: 1024 * 1024 } as const
const readAgainMs = 1000

/** What came from other copies of team-state, directly or by PostgreSQL. */
const fromPeers = Symbol('peers')

export interface TextListeners {
  /** Stored, and part of the text now: for everybody but whom it came from. */
  onWritten(update: Uint8Array, from: Connection): void
  /** Stored, but it cannot be applied here. `isFirst`: the text was whole until then. */
  onUnusable(from: Connection, isFirst: boolean): void
  /** Read from the store: what is new since a state vector, or all of it, is for everybody. */
  onRead(since?: Uint8Array): void
  /** It can be neither written nor read at the moment: nobody goes on as if it could. */
  onUnavailable(reason: string): void
}

export interface StoredTextDependencies {
  readonly store: DocumentStore
  readonly memory: TextMemory
  readonly log: Log
}

interface Pending {
  readonly update: Uint8Array
  readonly pieces: number
  readonly from: Connection
}

/** A Yjs text of which PostgreSQL has every update before anybody sees it. */
export class StoredText {
  #doc = new Doc()
  /** The whole text's state as it was just read, until it becomes another or somebody has asked for it. */
  #readState: Uint8Array | null = null
  /** Something was applied to it in part alone, and it is to be made anew of what is stored. */
  #isBroken = false
  readonly #id: string
  readonly #dependencies: StoredTextDependencies
  readonly #listeners: TextListeners
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

  constructor(id: string, dependencies: StoredTextDependencies, listeners: TextListeners) {
    this.#id = id
    this.#dependencies = dependencies
    this.#listeners = listeners
  }

  get doc(): Doc {
    return this.#doc
  }

  /** The whole text's state, for whom it is new. */
  takeState(): Uint8Array {
    const state = this.#readState ?? encodeStateAsUpdate(this.#doc)
    // Whoever opens a text asks first; for later ones it would take the text's memory twice.
    this.#readState = null
    return state
  }

  get isIdle(): boolean {
    return this.#storing === null && this.#gaps === 0
  }

  /** About what it takes in memory. */
  get bytes(): number {
    return memoryOf(this.#bytes + this.#pendingBytes, this.#pieces + this.#pendingPieces)
  }

  /** Why no more of it is taken, where that is so. */
  refusalOf(update: Uint8Array, pieces: number): { readonly code: number; readonly reason: string } | null {
    if (this.#bytes + this.#pendingBytes + update.length > maxTextBytes)
      return { code: closeCodes.tooLarge, reason: `a text has at most ${maxTextBytes / 2 ** 20} MB` }
    if (this.#pieces + this.#pendingPieces + pieces > maxTextPieces)
      return { code: closeCodes.tooLarge, reason: `a text has at most ${maxTextPieces} runs of letters` }
    if (!this.#dependencies.memory.hasRoom(memoryOf(update.length, pieces)))
      return { code: closeCodes.full, reason: 'too much is open; come back in a moment' }
    return null
  }

  /** Stores it, and then makes it part of the text. */
  write(update: Uint8Array, pieces: number, from: Connection): void {
    this.#pendingBytes += update.length
    this.#pendingPieces += pieces
    this.#count()
    this.#pending.push({ update, pieces, from })
    this.#storing ??= this.#storePending()
  }

  /** Takes in what is stored already; whether it is part of the text now. */
  takeIn(update: Uint8Array): boolean {
    this.#grown([{ update, pieces: piecesOf(update) }])
    return this.#applied(update, fromPeers)
  }

  /** Resolves once all that was written until now is stored, or is not and its connections are closed. */
  async stored(): Promise<void> {
    await this.#storing
  }

  /** Something that is stored may be missing here. */
  onGap(): void {
    this.#gaps += 1
    if (this.#gaps === 1) void this.#readAgain()
  }

  /** Takes in what is stored and not known yet, and passes it on. @throws when it cannot be read. */
  async read(): Promise<void> {
    const { memory, store } = this.#dependencies
    const { doc, state, tail, bytes, pieces } = await store.load(this.#id, (wanted) => {
      if (!memory.hasRoom(wanted - this.#counted)) throw new TextsFull()
    })
    this.#tail = tail
    this.#bytes = bytes
    this.#pieces = pieces
    this.#count()
    const isFirst = this.#doc.store.clients.size === 0
    if (!this.#isBroken && !isFirst) {
      const before = encodeStateVector(this.#doc)
      if (this.#applied(encodeStateAsUpdate(doc, before), fromPeers)) this.#listeners.onRead(before)
      return doc.destroy()
    }
    const former = this.#doc
    this.#doc = doc
    this.#readState = state
    this.#isBroken = false
    former.destroy()
    this.#listeners.onRead()
  }

  /** Its memory is counted no more. */
  stopCounting(): void {
    this.#isClosed = true
    this.#count()
  }

  /** Resolves once all that came is stored. */
  async close(): Promise<void> {
    await this.#storing
    await this.#compacting
    this.#doc.destroy()
  }

  #count(): void {
    const now = this.#isClosed ? 0 : this.bytes
    this.#dependencies.memory.change(now - this.#counted)
    this.#counted = now
  }

  /** What cannot be applied is left out when the text is read again, of which everybody else notices nothing. */
  #applied(update: Uint8Array, origin: unknown): boolean {
    const { log } = this.#dependencies
    this.#readState = null
    try {
      if (!this.#isBroken) {
        applyUpdate(this.#doc, update, origin)
        if (!dropWaiting(this.#doc)) return true
        // Other copies may tell in another order than they have stored.
        log.warn({}, 'an update stands beside something that is not known')
        this.#isBroken = true
      }
    } catch (error) {
      log.error({ err: error }, 'an update that is stored could not be applied')
      this.#isBroken = true
    }
    this.onGap()
    return false
  }

  /** While one batch is on its way, the next gathers. */
  async #storePending(): Promise<void> {
    const { store, log } = this.#dependencies
    await Promise.resolve()
    while (this.#pending.length > 0) {
      const batch = this.#pending
      this.#pending = []
      this.#pendingBytes = 0
      this.#pendingPieces = 0
      try {
        await store.append(
          this.#id,
          batch.map(({ update, from }) => ({ update, userId: from.ticket.userId })),
        )
      } catch (error) {
        log.error({ err: error }, 'a text could not be stored')
        this.#count()
        // It may have been stored all the same.
        this.onGap()
        this.#listeners.onUnavailable('it cannot be stored at the moment')
        continue
      }
      for (const { update, from } of batch) {
        const wasWhole = !this.#isBroken
        if (this.#applied(update, from)) this.#listeners.onWritten(update, from)
        else this.#listeners.onUnusable(from, wasWhole)
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
    const { store, log } = this.#dependencies
    const { updates, bytes } = this.#tail
    try {
      const before = this.#pieces
      const snapshot = await store.compact(this.#id)
      this.#tail = { updates: this.#tail.updates - updates, bytes: this.#tail.bytes - bytes }
      this.#bytes = snapshot.bytes + this.#tail.bytes
      this.#pieces = snapshot.pieces + Math.max(0, this.#pieces - before)
      this.#count()
    } catch (error) {
      log.warn({ err: error }, 'a text was not compacted')
    }
  }

  /** A gap while it is being read may be behind what was read: then once more. */
  async #readAgain(): Promise<void> {
    while (this.#gaps > 0) {
      const gaps = this.#gaps
      try {
        await this.read()
      } catch (error) {
        this.#dependencies.log.error({ err: error }, 'a text could not be read again')
        // Everybody brings along what they have, and is brought up to date, when they come back.
        this.#listeners.onUnavailable('it cannot be read at the moment')
        await new Promise((resolve) => setTimeout(resolve, readAgainMs))
        continue
      }
      this.#gaps -= gaps
    }
  }
}
