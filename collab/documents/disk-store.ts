import { createHash } from 'node:crypto'
import { encodeStateAsUpdate } from 'yjs'
import type { Database, Transaction } from '@arcx/database'
import { keepAnnouncements } from '@arcx/database/document-announcements'
import { addVersion, latestIf } from '@arcx/database/document-history'
import type { VersionCause } from '@arcx/database/document-history'
import { assemble, isUsable } from '../text/assemble.ts'
import { changesBetween } from '../text/changes.ts'
import type { SaveUnderway } from '../text/protocol.ts'
import { fork, rewrite, textOf } from '../text/shared-text.ts'
import { checkUpdate } from '../text/update-check.ts'
import { maxTextBytes, maxTextPieces } from './memory.ts'

const announcedSeconds = 120
/** Of one text's announcements, of one person and of all; beyond, the oldest go. */
const keptAnnouncements = {
  ofPerson: { count: 100, bytes: maxTextBytes },
  ofText: { count: 300, bytes: 2 * maxTextBytes },
} as const
/** For as long whoever announced that they will write is waited for. */
const savingSeconds = 3
/** Those that a text is held against. */
const mostCandidates = 4

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** What was announced is no state of a text, or of another text than was said. */
export class UnusableAnnouncement extends Error {
  override readonly name = 'UnusableAnnouncement'
}

export type Found =
  | { readonly kind: 'stale'; readonly hash: string | null }
  /** Somebody is about to write, or has written and not told yet. */
  | { readonly kind: 'saving' }
  /** `update`: what the file's change makes of the text, stored already; null where it makes nothing of it. */
  | { readonly kind: 'known'; readonly hash: string; readonly state: Uint8Array; readonly update: Uint8Array | null }

/** What the file holds as far as is known, or held for a moment because somebody had announced it. */
interface Holding {
  readonly state: Uint8Array | null
  readonly userId: string | null
  readonly isAnnounced: boolean
}

/**
 * What a text's file holds. A file is another writer of its text, one that last looked at the text when both were the
 * same: what changes in it is told apart from that state, so that what people have typed meanwhile stands beside it.
 */
