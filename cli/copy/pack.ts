import type { Stats } from 'node:fs'
import { constants } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { lstat, open, readdir, readlink } from 'node:fs/promises'
import { endOfArchive, padding, writeHeader } from './archive.ts'
import { reasonOf } from './skipped.ts'
import type { Skipped } from './skipped.ts'

const slash = Buffer.from('/')
const none = Buffer.alloc(0)
const pieceBytes = 256 * 1024
// Windows has neither; there is no FIFO to wait for, nor a link that is put in between.
const openFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0)

/** A file or folder here as an archive in which it is called `name`. What cannot be copied is told, and the rest goes on. */
export async function* pack(path: Buffer, name: Buffer, skipped: Skipped): AsyncGenerator<Buffer> {
  yield* packOne(path, name, skipped)
  yield endOfArchive
}

async function* packOne(path: Buffer, name: Buffer, skipped: Skipped): AsyncGenerator<Buffer> {
  try {
    const about = await lstat(path)
    if (about.isDirectory()) return yield* packFolder(path, name, about, skipped)
    if (about.isFile()) return yield* packFile(path, name, skipped)
    if (!about.isSymbolicLink()) return skipped.add(path, `it is ${kindOf(about)}.`)
    const target = await readlink(path, { encoding: 'buffer' })
    yield writeHeader({ name, kind: 'link', mode: 0o777, modifiedAt: about.mtime, size: 0, target })
  } catch (error) {
    // Nobody takes it any more; the file is not the cause.
    if (error instanceof Error && error.name === 'AbortError') throw error
    skipped.add(path, `${reasonOf(error)}.`)
  }
}

async function* packFolder(path: Buffer, name: Buffer, about: Stats, skipped: Skipped): AsyncGenerator<Buffer> {
  yield writeHeader({
    name: Buffer.concat([name, slash]),
    kind: 'folder',
    mode: about.mode & 0o777,
    modifiedAt: about.mtime,
    size: 0,
    target: none,
  })
  for (const each of await readdir(path, { encoding: 'buffer' }))
    yield* packOne(Buffer.concat([path, slash, each]), Buffer.concat([name, slash, each]), skipped)
}

async function* packFile(path: Buffer, name: Buffer, skipped: Skipped): AsyncGenerator<Buffer> {
  const file = await open(path, openFlags)
  try {
    const about = await file.stat()
    if (!about.isFile()) return skipped.add(path, `it is ${kindOf(about)}.`)
    yield writeHeader({
      name,
      kind: 'file',
      mode: about.mode & 0o777,
      modifiedAt: about.mtime,
      size: about.size,
      target: none,
    })
    const read = yield* contentsOf(file, about.size)
    // The archive has said how long it is.
    for (let left = about.size - read; left > 0; left -= pieceBytes) yield Buffer.alloc(Math.min(left, pieceBytes))
    yield Buffer.alloc(padding(about.size))
    const after = await file.stat()
    if (read < about.size) skipped.doubt(path, 'it was cut while it was copied; the rest of its copy is zeros.')
    else if (after.size !== about.size || after.mtimeMs !== about.mtimeMs)
      skipped.doubt(path, 'it changed while it was copied.')
  } finally {
    await file.close()
  }
}

/** Up to `size` bytes; returns how many there were. */
async function* contentsOf(file: FileHandle, size: number): AsyncGenerator<Buffer, number> {
  let at = 0
  while (at < size) {
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, size - at))
    // Half a file is followed by zeros: what has been announced must come.
    const { bytesRead } = await file.read(piece, 0, piece.length, at).catch(() => ({ bytesRead: 0 }))
    if (bytesRead === 0) break
    at += bytesRead
    yield piece.subarray(0, bytesRead)
  }
  return at
}

function kindOf(about: Stats): string {
  if (about.isFIFO()) return 'a FIFO'
  if (about.isSocket()) return 'a socket'
  if (about.isBlockDevice() || about.isCharacterDevice()) return 'a device'
  return 'neither a file, a folder nor a link'
}
