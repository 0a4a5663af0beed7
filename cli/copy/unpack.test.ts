import { execFileSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { Header } from 'tar'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ArchiveError, endOfArchive, padding, readArchive, writeHeader } from './archive.ts'
import { Skipped } from './skipped.ts'
import { Unpacking } from './unpack.ts'

let outer: string
/** The folder that was meant. */
let here: string

beforeEach(() => {
  outer = mkdtempSync(join(tmpdir(), 'arcx-unpack-'))
  here = join(outer, 'here')
  mkdirSync(here)
  writeFileSync(join(outer, 'secret'), 'untouched')
})
afterEach(() => rmSync(outer, { recursive: true, force: true }))

const bytesOf = (name: Buffer | string) => Buffer.from(name)
const common = { mode: 0o644, modifiedAt: new Date(1_700_000_000_000), target: Buffer.alloc(0) }
const folder = (name: Buffer | string, mode = 0o755) =>
  writeHeader({ ...common, name: bytesOf(name), kind: 'folder', mode, size: 0 })
const link = (name: Buffer | string, target: Buffer | string) =>
  writeHeader({ ...common, name: bytesOf(name), kind: 'link', size: 0, target: bytesOf(target) })
const file = (name: Buffer | string, content = 'planted', mode = 0o644) =>
  Buffer.concat([
    writeHeader({ ...common, name: bytesOf(name), kind: 'file', mode, size: content.length }),
    Buffer.from(content),
    Buffer.alloc(padding(content.length)),
  ])
function raw(fields: ConstructorParameters<typeof Header>[0]): Buffer {
  const block = Buffer.alloc(512)
  new Header(fields).encode(block)
  return block
}

async function* pieces(archive: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < archive.length; at += size) yield archive.subarray(at, at + size)
}

async function unpack(
  archive: readonly Buffer[],
  { pieceBytes = 4096, place = join(here, 'it') } = {},
): Promise<string[]> {
  const notes: string[] = []
  const unpacking = new Unpacking(Buffer.from(place), new Skipped((text) => notes.push(text)))
  for await (const { entry, body } of readArchive(pieces(Buffer.concat([...archive, endOfArchive]), pieceBytes)))
    await unpacking.take(entry, body)
  await unpacking.finish()
  return notes
}

/** All below a folder: a file's content, a link's target, null for a folder. */
function tree(root: string): Record<string, string | null> {
  const found: Record<string, string | null> = {}
  const walk = (folderPath: string, prefix: string) => {
    for (const each of readdirSync(folderPath, { withFileTypes: true })) {
      const [path, name] = [join(folderPath, each.name), prefix + each.name]
      found[name] = each.isSymbolicLink()
        ? `→ ${readlinkSync(path)}`
        : each.isDirectory()
          ? null
          : readFileSync(path, 'utf8')
      if (each.isDirectory()) walk(path, `${name}/`)
    }
  }
  walk(root, '')
  return found
}

