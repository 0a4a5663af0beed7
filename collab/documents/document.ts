import { createDecoder, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding'
import { writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding'
import { writeSyncStep1, writeUpdate } from 'y-protocols/sync'
import { encodeStateAsUpdate } from 'yjs'
import type { Log } from '@arcx/service-kit/log'
import type { Connection } from '../connections/connection.ts'
import type { Peers, TextListener, TextPeers } from '../peers/peers.ts'
import { diskMessage } from '../text/protocol.ts'
import { checkUpdate } from '../text/update-check.ts'
import { Audience } from './audience.ts'
import { Cursors } from './cursors.ts'
import { DiskQuestions } from './disk-questions.ts'
import type { DiskStore } from './disk-store.ts'
import type { TextMemory } from './memory.ts'
import { closeCodes, message, messages, syncSteps } from './messages.ts'
import type { DocumentStore } from './store.ts'
import { StoredText } from './stored-text.ts'

export interface DocumentDependencies {
  readonly store: DocumentStore
  readonly disk: DiskStore
  readonly peers: Peers
  readonly memory: TextMemory
  readonly log: Log
}

/** Whether a state vector knows of no client. */
const isNothing = (stateVector: Uint8Array): boolean => stateVector.length === 1 && stateVector[0] === 0

/**
 * One text that several write at once (Yjs, on y-protocols' sync and awareness). What somebody writes is stored before
 * anybody else sees it, so that what has been seen is never lost.
 */
export class Document implements TextListener {
  readonly #log: Log
  readonly #audience = new Audience()
  readonly #text: StoredText
  readonly #cursors: Cursors
  readonly #disk: DiskQuestions
  #peers: TextPeers | null = null
  #isClosed = false

  /** @throws when it cannot be read. */
  static async open(id: string, dependencies: DocumentDependencies): Promise<Document> {
    const document = new Document(id, dependencies)
    try {
      // Heard first and read then, so that nothing falls between.
      document.#peers = await dependencies.peers.join(id, document)
      await document.#text.read()
      return document
    } catch (error) {
      await document.close()
      throw error
    }
  }

  private constructor(id: string, { store, disk, memory, log }: DocumentDependencies) {
    this.#log = log
    this.#text = new StoredText(
      id,
      { store, memory, log },
      {
        onWritten: (update, from) => {
          this.#send(update, from)
          this.#peers?.publishUpdate(update)
        },
        onUnusable: (from, isFirst) => {
          // It may only have come before what it stands upon, as after a restart: stock clients come back, with all of it.
          if (isFirst) from.close(closeCodes.unavailable, 'it is to be sent again, with what it stands upon')
          this.#peers?.publishGap()
        },
        onRead: (since) => {
          if (this.#audience.size > 0) this.#send(encodeStateAsUpdate(this.#text.doc, since))
        },
        // Each keeps what it has, and brings it along when it comes back.
        onUnavailable: (reason) => this.#audience.close(closeCodes.unavailable, reason),
      },
    )
    this.#cursors = new Cursors({
      send: (bytes) => this.#audience.send(bytes),
      publishToPeers: (update) => this.#peers?.publishAwareness(update),
    })
    this.#disk = new DiskQuestions(id, {
      disk,
      text: this.#text,
      log,
      onFound: (update) => {
        this.onUpdate(update)
        this.#peers?.publishUpdate(update)
      },
    })
  }

  get isUnused(): boolean {
    return this.#audience.size === 0 && this.#text.isIdle
  }

  /** About what it takes in memory. */
  get bytes(): number {
    return this.#text.bytes
  }

  join(connection: Connection): void {
    // It was forgotten in the moment in which somebody came: they come again at once.
    if (this.#isClosed) return connection.close(closeCodes.unavailable, 'opened again')
    this.#audience.add(connection)
    connection.send(message(messages.sync, (encoder) => writeSyncStep1(encoder, this.#text.doc)))
    this.#cursors.join(connection)
  }

  leave(connection: Connection): void {
    this.#audience.delete(connection)
    this.#cursors.leave(connection)
  }

  /** What a connection sends; one that sends what is no message of the protocol, or may not, is closed. */
  receive(connection: Connection, bytes: Uint8Array): void {
    try {
      const decoder = createDecoder(bytes)
      switch (readVarUint(decoder)) {
        case messages.sync:
          return this.#sync(connection, bytes)
        case messages.awareness:
          return this.#cursors.receive(connection, readVarUint8Array(decoder))
        case diskMessage:
          return void this.#answerDisk(connection, readVarString(decoder))
        case messages.queryAwareness:
          return this.#cursors.answer(connection)
        default:
          connection.close(closeCodes.malformed, 'no message of this protocol')
      }
    } catch (error) {
      this.#malformed(connection, error)
    }
  }

  onUpdate(update: Uint8Array): void {
    if (this.#text.takeIn(update)) this.#send(update)
  }

  onAwareness(update: Uint8Array, copy: string): void {
    this.#cursors.receiveFromPeer(update, copy)
  }

  onWhoIsHere(): void {
    this.#cursors.tellWhoIsHere()
  }

  onGap(): void {
    this.#text.onGap()
  }

  onCopyGone(copy: string): void {
    this.#cursors.removePeer(copy)
  }

  /** Resolves once all that came is stored. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#text.stopCounting()
    this.#audience.close(closeCodes.unavailable, 'restarting')
    await this.#text.close()
    this.#peers?.close()
    this.#cursors.destroy()
  }

  #sync(connection: Connection, bytes: Uint8Array): void {
    const decoder = createDecoder(bytes)
    readVarUint(decoder)
    const step = readVarUint(decoder)
    if (step === syncSteps.step1) {
      const known = readVarUint8Array(decoder)
      const state = isNothing(known) ? this.#text.takeState() : encodeStateAsUpdate(this.#text.doc, known)
      return connection.send(
        message(messages.sync, (encoder) => {
          writeVarUint(encoder, syncSteps.step2)
          writeVarUint8Array(encoder, state)
        }),
      )
    }
    if (step !== syncSteps.step2 && step !== syncSteps.update)
      return connection.close(closeCodes.malformed, 'no step of this protocol')
    const update = readVarUint8Array(decoder)
    // What cannot be used is not stored.
    const { isEmpty, pieces } = checkUpdate(update)
    if (isEmpty) return
    if (connection.may !== 'write') return connection.close(closeCodes.forbidden, 'you may not write here')
    const refusal = this.#text.refusalOf(update, pieces)
    if (refusal !== null) return connection.close(refusal.code, refusal.reason)
    this.#text.write(update, pieces, connection)
  }

  async #answerDisk(connection: Connection, json: string): Promise<void> {
    try {
      const answer = await this.#disk.answer(json, { userId: connection.ticket.userId, may: connection.may })
      connection.send(message(diskMessage, (encoder) => writeVarString(encoder, JSON.stringify(answer))))
    } catch (error) {
      this.#malformed(connection, error)
    }
  }

  #malformed(connection: Connection, error: unknown): void {
    this.#log.info({ err: error }, 'a message was malformed')
    connection.close(closeCodes.malformed, 'malformed message')
  }

  #send(update: Uint8Array, except?: Connection): void {
    this.#audience.send(
      message(messages.sync, (encoder) => writeUpdate(encoder, update)),
      except,
    )
  }
}
