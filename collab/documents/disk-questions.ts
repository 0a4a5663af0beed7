import { encodeStateAsUpdate } from 'yjs'
import type { z } from 'zod'
import type { Log } from '@arcx/service-kit/log'
import { DiskAsked } from '../text/protocol.ts'
import type { DiskAnswer } from '../text/protocol.ts'
import { UnusableAnnouncement } from './disk-store.ts'
import type { DiskStore } from './disk-store.ts'
import type { StoredText } from './stored-text.ts'

export interface DiskQuestionsDependencies {
  readonly disk: DiskStore
  readonly text: StoredText
  readonly log: Log
  /** The file holds something that the text did not: stored already, and to be taken in by everybody. */
  onFound(update: Uint8Array): void
}

/** What an editor's window knows of a file on disk, and asks about it. */
export class DiskQuestions {
  readonly #documentId: string
  readonly #dependencies: DiskQuestionsDependencies

  constructor(documentId: string, dependencies: DiskQuestionsDependencies) {
    this.#documentId = documentId
    this.#dependencies = dependencies
  }

  /** `json`: a `DiskAsked`. @throws {z.ZodError | SyntaxError} where it is none. */
  async answer(json: string, asker: { readonly userId: string; readonly may: 'read' | 'write' }): Promise<DiskAnswer> {
    const asked = DiskAsked.parse(JSON.parse(json))
    const { number } = asked
    if (asker.may !== 'write') return { type: 'refused', number, message: 'You may not write here.' }
    try {
      return await this.#answer(asked, asker.userId)
    } catch (error) {
      if (error instanceof UnusableAnnouncement)
        return { type: 'refused', number, message: 'What was announced is no state of that text.' }
      this.#dependencies.log.error({ err: error }, 'what a file holds could not be noted')
      return { type: 'refused', number, message: 'It cannot be noted at the moment.' }
    }
  }

  async #answer(asked: z.infer<typeof DiskAsked>, userId: string): Promise<DiskAnswer> {
    const { disk, text, onFound } = this.#dependencies
    const { number } = asked
    if (asked.type === 'announce') {
      await disk.announce(this.#documentId, asked.hash, Buffer.from(asked.state, 'base64'), userId)
      return { type: 'announced', number }
    }
    // What the window wrote before it asked is in it. Where that could not be stored the connection is closed.
    await text.stored()
    if (asked.type === 'flush') return { type: 'flushed', number }
    const found = await disk.found(
      this.#documentId,
      asked.text,
      asked.from,
      asked.save,
      userId,
      encodeStateAsUpdate(text.doc),
    )
    if (found.kind === 'stale') return { type: 'stale', number, hash: found.hash }
    if (found.kind === 'saving') return { type: 'saving', number }
    if (found.update !== null) onFound(found.update)
    return { type: 'known', number, hash: found.hash, state: Buffer.from(found.state).toString('base64') }
  }
}