describe('an archive that attacks', () => {
  const attacks: Record<string, () => Buffer[]> = {
    'a name at the root': () => [folder('it'), file(`${outer}/escaped`)],
    '..': () => [folder('it'), file('it/../../escaped'), file('../escaped'), file('it/../it/../../escaped')],
    'another top-level name (CVE-2019-6111)': () => [
      folder('it'),
      file('.bashrc'),
      folder('other'),
      file('other/file'),
    ],
    'a link out, and a file through it (CVE-2018-1002100)': () => [
      folder('it'),
      link('it/out', outer),
      file('it/out/escaped'),
      link('it/up', '..'),
      file('it/up/escaped'),
    ],
    'links that lead out by one another': () => [
      folder('it'),
      folder('it/d'),
      link('it/d/x', '..'),
      link('it/e', 'd/x/..'),
      file('it/e/escaped'),
      file('it/d/x/escaped-no'),
    ],
    'a link in the place of a folder that came before': () => [
      folder('it'),
      folder('it/d'),
      link('it/d', outer),
      file('it/d/escaped-no'),
    ],
    'a link in the place of the top': () => [link('it', outer), file('it/escaped')],
    'a hard link to what is outside': () => [
      folder('it'),
      raw({ path: 'it/hard', linkpath: `${outer}/secret`, type: 'Link', mode: 0o644, size: 0 }),
      file('it/hard', 'overwritten'),
    ],
    devices: () => [
      folder('it'),
      raw({ path: 'it/device', type: 'CharacterDevice', mode: 0o666, size: 0, devmaj: 1, devmin: 1 }),
      raw({ path: 'it/fifo', type: 'FIFO', mode: 0o666, size: 0 }),
    ],
    'the same again and again': () => [
      folder('it'),
      file('it/a', 'one'),
      file('it/a', 'two'),
      folder('it/a'),
      link('it/a', outer),
      file('it/a', 'three'),
    ],
    'a name with a zero in it': () => [folder('it'), file('it/a\0/../../../escaped')],
  }
  test.each(Object.entries(attacks))(
    '%s: writes nothing outside, leads nowhere outside, and takes nothing away',
    async (_name, archive) => {
      mkdirSync(join(here, 'it'))
      writeFileSync(join(here, 'it/kept'), 'kept')
      await unpack(archive()).catch((error: unknown) => expect(error).toBeInstanceOf(ArchiveError))
      expect(readdirSync(outer).sort()).toEqual(['here', 'secret'])
      expect(readFileSync(join(outer, 'secret'), 'utf8')).toBe('untouched')
      expect(readdirSync(here)).toEqual(['it'])
      const found = tree(join(here, 'it'))
      expect(found['kept']).toBe('kept')
      for (const content of Object.values(found)) expect(content ?? '').not.toMatch(/→ (?:\/|.*\.\..*\.\.)/)
    },
  )

  test('no rights beyond reading, writing and running', async () => {
    await unpack([file('it', 'x', 0o6755)])
    expect(statSync(join(here, 'it')).mode & 0o7777).toBe(0o755)
  })

  const broken: Record<string, () => Buffer[]> = {
    'a size beyond all disks': () => [
      folder('it'),
      writeHeader({ ...common, name: bytesOf('it/big'), kind: 'file', size: 2 ** 52 }),
      Buffer.from('little'),
    ],
    'a size below zero': () => [
      folder('it'),
      sized(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe])),
    ],
    'a size that no number holds': () => [
      folder('it'),
      sized(Buffer.from([0x80, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe])),
    ],
    'a name of gigabytes': () => [raw({ path: '././@LongLink', type: 'NextFileHasLongPath', size: 2 ** 40, mode: 0 })],
    'a PAX header of gigabytes': () => [raw({ path: 'PaxHeader', type: 'ExtendedHeader', size: 2 ** 40, mode: 0 })],
    'no archive at all': () => [Buffer.from('Hello! '.repeat(200))],
    'an end in the middle': () => [file('it', 'x'.repeat(9000)).subarray(0, 4000)],
  }
  test.each(Object.entries(broken))('%s: is refused, and leaves no half of a file', async (_name, archive) => {
    const reading = async () => {
      const unpacking = new Unpacking(Buffer.from(join(here, 'it')), new Skipped(() => undefined))
      for await (const { entry, body } of readArchive(pieces(Buffer.concat(archive()), 512)))
        await unpacking.take(entry, body)
    }
    await expect(reading()).rejects.toBeInstanceOf(ArchiveError)
    expect(readdirSync(here, { recursive: true }).filter((each) => each !== 'it')).toEqual([])
  })

  function sized(size: Buffer): Buffer {
    const block = raw({ path: 'it/odd', type: 'File', mode: 0o644, size: 0 })
    size.copy(block, 124)
    block.fill(' ', 148, 156)
    block.write(
      `${block
        .reduce((sum, byte) => sum + byte, 0)
        .toString(8)
        .padStart(6, '0')}\0 `,
      148,
    )
    return block
  }
})

