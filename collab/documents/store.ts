import { randomUUID } from 'node:crypto'
import { encodeStateAsUpdate } from 'yjs'
import type { Doc } from 'yjs'
import { Prisma, inTransaction } from '@arcx/prisma'
import type { Database, Queries } from '@arcx/prisma'
import { foldUpdates } from '@arcx/prisma/sql/document-history'
import type { Log } from '@arcx/service-kit/log'
import { assemble, isUsable, piecesOf } from '../text/assemble.ts'
import { memoryOf } from './memory.ts'
import { packState, unpackState } from './packed-state.ts'

export interface StoredDocument {
  /** Of everything that was stored and can be used. */
  readonly doc: Doc
  /** The document's state as it was stored, where that is one part; null where it would have to be encoded. */
  readonly state: Uint8Array | null
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
    await this.#database.document.createMany({ data: [{ id: randomUUID(), workspaceId, path }], skipDuplicates: true })
    const { id } = await this.#database.document.findUniqueOrThrow({
      where: { workspaceId_path: { workspaceId, path } },
      select: { id: true },
    })
    return id
  }

  /** `admit` throws where there is no room for as much. What cannot be used is set aside, and the text opens without it. */
  async load(id: string, admit: (memory: number) => void): Promise<StoredDocument> {
    for (;;) {
      const { snapshot: stored } = await this.#database.document.findUniqueOrThrow({
        where: { id },
        select: { snapshot: true },
      })
      const tail = await updatesOf(this.#database, id)
      const snapshot = stored === null ? null : await unpackState(stored)
      const parts = [...(snapshot === null ? [] : [snapshot]), ...tail.map(({ update }) => update)]
      const sum = (all: readonly Uint8Array[]) => all.reduce((bytes, { length }) => bytes + length, 0)
      const pieces = parts.reduce((total, part) => total + piecesOf(part), 0)
      admit(memoryOf(sum(parts), pieces))
      const { doc, unusable, isWhole } = assemble(parts)
      if (unusable.length === 0) {
        const [only = null] = parts
        return {
          doc,
          state: isWhole && parts.length === 1 ? only : null,
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
      if (stored !== null && unusable.includes(0)) await this.#replaceSnapshot(id, stored)
    }
  }

  /** It stays stored, and is not read any more. */
  async #setAside(queries: Queries, documentId: string, sequences: readonly bigint[]): Promise<void> {
    if (sequences.length === 0) return
    this.#log.error(
      { documentId, sequences: sequences.map(String) },
      'updates of a text cannot be used and were set aside',
    )
    await queries.documentUpdate.updateMany({
      where: { documentId, sequence: { in: [...sequences] } },
      data: { isUnusable: true },
    })
  }

  /** The text as its file last held it takes its place; where that is not known, the file is read as if for the first time. */
  #replaceSnapshot(documentId: string, stored: Uint8Array): Promise<void> {
    this.#log.error({ documentId }, 'the snapshot of a text cannot be used and was set aside')
    return inTransaction(this.#database, async (queries) => {
      await lockDocument(queries, documentId, 'UPDATE')
      const row = await queries.document.findUniqueOrThrow({
        where: { id: documentId },
        select: { snapshot: true, diskHash: true, diskState: true },
      })
      if (row.snapshot === null || Buffer.compare(row.snapshot, stored) !== 0) return
      await queries.documentUpdate.createMany({ data: [{ documentId, update: row.snapshot, isUnusable: true }] })
      const { diskHash, diskState } =
        row.diskState !== null && isUsable(await unpackState(row.diskState)) ? row : { diskHash: null, diskState: null }
      await queries.document.updateMany({
        where: { id: documentId },
        data: { snapshot: diskState, diskHash, diskState },
      })
    })
  }

  /** Resolves once a crash of anything does not reach them any more. */
  async append(
    documentId: string,
    updates: readonly { readonly update: Uint8Array; readonly userId: string }[],
  ): Promise<void> {
    const rows = updates.map(({ update, userId }) => Prisma.sql`(${documentId}::uuid, ${update}, ${userId}::uuid)`)
    // Raw: by `createMany` it takes four times as long, and every letter waits for it.
    await this.#database.$executeRaw`
      INSERT INTO "DocumentUpdate" ("documentId", "update", "userId") VALUES ${Prisma.join(rows)}`
  }

  /**
   * Makes snapshot and tail one snapshot, in which what was deleted takes no room any more. Whatever is stored meanwhile
   * stays in the tail. Resolves to the snapshot's size.
   */
  compact(documentId: string): Promise<{ readonly bytes: number; readonly pieces: number }> {
    return inTransaction(this.#database, async (queries) => {
      await lockDocument(queries, documentId, 'NO KEY UPDATE')
      const row = await queries.document.findUnique({ where: { id: documentId }, select: { snapshot: true } })
      if (row === null) return sizeOf(null)
      const tail = await updatesOf(queries, documentId)
      const before = row.snapshot === null ? [] : [await unpackState(row.snapshot)]
      if (tail.length === 0) return sizeOf(before[0] ?? null)
      const { doc, unusable } = assemble([...before, ...tail.map(({ update }) => update)])
      const snapshot = encodeStateAsUpdate(doc)
      doc.destroy()
      if (before.length > 0 && unusable.includes(0)) throw new Error('the snapshot cannot be used')
      const isSetAside = (_: unknown, index: number) => unusable.includes(index + before.length)
      await this.#setAside(
        queries,
        documentId,
        tail.filter(isSetAside).map(({ sequence }) => sequence),
      )
      await queries.document.updateMany({ where: { id: documentId }, data: { snapshot: await packState(snapshot) } })
      // By what was read, not by a bound: a lower sequence may become visible later.
      await foldUpdates(
        queries,
        documentId,
        tail.filter((each, index) => !isSetAside(each, index)).map(({ sequence }) => sequence),
      )
      return sizeOf(snapshot)
    })
  }
}

/** A text’s tail, in the order in which it was stored. Raw: by `findMany` it takes three times as long. */
export function updatesOf(queries: Queries, documentId: string) {
  return queries.$queryRaw<{ readonly sequence: bigint; readonly update: Uint8Array<ArrayBuffer> }[]>`
    SELECT "sequence", "update" FROM "DocumentUpdate"
    WHERE "documentId" = ${documentId}::uuid AND NOT "isUnusable" ORDER BY "sequence"`
}

/** Until the transaction is over, nobody else has the text's row locked; Prisma has no word for that. */
export async function lockDocument(queries: Queries, id: string, lock: 'UPDATE' | 'NO KEY UPDATE'): Promise<void> {
  await queries.$queryRaw`SELECT 1 FROM "Document" WHERE "id" = ${id}::uuid FOR ${Prisma.raw(lock)}`
}

const sizeOf = (snapshot: Uint8Array | null) =>
  snapshot === null ? { bytes: 0, pieces: 0 } : { bytes: snapshot.length, pieces: piecesOf(snapshot) }
