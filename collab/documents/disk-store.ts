import { createHash } from 'node:crypto'
import { applyUpdate, encodeStateAsUpdate } from 'yjs'
import { inTransaction } from '@arcx/prisma'
import type { Database, Queries } from '@arcx/prisma'
import { keepAnnouncements } from '@arcx/prisma/sql/document-announcements'
import { addVersion, latestIf } from '@arcx/prisma/sql/document-history'
import type { VersionCause } from '@arcx/prisma/sql/document-history'
import { assemble, isUsable } from '../text/assemble.ts'
import { changesBetween } from '../text/changes.ts'
import type { SaveUnderway } from '../text/protocol.ts'
import { fork, rewrite, textOf } from '../text/shared-text.ts'
import { checkUpdate } from '../text/update-check.ts'
import { maxTextBytes, maxTextPieces } from './memory.ts'
import { packState, unpackState } from './packed-state.ts'
import { lockDocument } from './store.ts'

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
    const packed = await packState(state)
    await inTransaction(this.#database, async (queries) => {
      // One after the other, so that none is left out of the count.
      await lockDocument(queries, documentId, 'NO KEY UPDATE')
      const announced = { state: packed, userId, at: new Date() }
      await queries.documentAnnouncement.upsert({
        where: { documentId_hash: { documentId, hash } },
        create: { documentId, hash, ...announced },
        update: announced,
      })
      await keepAnnouncements(queries, documentId, keptAnnouncements)
    })
  }

  /** Forgets what was announced too long ago, whether or not anybody has found it. */
  async expire(): Promise<void> {
    await this.#database.documentAnnouncement.deleteMany({
      where: { at: { lt: new Date(Date.now() - announcedSeconds * 1000) } },
    })
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
    return inTransaction(this.#database, async (queries) => {
      await lockDocument(queries, documentId, 'UPDATE')
      const stored = await queries.document.findUniqueOrThrow({
        where: { id: documentId },
        select: { diskHash: true, diskState: true },
      })
      // Of a state that cannot be used no change is told apart: then it is told apart from the text as it is.
      const diskState = stored.diskState === null ? null : await unpackState(stored.diskState)
      const row = { ...stored, diskState: diskState !== null && isUsable(diskState) ? diskState : null }
      const written =
        save?.isWritten === true && !save.announced.includes(hash)
          ? await this.#announced(queries, documentId, save.announced)
          : []
      if (row.diskHash === hash && row.diskState !== null && isPartOf(row.diskState, nearest(written, text).state)) {
        // A program may have put it back to that just after somebody wrote.
        if (save === null && (await this.#isBeingWritten(queries, documentId))) return { kind: 'saving' }
        return { kind: 'known', hash, state: row.diskState, update: null }
      }
      // Whoever does not know what it was last may have looked before that, and must look again, also at what was announced.
      if (row.diskHash !== from) return { kind: 'stale', hash: row.diskHash }
      const over = [hash, ...(save?.announced ?? [])] as const
      const exact = await queries.documentAnnouncement.findUnique({
        where: { documentId_hash: { documentId, hash } },
        select: { state: true, userId: true },
      })
      const announced = exact === null ? null : await unpackState(exact.state)
      if (exact !== null && announced !== null && isStateOf(announced, hash)) {
        await this.#move(queries, documentId, over, announced, text, 'saved', exact.userId)
        return { kind: 'known', hash, state: announced, update: null }
      }
      const own = fork(current)
      if (textOf(own) === text) {
        await this.#move(queries, documentId, over, current, text, 'saved', userId)
        return { kind: 'known', hash, state: current, update: null }
      }
      if ((save === null || save.announced.length === 0) && (await this.#isBeingWritten(queries, documentId)))
        return { kind: 'saving' }
      if (row.diskHash === null) return await this.#opened(queries, documentId, hash, text)
      const known: Holding = { state: row.diskState ?? current, userId: null, isAnnounced: false }
      const before = nearest(
        written.length > 0 ? written : [known, ...(await this.#announced(queries, documentId, null))],
        text,
      )
      const disk = fork(before.state)
      // Nobody has told of that, and nobody will any more.
      if (before.isAnnounced)
        await addVersion(queries, { documentId, userId: before.userId, cause: 'saved', text: textOf(disk) })
      const update = rewrite(disk, text)
      const state = Buffer.from(encodeStateAsUpdate(disk))
      // Whoever restored an earlier version has written the file by that.
      const latest = await latestIf(queries, documentId, text)
      const restorer = latest?.cause === 'restored' ? latest.userId : null
      if (update !== null)
        await queries.documentUpdate.createMany({
          data: [{ documentId, update: Uint8Array.from(update), userId: restorer }],
        })
      await this.#move(queries, documentId, over, state, text, 'disk', restorer)
      return { kind: 'known', hash, state, update }
    })
  }

  /** Read for the first time. Nobody has written that, so it stands in no tail, from which history is told. */
  async #opened(queries: Queries, documentId: string, hash: string, text: string): Promise<Found> {
    const update = rewrite(fork(null), text)
    const { snapshot } = await queries.document.findUniqueOrThrow({
      where: { id: documentId },
      select: { snapshot: true },
    })
    const before = snapshot === null ? null : await unpackState(snapshot)
    const parts = [before, update].flatMap((part) => (part === null ? [] : [part]))
    const { doc } = assemble(parts)
    const state = update ?? encodeStateAsUpdate(fork(null))
    await queries.document.updateMany({
      where: { id: documentId },
      data: { snapshot: parts.length === 0 ? null : await packState(encodeStateAsUpdate(doc)) },
    })
    await this.#move(queries, documentId, [hash], state, text, 'opened', null)
    return { kind: 'known', hash, state, update }
  }

  async #isBeingWritten(queries: Queries, documentId: string): Promise<boolean> {
    const row = await queries.documentAnnouncement.findFirst({
      where: { documentId, at: { gt: new Date(Date.now() - savingSeconds * 1000) } },
      select: { hash: true },
    })
    return row !== null
  }

  /** The latest states that were announced, of these hashes alone where there are some. */
  async #announced(
    queries: Queries,
    documentId: string,
    hashes: readonly string[] | null,
  ): Promise<readonly Holding[]> {
    if (hashes?.length === 0) return []
    const rows = await queries.documentAnnouncement.findMany({
      where: { documentId, ...(hashes === null ? {} : { hash: { in: [...hashes] } }) },
      select: { state: true, userId: true },
      orderBy: { at: 'desc' },
      take: mostCandidates,
    })
    const states = await Promise.all(
      rows.map(async ({ state, userId }) => ({ state: await unpackState(state), userId, isAnnounced: true })),
    )
    return states.filter(({ state }) => isUsable(state))
  }

  /** `over`: the hashes of what was announced and is told of now; the text's own is the first. */
  async #move(
    queries: Queries,
    documentId: string,
    over: readonly [string, ...string[]],
    state: Uint8Array,
    text: string,
    cause: VersionCause,
    userId: string | null,
  ): Promise<void> {
    const [hash] = over
    await queries.document.updateMany({
      where: { id: documentId },
      data: { diskHash: hash, diskState: await packState(state) },
    })
    await queries.documentAnnouncement.deleteMany({
      where: {
        documentId,
        OR: [{ hash: { in: [...over] } }, { at: { lt: new Date(Date.now() - announcedSeconds * 1000) } }],
      },
    })
    await addVersion(queries, { documentId, userId, cause, text })
  }
}

/**
 * Whether what was written is part of a state already: somebody else has told of it, with what a program wrote upon it,
 * before the one who wrote it could. Told once more, the program's letters would stand there twice.
 */
function isPartOf(state: Uint8Array, written: Uint8Array | null): boolean {
  if (written === null) return true
  const doc = fork(state)
  const before = textOf(doc)
  applyUpdate(doc, written)
  return textOf(doc) === before
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
