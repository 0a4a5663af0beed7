import { Header } from 'tar'

const blockBytes = 512
/** No file system takes longer names; whoever sends one means to fill the memory. */
const longestName = 64 * 1024
const maxSize = Number.MAX_SAFE_INTEGER

export type EntryKind = 'file' | 'folder' | 'link' | 'other'

/** One entry of a tar archive. Names are bytes: not every file system keeps to UTF-8. */
export interface Entry {
  readonly name: Buffer
  readonly kind: EntryKind
  /** What it is, for `other`. */
  readonly type: string
  readonly mode: number
  readonly modifiedAt: Date
  readonly size: number
  /** Where a link leads. */
  readonly target: Buffer
}

export class ArchiveError extends Error {}

const kinds: Readonly<Record<string, EntryKind>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'folder',
  SymbolicLink: 'link',
}

/**
 * Reads GNU's form of tar, in which a longer name is a body of its own before the entry. `tar` reads the fields; names
 * are taken from the block, as it would decode them as UTF-8. What a caller leaves of a body is passed over.
 * @throws `ArchiveError` for anything else, also an end in the middle.
 */
export async function* readArchive(
  source: AsyncIterable<Buffer>,
): AsyncGenerator<{ readonly entry: Entry; readonly body: AsyncIterable<Buffer> }> {
  const bytes = new ByteReader(source)
  let [longName, longTarget]: (Buffer | null)[] = [null, null]
  for (;;) {
    const block = await bytes.take(blockBytes)
    const header = headerOf(block)
    if (header === null) break
    const { size } = header
    if (size === undefined || size < 0 || size > maxSize)
      throw new ArchiveError('The archive holds a size that cannot be.')
    if (header.type === 'NextFileHasLongPath' || header.type === 'NextFileHasLongLinkpath') {
      if (size > longestName) throw new ArchiveError('The archive holds a name that is too long.')
      const long = untilZero(await bytes.take(size))
      await bytes.take(padding(size))
      if (header.type === 'NextFileHasLongPath') longName = long
      else longTarget = long
      continue
    }
    const kind = kinds[header.type] ?? 'other'
    const held = kind === 'file' || kind === 'other' ? size : 0
    const entry: Entry = {
      name: longName ?? untilZero(block.subarray(0, 100)),
      kind,
      type: header.type,
      mode: header.mode ?? 0o644,
      modifiedAt: header.mtime ?? new Date(),
      size: held,
      target: longTarget ?? untilZero(block.subarray(157, 257)),
    }
    ;[longName, longTarget] = [null, null]
    const body = bytes.next(held)
    yield { entry, body }
    await passOver(body)
    await bytes.take(padding(held))
  }
  // What stands behind the end fills up its writer's last record.
  await bytes.drain()
}

function headerOf(block: Buffer): Header | null {
  let header: Header
  try {
    header = new Header(block)
  } catch (error) {
    throw new ArchiveError('The archive holds a number that cannot be.', { cause: error })
  }
  if (header.nullBlock) return null
  if (!header.cksumValid) throw new ArchiveError('What came is no archive.')
  if (header.type === 'ExtendedHeader' || header.type === 'GlobalExtendedHeader' || header.type === 'OldExtendedHeader')
    throw new ArchiveError('The archive is of another form than was asked for.')
  return header
}

/** The blocks that come before an entry's body. */
export function writeHeader(
  entry: Omit<Entry, 'type' | 'kind'> & { readonly kind: 'file' | 'folder' | 'link' },
): Buffer {
  const { kind, mode, modifiedAt, size } = entry
  const type = kind === 'file' ? 'File' : kind === 'folder' ? 'Directory' : 'SymbolicLink'
  const blocks: Buffer[] = []
  // What the header's field cannot hold, or not in any bytes, goes before it.
  const fits = (bytes: Buffer) => bytes.length < 100 && bytes.every((byte) => byte < 0x80)
  if (!fits(entry.name)) blocks.push(...longBlocks('NextFileHasLongPath', entry.name))
  if (!fits(entry.target)) blocks.push(...longBlocks('NextFileHasLongLinkpath', entry.target))
  const shortened = (bytes: Buffer) => (fits(bytes) ? bytes.toString() : 'long')
  blocks.push(
    encoded({
      path: shortened(entry.name),
      linkpath: shortened(entry.target),
      mode,
      uid: 0,
      gid: 0,
      size,
      mtime: modifiedAt,
      type,
    }),
  )
  return Buffer.concat(blocks)
}

async function passOver(body: AsyncIterable<Buffer>): Promise<void> {
  const rest = body[Symbol.asyncIterator]()
  while ((await rest.next()).done !== true);
}

export const endOfArchive: Buffer = Buffer.alloc(2 * blockBytes)

export const padding = (size: number): number => (blockBytes - (size % blockBytes)) % blockBytes

function longBlocks(type: 'NextFileHasLongPath' | 'NextFileHasLongLinkpath', bytes: Buffer): Buffer[] {
  const size = bytes.length + 1
  return [
    encoded({ path: '././@LongLink', linkpath: '', mode: 0, uid: 0, gid: 0, size, mtime: new Date(0), type }),
    bytes,
    Buffer.alloc(1 + padding(size)),
  ]
}

function encoded(fields: ConstructorParameters<typeof Header>[0]): Buffer {
  const block = Buffer.alloc(blockBytes)
  new Header(fields).encode(block)
  return block
}

function untilZero(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0)
  return Buffer.from(end === -1 ? bytes : bytes.subarray(0, end))
}

/** As many bytes as are wanted, from pieces of any length. */
class ByteReader {
  readonly #source: AsyncIterator<Buffer>
  #held: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  async take(count: number): Promise<Buffer> {
    const parts: Buffer[] = []
    for await (const part of this.next(count)) parts.push(part)
    return Buffer.concat(parts)
  }

  /** Goes on where it was left. */
  next(count: number): AsyncIterable<Buffer> {
    let left = count
    const part = async (): Promise<IteratorResult<Buffer>> => {
      if (left === 0) return { done: true, value: undefined }
      while (this.#held.length === 0) {
        const { done, value } = await this.#source.next()
        if (done === true) throw new ArchiveError('The archive ended in the middle.')
        this.#held = value
      }
      const value = this.#held.subarray(0, left)
      this.#held = this.#held.subarray(value.length)
      left -= value.length
      return { done: false, value }
    }
    // No `return`: to stop reading a body is not to stop reading.
    return { [Symbol.asyncIterator]: () => ({ next: part }) }
  }

  async drain(): Promise<void> {
    while ((await this.#source.next()).done !== true);
  }
}