export class DiskStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** @throws {UnusableAnnouncement} */
  async announce(documentId: string, hash: string, state: Uint8Array, userId: string): Promise<void> {
    if (!isStateOf(state, hash)) throw new UnusableAnnouncement('the state is not of the text that was announced')
    await this.#database.transaction().execute(async (transaction) => {
      // One after the other, so that none is left out of the count.
      await transaction
        .selectFrom('Document')
        .select('id')
        .where('id', '=', documentId)
        .forNoKeyUpdate()
        .executeTakeFirstOrThrow()
      await transaction
        .insertInto('DocumentAnnouncement')
        .values({ documentId, hash, state: Buffer.from(state), userId, at: new Date() })
        .onConflict((conflict) =>
          conflict.columns(['documentId', 'hash']).doUpdateSet({ state: Buffer.from(state), userId, at: new Date() }),
        )
        .execute()
      await keepAnnouncements(transaction, documentId, keptAnnouncements)
    })
  }

  /** Forgets what was announced too long ago, whether or not anybody has found it. */
  async expire(): Promise<void> {
    await this.#database
      .deleteFrom('DocumentAnnouncement')
      .where('at', '<', new Date(Date.now() - announcedSeconds * 1000))
      .execute()
  }

  /**
   * Decides, for all copies and windows at once, what a text that was found on disk means. What `save` has
   * announced is over with this. `current` is the text's own state as it is here.
   */
  found(
    documentId: string,
    text: string,
    from: string | null,
    save: SaveUnderway | null,
    userId: string,
    current: Uint8Array,
  ): Promise<Found> {
    const hash = hashOf(text)
    return this.#database.transaction().execute(async (transaction) => {
      const stored = await transaction
        .selectFrom('Document')
        .select(['diskHash', 'diskState'])
        .where('id', '=', documentId)
        .forUpdate()
        .executeTakeFirstOrThrow()
      // Of a state that cannot be used no change is told apart: then it is told apart from the text as it is.
      const row = stored.diskState !== null && !isUsable(stored.diskState) ? { ...stored, diskState: null } : stored
      const written =
        save?.isWritten === true && !save.announced.includes(hash)
          ? await this.#announced(transaction, documentId, save.announced)
          : []
      if (row.diskHash === hash && row.diskState !== null && written.length === 0) {
        // A program may have put it back to that just after somebody wrote.
        if (save === null && (await this.#isBeingWritten(transaction, documentId))) return { kind: 'saving' }
        return { kind: 'known', hash, state: row.diskState, update: null }
      }
      // Whoever does not know what it was last may have looked before that, and must look again, also at what was announced.
      if (row.diskHash !== from) return { kind: 'stale', hash: row.diskHash }
      const over = [hash, ...(save?.announced ?? [])] as const
      const exact = await transaction
        .selectFrom('DocumentAnnouncement')
        .select(['state', 'userId'])
        .where('documentId', '=', documentId)
        .where('hash', '=', hash)
        .executeTakeFirst()
      if (exact !== undefined && isStateOf(exact.state, hash)) {
        await this.#move(transaction, documentId, over, exact.state, text, 'saved', exact.userId)
        return { kind: 'known', hash, state: exact.state, update: null }
      }
      const own = fork(current)
      if (textOf(own) === text) {
        await this.#move(transaction, documentId, over, Buffer.from(current), text, 'saved', userId)
        return { kind: 'known', hash, state: current, update: null }
      }
      if ((save === null || save.announced.length === 0) && (await this.#isBeingWritten(transaction, documentId)))
        return { kind: 'saving' }
      if (row.diskHash === null) return await this.#opened(transaction, documentId, hash, text)
      const known: Holding = { state: row.diskState ?? current, userId: null, isAnnounced: false }
      const before = nearest(
        written.length > 0 ? written : [known, ...(await this.#announced(transaction, documentId, null))],
        text,
      )
      const disk = fork(before.state)
      // Nobody has told of that, and nobody will any more.
      if (before.isAnnounced)
        await addVersion(transaction, { documentId, userId: before.userId, cause: 'saved', text: textOf(disk) })
      const update = rewrite(disk, text)
      const state = Buffer.from(encodeStateAsUpdate(disk))
      // Whoever restored an earlier version has written the file by that.
      const latest = await latestIf(transaction, documentId, text)
      const restorer = latest?.cause === 'restored' ? latest.userId : null
      if (update !== null)
        await transaction
          .insertInto('DocumentUpdate')
          .values({ documentId, update: Buffer.from(update), userId: restorer })
          .execute()
      await this.#move(transaction, documentId, over, state, text, 'disk', restorer)
      return { kind: 'known', hash, state, update }
    })
  }

  /** Read for the first time. Nobody has written that, so it stands in no tail, from which history is told. */
  async #opened(transaction: Transaction, documentId: string, hash: string, text: string): Promise<Found> {
    const update = rewrite(fork(null), text)
    const { snapshot } = await transaction
      .selectFrom('Document')
      .select('snapshot')
      .where('id', '=', documentId)
      .executeTakeFirstOrThrow()
    const parts = [snapshot, update].flatMap((part) => (part === null ? [] : [part]))
    const { doc } = assemble(parts)
    const state = update ?? encodeStateAsUpdate(fork(null))
    await transaction
      .updateTable('Document')
      .set({ snapshot: parts.length === 0 ? null : Buffer.from(encodeStateAsUpdate(doc)) })
      .where('id', '=', documentId)
      .execute()
    await this.#move(transaction, documentId, [hash], Buffer.from(state), text, 'opened', null)
    return { kind: 'known', hash, state, update }
  }

  async #isBeingWritten(transaction: Transaction, documentId: string): Promise<boolean> {
    const row = await transaction
      .selectFrom('DocumentAnnouncement')
      .select('hash')
      .where('documentId', '=', documentId)
      .where('at', '>', new Date(Date.now() - savingSeconds * 1000))
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  }

  /** The latest states that were announced, of these hashes alone where there are some. */
  async #announced(
    transaction: Transaction,
    documentId: string,
    hashes: readonly string[] | null,
  ): Promise<readonly Holding[]> {
    if (hashes?.length === 0) return []
    const all = transaction
      .selectFrom('DocumentAnnouncement')
      .select(['state', 'userId'])
      .where('documentId', '=', documentId)
    const rows = await (hashes === null ? all : all.where('hash', 'in', hashes))
      .orderBy('at', 'desc')
      .limit(mostCandidates)
      .execute()
    return rows.filter(({ state }) => isUsable(state)).map((row) => ({ ...row, isAnnounced: true }))
  }

  /** `over`: the hashes of what was announced and is told of now; the text's own is the first. */
  async #move(
    transaction: Transaction,
    documentId: string,
    over: readonly [string, ...string[]],
    state: Buffer,
    text: string,
    cause: VersionCause,
    userId: string | null,
  ): Promise<void> {
    const [hash] = over
    await transaction
      .updateTable('Document')
      .set({ diskHash: hash, diskState: state })
      .where('id', '=', documentId)
      .execute()
    await transaction
      .deleteFrom('DocumentAnnouncement')
      .where('documentId', '=', documentId)
      .where((where) =>
        where.or([where('hash', 'in', over), where('at', '<', new Date(Date.now() - announcedSeconds * 1000))]),
      )
      .execute()
    await addVersion(transaction, { documentId, userId, cause, text })
  }
}

/**
 * The one of which a text was made with the fewest letters: what was last on disk, or what somebody has just written
 * there upon which a program wrote before anybody could tell.
 */
function nearest(all: readonly Holding[], text: string): Holding {
  const [only = { state: null, userId: null, isAnnounced: false }] = all
  if (all.length < 2) return only
  const measured = all.map((holding) => ({
    holding,
    letters: changesBetween(textOf(fork(holding.state)), text).reduce(
      (sum, { remove, insert }) => sum + remove + insert.length,
      0,
    ),
  }))
  return measured.reduce((best, each) => (each.letters < best.letters ? each : best)).holding
}

function isStateOf(state: Uint8Array, hash: string): boolean {
  try {
    if (state.length > maxTextBytes || checkUpdate(state).pieces > maxTextPieces) return false
    const doc = fork(state)
    const isSame = hashOf(textOf(doc)) === hash
    doc.destroy()
    return isSame
  } catch {
    return false
  }
}
