import { randomUUID } from 'node:crypto'
import { Doc, applyUpdate, encodeStateAsUpdate, mergeUpdates } from 'yjs'
import type { Database } from '@arcx/database'
import { foldUpdates } from '@arcx/database/document-history'

export interface StoredDocument {
  readonly id: string
  /** Everything that was stored, as one update; `null` for a text that nobody has written yet. */
  readonly state: Uint8Array | null
  /** How many updates stand behind its snapshot. */
  readonly tail: number
}

/** Texts in PostgreSQL: a snapshot, and behind it every update since, in the order in which they came. */
export class DocumentStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** A text's id, also of one that nobody has written yet. */
  async identify(workspaceId: string, path: string): Promise<string> {
    await this.#database.insertInto('Document').values({ id: randomUUID(), workspaceId, path, snapshot: null }).onConflict((conflict) => conflict.columns(['workspaceId', 'path']).doNothing()).execute()
    return (await this.#database.selectFrom('Document').select('id').where('workspaceId', '=', workspaceId).where('path', '=', path).executeTakeFirstOrThrow()).id
  }

  async load(id: string): Promise<StoredDocument> {
    const { snapshot } = await this.#database.selectFrom('Document').select('snapshot').where('id', '=', id).executeTakeFirstOrThrow()
    const tail = await this.#database.selectFrom('DocumentUpdate').select('update').where('documentId', '=', id).orderBy('sequence').execute()
    const parts = [...(snapshot === null ? [] : [snapshot]), ...tail.map(({ update }) => update)]
    return { id, state: parts.length === 0 ? null : mergeUpdates(parts), tail: tail.length }
  }

  /** Resolves once a crash of anything does not reach them any more. */
  async append(documentId: string, updates: readonly { readonly update: Uint8Array; readonly userId: string }[]): Promise<void> {
    await this.#database.insertInto('DocumentUpdate').values(updates.map(({ update, userId }) => ({ documentId, update: Buffer.from(update), userId }))).execute()
  }

  /**
   * Makes snapshot and tail one snapshot, in which what was deleted takes no room any more. Whatever is stored meanwhile
   * stays in the tail. Resolves to the snapshot's length in bytes.
   */
  compact(documentId: string): Promise<number> {
    return this.#database.transaction().execute(async (transaction) => {
      const row = await transaction.selectFrom('Document').select('snapshot').where('id', '=', documentId).forNoKeyUpdate().executeTakeFirst()
      if (row === undefined) return 0
      const tail = await transaction.selectFrom('DocumentUpdate').select(['sequence', 'update']).where('documentId', '=', documentId).orderBy('sequence').execute()
      if (tail.length === 0) return row.snapshot?.length ?? 0
      const doc = new Doc()
      doc.transact(() => {
        for (const update of [...(row.snapshot === null ? [] : [row.snapshot]), ...tail.map((each) => each.update)]) applyUpdate(doc, update)
      })
      const snapshot = Buffer.from(encodeStateAsUpdate(doc))
      doc.destroy()
      await transaction.updateTable('Document').set({ snapshot }).where('id', '=', documentId).execute()
      // By what was read, not by a bound: a lower sequence may become visible later.
      await foldUpdates(transaction, documentId, tail.map(({ sequence }) => sequence))
      return snapshot.length
    })
  }
}
