import { randomUUID } from 'node:crypto'
import { encodeStateAsUpdate } from 'yjs'
import type { Doc } from 'yjs'
import type { Database } from '@arcx/database'
import { foldUpdates } from '@arcx/database/document-history'
import type { Log } from '@arcx/service-kit/log'
import { assemble, isUsable, piecesOf } from '../text/assemble.ts'
import { memoryOf } from './memory.ts'

export interface StoredDocument {
  /** Of everything that was stored and can be used. */
  readonly doc: Doc
  /** What stands behind its snapshot. */
  readonly tail: { readonly updates: number; readonly bytes: number }
  /** Of the snapshot and all since. */
  readonly bytes: number
  readonly pieces: number
}

/** Texts in PostgreSQL: a snapshot, and behind it every update since, in the order in which they came. */
export class DocumentStore {
  readonly #database: Database
  readonly #log: Log

  constructor(database: Database, log: Log) {
    this.#database = database
    this.#log = log
  }

  /** A text's id, also of one that nobody has written yet. */
  async identify(workspaceId: string, path: string): Promise<string> {
    await this.#database
      .insertInto('Document')
      .values({ id: randomUUID(), workspaceId, path, snapshot: null })
      .onConflict((conflict) => conflict.columns(['workspaceId', 'path']).doNothing())
      .execute()
    return (
      await this.#database
        .selectFrom('Document')
        .select('id')
        .where('workspaceId', '=', workspaceId)
        .where('path', '=', path)
        .executeTakeFirstOrThrow()
    ).id
  }

  /** `admit` throws where there is no room for as much. What cannot be used is set aside, and the text opens without it. */
  async load(id: string, admit: (memory: number) => void): Promise<StoredDocument> {
    for (;;) {
      const { snapshot } = await this.#database
        .selectFrom('Document')
        .select('snapshot')
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      const tail = await this.#tail(this.#database, id)
      const parts = [...(snapshot === null ? [] : [snapshot]), ...tail.map(({ update }) => update)]
      const sum = (all: readonly Uint8Array[]) => all.reduce((bytes, { length }) => bytes + length, 0)
      const pieces = parts.reduce((total, part) => total + piecesOf(part), 0)
      admit(memoryOf(sum(parts), pieces))
      const { doc, unusable } = assemble(parts)
      if (unusable.length === 0) {
        return {
          doc,
          tail: { updates: tail.length, bytes: sum(tail.map(({ update }) => update)) },
          bytes: sum(parts),
          pieces,
        }
      }
      doc.destroy()
      const first = snapshot === null ? 0 : 1
      const sequences = unusable
        .filter((index) => index >= first)
        .flatMap((index) => tail[index - first]?.sequence ?? [])
      await this.#setAside(this.#database, id, sequences)
      if (snapshot !== null && unusable.includes(0)) await this.#replaceSnapshot(id, snapshot)
    }
  }

  #tail(database: Database, id: string) {
    return database
      .selectFrom('DocumentUpdate')
      .select(['sequence', 'update'])
      .where('documentId', '=', id)
      .where('isUnusable', '=', false)
      .orderBy('sequence')
      .execute()
  }

  /** It stays stored, and is not read any more. */
  async #setAside(database: Database, documentId: string, sequences: readonly string[]): Promise<void> {
    if (sequences.length === 0) return
    this.#log.error({ documentId, sequences }, 'updates of a text cannot be used and were set aside')
    await database
      .updateTable('DocumentUpdate')
      .set({ isUnusable: true })
      .where('documentId', '=', documentId)
      .where('sequence', 'in', sequences)
      .execute()
  }

  /** The text as its file last held it takes its place; where that is not known, the file is read as if for the first time. */
  #replaceSnapshot(documentId: string, snapshot: Buffer): Promise<void> {
    this.#log.error({ documentId }, 'the snapshot of a text cannot be used and was set aside')
    return this.#database.transaction().execute(async (transaction) => {
      const row = await transaction
        .selectFrom('Document')
        .select(['snapshot', 'diskHash', 'diskState'])
        .where('id', '=', documentId)
        .forUpdate()
        .executeTakeFirstOrThrow()
      if (row.snapshot === null || !row.snapshot.equals(snapshot)) return
      await transaction
        .insertInto('DocumentUpdate')
        .values({ documentId, update: snapshot, userId: null, isUnusable: true })
        .execute()
      const { diskHash, diskState } =
        row.diskState !== null && isUsable(row.diskState) ? row : { diskHash: null, diskState: null }
      await transaction
        .updateTable('Document')
        .set({ snapshot: diskState, diskHash, diskState })
        .where('id', '=', documentId)
        .execute()
    })
  }

  /** Resolves once a crash of anything does not reach them any more. */
  async append(
    documentId: string,
    updates: readonly { readonly update: Uint8Array; readonly userId: string }[],
  ): Promise<void> {
    await this.#database
      .insertInto('DocumentUpdate')
      .values(updates.map(({ update, userId }) => ({ documentId, update: Buffer.from(update), userId })))
      .execute()
  }

  /**
   * Makes snapshot and tail one snapshot, in which what was deleted takes no room any more. Whatever is stored meanwhile
   * stays in the tail. Resolves to the snapshot's size.
   */
  compact(documentId: string): Promise<{ readonly bytes: number; readonly pieces: number }> {
    return this.#database.transaction().execute(async (transaction) => {
      const row = await transaction
        .selectFrom('Document')
        .select('snapshot')
        .where('id', '=', documentId)
        .forNoKeyUpdate()
        .executeTakeFirst()
      if (row === undefined) return sizeOf(null)
      const tail = await this.#tail(transaction, documentId)
      if (tail.length === 0) return sizeOf(row.snapshot)
      const before = row.snapshot === null ? [] : [row.snapshot]
      const { doc, unusable } = assemble([...before, ...tail.map(({ update }) => update)])
      const snapshot = Buffer.from(encodeStateAsUpdate(doc))
      doc.destroy()
      if (before.length > 0 && unusable.includes(0)) throw new Error('the snapshot cannot be used')
      const isSetAside = (_: unknown, index: number) => unusable.includes(index + before.length)
      await this.#setAside(
        transaction,
        documentId,
        tail.filter(isSetAside).map(({ sequence }) => sequence),
      )
      await transaction.updateTable('Document').set({ snapshot }).where('id', '=', documentId).execute()
      // By what was read, not by a bound: a lower sequence may become visible later.
      await foldUpdates(
        transaction,
        documentId,
        tail.filter((each, index) => !isSetAside(each, index)).map(({ sequence }) => sequence),
      )
      return sizeOf(snapshot)
    })
  }
}

const sizeOf = (snapshot: Uint8Array | null) =>
  snapshot === null ? { bytes: 0, pieces: 0 } : { bytes: snapshot.length, pieces: piecesOf(snapshot) }