describe('onto what is there', () => {
  const before = () => {
    mkdirSync(join(here, 'it/sub'), { recursive: true })
    writeFileSync(join(here, 'it/old'), 'old')
    writeFileSync(join(here, 'it/both'), 'old')
    writeFileSync(join(here, 'it/sub/deep'), 'old')
    symlinkSync(outer, join(here, 'it/away'))
  }
  const kept = { old: 'old', sub: null, 'sub/deep': 'old' }

  const cases: readonly (readonly [string, () => Buffer[], Record<string, string | null>, RegExp | null])[] = [
    [
      'a folder is merged, and files replaced',
      () => [folder('it'), file('it/both', 'new'), folder('it/sub'), file('it/sub/more', 'new')],
      { both: 'new', 'sub/more': 'new' },
      null,
    ],
    [
      'no file takes a folder’s place',
      () => [folder('it'), file('it/sub', 'new')],
      { both: 'old' },
      /it\/sub: a folder is here/,
    ],
    [
      'no folder takes a file’s place',
      () => [folder('it'), folder('it/both'), file('it/both/x')],
      { both: 'old' },
      /it\/both: a file is here/,
    ],
    [
      'no link takes a file’s or a folder’s place',
      () => [folder('it'), link('it/both', 'old'), link('it/sub', 'old')],
      { both: 'old' },
      /it\/both: a file is here/,
    ],
    [
      'nothing is written through a link that was here',
      () => [folder('it'), folder('it/away'), file('it/away/escaped')],
      { both: 'old' },
      /it\/away: a link is here/,
    ],
  ]
  test.each(cases)('%s', async (_name, archive, then, why) => {
    before()
    const notes = await unpack(archive())
    expect(tree(join(here, 'it'))).toEqual({ ...kept, away: `→ ${outer}`, ...then })
    if (why === null) expect(notes).toEqual([])
    else expect(notes.join('\n')).toMatch(why)
    expect(readdirSync(outer).sort()).toEqual(['here', 'secret'])
  })

  test('a file named by its place is replaced; a folder is not put onto it', async () => {
    writeFileSync(join(here, 'it'), 'old')
    expect(await unpack([folder('it'), file('it/x')])).toHaveLength(2)
    expect(readFileSync(join(here, 'it'), 'utf8')).toBe('old')
    expect(await unpack([file('it', 'new')])).toEqual([])
    expect(readFileSync(join(here, 'it'), 'utf8')).toBe('new')
  })
})

test('links that stay inside are as they were; each other is told', async () => {
  const notes = await unpack([
    folder('it'),
    folder('it/d'),
    file('it/d/f', 'x'),
    link('it/down', 'd/f'),
    link('it/d/up', '../d/f'),
    link('it/dangling', 'nowhere'),
    link('it/python', '/usr/bin/python3'),
    link('it/outside', '../outside'),
    link('it/d/far', '../../outside'),
  ])
  expect(tree(join(here, 'it'))).toEqual({
    d: null,
    'd/f': 'x',
    down: '→ d/f',
    'd/up': '→ ../d/f',
    dangling: '→ nowhere',
  })
  expect(notes.map((note) => /it\/\S+(?=:)/.exec(note)?.[0])).toEqual(['it/python', 'it/outside', 'it/d/far'])
})

test('folders without rights are filled first', async () => {
  await unpack([folder('it', 0o555), folder('it/d', 0o555), file('it/d/f', 'x', 0o400), file('it/g', 'x')])
  expect([
    statSync(join(here, 'it')).mode & 0o777,
    statSync(join(here, 'it/d')).mode & 0o777,
    readFileSync(join(here, 'it/d/f'), 'utf8'),
  ]).toEqual([0o555, 0o555, 'x'])
})

test('any names, in any bytes and of any length, come out as GNU tar has written them, in pieces of any size', async () => {
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 120 })
    .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x61 : byte))))
    .filter((bytes) => !['.', '..'].includes(bytes.toString('latin1')))
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(name, { minLength: 1, maxLength: 4, selector: (bytes) => bytes.toString('latin1') }),
      fc.integer({ min: 1, max: 3000 }),
      async (names, pieceBytes) => {
        rmSync(here, { recursive: true, force: true })
        mkdirSync(join(here, 'from'), { recursive: true })
        const deep = Buffer.from(join(here, 'from/it/'))
        mkdirSync(deep)
        for (const each of names) writeFileSync(Buffer.concat([deep, each]), each)
        const archive = execFileSync('tar', ['--format=gnu', '-cf', '-', '-C', join(here, 'from'), 'it'])
        expect(await unpack([archive], { pieceBytes })).toEqual([])
        const found = readdirSync(join(here, 'it'), { encoding: 'buffer' })
        const sorted = (list: readonly Buffer[]) => list.map((each) => each.toString('latin1')).sort()
        expect(sorted(found)).toEqual(sorted(names))
        for (const each of names)
          expect(readFileSync(Buffer.concat([Buffer.from(join(here, 'it/')), each])).equals(each)).toBe(true)
      },
    ),
    { numRuns: 30 },
  )
})
