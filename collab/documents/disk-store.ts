import { createHash } from 'node:crypto'
import { encodeStateAsUpdate, mergeUpdates } from 'yjs'
import type { Database, Transaction } from '@arcx/database'
import { addVersion, latestIf } from '@arcx/database/document-history'
import type { VersionCause } from '@arcx/database/document-history'
import { fork, rewrite, textOf } from '../text/shared-text.ts'

const announcedSeconds = 120

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

export type Found =
  | { readonly kind: 'stale'; readonly hash: string | null }
  /** `update`: what the file's change makes of the text, stored already; null where it makes nothing of it. */
  | { readonly kind: 'known'; readonly hash: string; readonly state: Uint8Array; readonly update: Uint8Array | null }

/**
 * What a text's file holds. A file is another writer of its text, one that last looked at the text when both were the
 * same: what changes in it is told apart from that state, so that what people have typed meanwhile stands beside it.
 */
export class DiskStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async announce(documentId: string, hash: string, state: Uint8Array, userId: string): Promise<void> {
    await this.#database
      .insertInto('DocumentAnnouncement')
      .values({ documentId, hash, state: Buffer.from(state), userId })
      .onConflict((conflict) => conflict.columns(['documentId', 'hash']).doUpdateSet({ state: Buffer.from(state), userId, at: new Date() }))
      .execute()
  }

  /**
   * Decides, for all copies and windows at once, what a text that was found on disk means. `current` is the text's own
   * state as it is here.
   */
  found(documentId: string, text: string, from: string | null, userId: string, current: Uint8Array): Promise<Found> {
    const hash = hashOf(text)
    return this.#database.transaction().execute(async (transaction) => {
      const row = await transaction.selectFrom('Document').select(['diskHash', 'diskState']).where('id', '=', documentId).forUpdate().executeTakeFirstOrThrow()
      if (row.diskHash === hash && row.diskState !== null) return { kind: 'known', hash, state: row.diskState, update: null }
      // Whoever does not know what it was last may have looked before that, and must look again, also at what was announced.
      if (row.diskHash !== from) return { kind: 'stale', hash: row.diskHash }
      const announced = await transaction.selectFrom('DocumentAnnouncement').select(['state', 'userId']).where('documentId', '=', documentId).where('hash', '=', hash).executeTakeFirst()
      if (announced !== undefined) {
        await this.#move(transaction, documentId, hash, announced.state, text, 'saved', announced.userId)
        return { kind: 'known', hash, state: announced.state, update: null }
      }
      const own = fork(current)
      if (textOf(own) === text) {
        await this.#move(transaction, documentId, hash, Buffer.from(current), text, 'saved', userId)
        return { kind: 'known', hash, state: current, update: null }
      }
      if (row.diskHash === null) return await this.#opened(transaction, documentId, hash, text)
      const disk = fork(row.diskState)
      const update = rewrite(disk, text)
      const state = Buffer.from(encodeStateAsUpdate(disk))
      // Whoever restored an earlier version has written the file by that.
      const latest = await latestIf(transaction, documentId, text)
      const restorer = latest?.cause === 'restored' ? latest.userId : null
      if (update !== null) await transaction.insertInto('DocumentUpdate').values({ documentId, update: Buffer.from(update), userId: restorer }).execute()
      await this.#move(transaction, documentId, hash, state, text, 'disk', restorer)
      return { kind: 'known', hash, state, update }
    })
  }

  /** Read for the first time. Nobody has written that, so it stands in no tail, from which history is told. */
  async #opened(transaction: Transaction, documentId: string, hash: string, text: string): Promise<Found> {
    const update = rewrite(fork(null), text)
    const { snapshot } = await transaction.selectFrom('Document').select('snapshot').where('id', '=', documentId).executeTakeFirstOrThrow()
    const parts = [snapshot, update].flatMap((part) => (part === null ? [] : [part]))
    const state = update ?? encodeStateAsUpdate(fork(null))
    await transaction.updateTable('Document').set({ snapshot: parts.length === 0 ? null : Buffer.from(mergeUpdates(parts)) }).where('id', '=', documentId).execute()
    await this.#move(transaction, documentId, hash, Buffer.from(state), text, 'opened', null)
    return { kind: 'known', hash, state, update }
  }

  async #move(transaction: Transaction, documentId: string, hash: string, state: Buffer, text: string, cause: VersionCause, userId: string | null): Promise<void> {
    await transaction.updateTable('Document').set({ diskHash: hash, diskState: state }).where('id', '=', documentId).execute()
    await transaction
      .deleteFrom('DocumentAnnouncement')
      .where('documentId', '=', documentId)
      .where((where) => where.or([where('hash', '=', hash), where('at', '<', new Date(Date.now() - announcedSeconds * 1000))]))
      .execute()
    await addVersion(transaction, { documentId, userId, cause, text })
  }
}
