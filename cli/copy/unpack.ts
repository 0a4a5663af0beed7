import { randomBytes } from 'node:crypto'
import type { Stats } from 'node:fs'
import { chmod, lstat, mkdir, open, rename, rm, stat, symlink } from 'node:fs/promises'
import { Failure, exitCodes } from '../failure.ts'
import type { Entry } from './archive.ts'
import { reasonOf } from './skipped.ts'
import type { Skipped } from './skipped.ts'

const slash = Buffer.from('/')
const ownerAll = 0o700
/** Nothing more can be written here. */
const fatal = new Set(['ENOSPC', 'EDQUOT', 'EROFS'])
/** Names that mean something else to Windows: devices, streams, other drives, and those that it shortens. */
const oddOnWindows = /[<>:"\\|?*\p{Cc}]|[. ]$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu

/**
 * Puts an archive that is not trusted at a place here. All of it goes there or below, whatever it says: names with `..`
 * or a root are refused, links are made last and only those that stay inside, and nothing is written through one.
 * A file is written beside its place and renamed; nothing that is there is removed.
 */
export class Unpacking {
  readonly #place: Buffer
  readonly #skipped: Skipped
  readonly #links = new Map<string, { readonly parts: readonly Buffer[]; readonly target: Buffer }>()
  /** Folders that are known to be none but folders; only this writes here. */
  readonly #folders = new Set<string>()
  readonly #modes = new Map<string, number>()
  /** What all of it lies in, in the archive. */
  #root: Buffer | null = null

  constructor(place: Buffer, skipped: Skipped) {
    this.#place = place
    this.#skipped = skipped
  }

  get isEmpty(): boolean {
    return this.#root === null
  }

  async take(entry: Entry, body: AsyncIterable<Buffer>): Promise<void> {
    const parts = this.#partsOf(entry.name)
    if (parts === null) return
    try {
      switch (entry.kind) {
        case 'folder':
          return await this.#folder(parts, entry)
        case 'file':
          return await this.#file(parts, entry, body)
        case 'link': {
          const why = whyNoLink(parts, entry.target)
          if (why !== null) return this.#skipped.add(entry.name, why)
          this.#links.set(keyOf(parts), { parts, target: entry.target })
          return
        }
        case 'other':
          return this.#skipped.add(entry.name, `it is ${typeWords[entry.type] ?? 'of a kind that is not copied'}.`)
      }
    } catch (error) {
      this.#refuse(entry.name, error)
    }
  }

  /** Links, and the rights of folders into which nothing more is written. */
  async finish(): Promise<void> {
    for (const { parts, target } of this.#links.values()) {
      const path = this.#pathOf(parts)
      try {
        if (!(await this.#openFolder(parts.slice(0, -1))) || (await this.#isTaken(path, 'link'))) continue
        await this.#beside(path, (draft) => symlink(target, draft))
      } catch (error) {
        this.#refuse(path, error)
      }
    }
    // The deepest first: one that may not be entered any more is not gone through.
    for (const [path, mode] of [...this.#modes].toReversed())
      await chmod(Buffer.from(path, 'latin1'), mode).catch((error: unknown) =>
        this.#refuse(Buffer.from(path, 'latin1'), error),
      )
  }

  /** An entry's way below the place; null for one that is refused. */
  #partsOf(name: Buffer): readonly Buffer[] | null {
    const text = name.toString('latin1')
    const refuse = (why: string) => {
      this.#skipped.add(name, why)
      return null
    }
    if (text.startsWith('/')) return refuse('its name begins at the root.')
    const parts = text
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .map((part) => Buffer.from(part, 'latin1'))
    if (parts.some((part) => part.equals(Buffer.from('..')))) return refuse('its name leads out of the folder.')
    const [root, ...below] = parts
    this.#root ??= root ?? Buffer.alloc(0)
    if (root === undefined || !root.equals(this.#root)) return refuse('it is not what was asked for.')
    if (process.platform === 'win32' && below.some((part) => !isUtf8(part) || oddOnWindows.test(part.toString())))
      return refuse('Windows has no such names.')
    return below
  }

  async #folder(parts: readonly Buffer[], { mode }: Entry): Promise<void> {
    if (parts.length > 0 && !(await this.#openFolder(parts.slice(0, -1)))) return
    const path = this.#pathOf(parts)
    if (await this.#isTaken(path, 'folder')) return
    if (this.#folders.has(keyOf(parts)) || (await about(path)) !== null) return void this.#folders.add(keyOf(parts))
    await mkdir(path, (mode & 0o777) | ownerAll)
    this.#folders.add(keyOf(parts))
    const missing = ownerAll & ~mode
    if (missing !== 0) this.#modes.set(path.toString('latin1'), (await lstat(path)).mode & 0o777 & ~missing)
  }

  async #file(parts: readonly Buffer[], { mode, modifiedAt }: Entry, body: AsyncIterable<Buffer>): Promise<void> {
    if (parts.length > 0 && !(await this.#openFolder(parts.slice(0, -1)))) return
    const path = this.#pathOf(parts)
    if (await this.#isTaken(path, 'file')) return
    await this.#beside(path, async (draft) => {
      const file = await open(draft, 'wx', mode & 0o777)
      try {
        for await (const bytes of body) await file.writeFile(bytes)
        if (!Number.isNaN(modifiedAt.getTime())) await file.utimes(modifiedAt, modifiedAt)
      } finally {
        await file.close()
      }
    })
    // Sent again as a file, it is no link any more.
    this.#links.delete(keyOf(parts))
  }

  /** Makes something under a name of its own in the same folder, and gives it the right one at once. */
  async #beside(path: Buffer, make: (draft: Buffer) => Promise<void>): Promise<void> {
    const draft = Buffer.concat([
      path.subarray(0, path.lastIndexOf(slash) + 1),
      Buffer.from(`.arcx-cp-${randomBytes(8).toString('hex')}`),
    ])
    try {
      await make(draft)
      await rename(draft, path)
    } catch (error) {
      await rm(draft, { force: true })
      throw error
    }
  }

  /** Whether what is here already stays; it was told then. */
  async #isTaken(path: Buffer, by: 'file' | 'folder' | 'link'): Promise<boolean> {
    const there = await about(path)
    if (there === null) return false
    const why = whyTaken(there, (await stat(path).catch(() => null))?.isDirectory() === true, by)
    if (why !== null) this.#skipped.add(path, why)
    return why !== null
  }

  /** Whether a folder is there into which may be written: all the way it is folders, and no link is among them. */
  async #openFolder(parts: readonly Buffer[]): Promise<boolean> {
    for (let count = 0; count <= parts.length; count++) {
      const key = keyOf(parts.slice(0, count))
      if (this.#folders.has(key)) continue
      const path = this.#pathOf(parts.slice(0, count))
      const there = await about(path)
      if (there === null) await mkdir(path)
      else if (!there.isDirectory()) {
        this.#skipped.add(this.#pathOf(parts), `${there.isSymbolicLink() ? 'a link' : 'a file'} is in its way here.`)
        return false
      }
      this.#folders.add(key)
    }
    return true
  }

  #pathOf(parts: readonly Buffer[]): Buffer {
    return Buffer.concat([this.#place, ...parts.flatMap((part) => [slash, part])])
  }

  #refuse(name: Buffer, error: unknown): void {
    // What is not of the file system is the archive's, and ends it.
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error
    if (fatal.has(String(error.code)))
      throw new Failure(`It could not be written here: ${reasonOf(error)}.`, 'copy_failed', exitCodes.failed)
    this.#skipped.add(name, `${reasonOf(error)}.`)
  }
}

const typeWords: Readonly<Record<string, string>> = {
  Link: 'a hard link',
  FIFO: 'a FIFO',
  CharacterDevice: 'a device',
  BlockDevice: 'a device',
}

function whyTaken(there: Stats, isFolderBehind: boolean, by: 'file' | 'folder' | 'link'): string | null {
  if (by === 'folder') return there.isDirectory() ? null : `${there.isSymbolicLink() ? 'a link' : 'a file'} is here.`
  if (isFolderBehind) return there.isDirectory() ? 'a folder is here.' : 'a link to a folder is here.'
  if (by === 'link' && there.isFile()) return 'a file is here.'
  return there.isFile() || there.isSymbolicLink() ? null : 'what is here is neither a file nor a folder.'
}

/**
 * Why a link is not made: only those that stay inside are. It may climb at its beginning alone, where all it climbs
 * through are folders: behind a name, which can be a link itself, `..` leads anywhere.
 */
function whyNoLink(parts: readonly Buffer[], target: Buffer): string | null {
  const text = target.toString('latin1')
  if (parts.length === 0) return 'it is a link.'
  if (text === '' || text.startsWith('/')) return 'it is a link to an absolute path, which is another one here.'
  const steps = text.split('/').filter((step) => step !== '' && step !== '.')
  const climbs = steps.findIndex((step) => step !== '..')
  const up = climbs === -1 ? steps.length : climbs
  if (up > parts.length - 1 || steps.slice(up).includes('..')) return 'it is a link that leads out of what is copied.'
  if (process.platform === 'win32' && steps.slice(up).some((step) => oddOnWindows.test(step)))
    return 'it is a link to what Windows has no names for.'
  return null
}

const about = (path: Buffer) =>
  lstat(path).catch((error: unknown) =>
    error instanceof Error && 'code' in error && error.code === 'ENOENT' ? null : Promise.reject(error as Error),
  )

const isUtf8 = (bytes: Buffer) => Buffer.from(bytes.toString()).equals(bytes)

const keyOf = (parts: readonly Buffer[]) => parts.map((part) => part.toString('latin1')).join('/')
