import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Doc, applyUpdate, encodeStateAsUpdate } from 'yjs'
import type { Database } from '@arcx/prisma'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import type { Person } from '@arcx/testing/person'
import { DiskStore, UnusableAnnouncement, hashOf } from './documents/disk-store.ts'
import { fork, rewrite, textOf } from './text/shared-text.ts'

let collab: TestCollab
let ann: Person
let workspaceId: string
let prisma: Database
let disk: DiskStore

beforeAll(async () => {
  collab = await startTestCollab()
  ann = await collab.arc.person()
  workspaceId = (await ann.api.workspaces.create.mutate({ name: 'announced' })).id
  ;({ prisma } = collab.arc)
  disk = new DiskStore(prisma)
})
afterAll(async () => {
  await collab?.destroy()
})

async function file(): Promise<string> {
  const id = randomUUID()
  await prisma.document.create({ data: { id, workspaceId, path: id, snapshot: null } })
  return id
}

function state(text: string): Uint8Array {
  const doc = new Doc()
  doc.getText('content').insert(0, text)
  return encodeStateAsUpdate(doc)
}
const nothing = state('')

test.each([
  ['no state at all', hashOf('two\n'), Buffer.from('garbage!')],
  ['the state of another text', hashOf('two\n'), Buffer.from(state('three\n'))],
  ['a state that cannot be applied', hashOf(''), Buffer.from('01010900840900017a00', 'hex')],
  ['more than a text may have', hashOf('x'.repeat(17 * 1024 * 1024)), Buffer.from(state('x'.repeat(17 * 1024 * 1024)))],
])(
  '%s is not kept as announced, and the file can be told of afterwards',
  async (_, hash, announced) => {
    const id = await file()
    await disk.found(id, 'one\n', null, null, ann.userId, nothing)
    await expect(disk.announce(id, hash, announced, ann.userId)).rejects.toThrow(UnusableAnnouncement)
    expect(
      await disk.found(
        id,
        'two\n',
        hashOf('one\n'),
        { announced: [hash], isWritten: true },
        ann.userId,
        state('one\n'),
      ),
    ).toMatchObject({ kind: 'known', hash: hashOf('two\n') })
    expect(await disk.found(id, 'three\n', hashOf('two\n'), null, ann.userId, state('two\n'))).toMatchObject({
      kind: 'known',
      hash: hashOf('three\n'),
    })
  },
  30_000,
)

test('what was stored as the file’s state, or as announced, and cannot be used is as if it were not there', async () => {
  const id = await file()
  await disk.found(id, 'one\n', null, null, ann.userId, nothing)
  await prisma.document.update({ where: { id }, data: { diskState: Buffer.from('garbage!') } })
  await prisma.documentAnnouncement.create({
    data: {
      documentId: id,
      hash: hashOf('two\n'),
      state: Buffer.from('garbage!'),
      userId: ann.userId,
      at: new Date(Date.now() - 60_000),
    },
  })
  expect(await disk.found(id, 'two\n', hashOf('one\n'), null, ann.userId, state('one\n'))).toMatchObject({
    kind: 'known',
    hash: hashOf('two\n'),
  })
  expect(await disk.found(id, 'three\n', hashOf('two\n'), null, ann.userId, state('two\n'))).toMatchObject({
    kind: 'known',
    hash: hashOf('three\n'),
  })
})

test('a program’s letters stand there once, where another window tells of them before the one that has written', async () => {
  const id = await file()
  const opened = await disk.found(id, 'one\n', null, null, ann.userId, nothing)
  const text = fork(opened.kind === 'known' ? opened.state : null)
  const announced: string[] = []
  for (const typed of ['one\nA\n', 'one\nA\nB\n']) {
    rewrite(text, typed)
    announced.push(hashOf(typed))
    await disk.announce(id, hashOf(typed), encodeStateAsUpdate(text), ann.userId)
  }
  // Whoever wrote takes longer to tell of it than the others wait.
  await prisma.documentAnnouncement.updateMany({
    where: { documentId: id },
    data: { at: new Date(Date.now() - 10_000) },
  })
  const onDisk = 'one\nA\n[p]\nB\n'
  rewrite(text, 'one\nA\nB\nC')
  const others = await disk.found(id, onDisk, hashOf('one\n'), null, ann.userId, encodeStateAsUpdate(text))
  if (others.kind === 'known' && others.update !== null) applyUpdate(text, others.update)
  expect(textOf(text)).toBe('one\nA\n[p]\nB\nC')
  const own = await disk.found(
    id,
    onDisk,
    hashOf(onDisk),
    { announced, isWritten: true },
    ann.userId,
    encodeStateAsUpdate(text),
  )
  expect(own).toMatchObject({ kind: 'known', hash: hashOf(onDisk), update: null })
})

test('and what a program puts back behind one that has written is taken for a change all the same', async () => {
  const id = await file()
  const opened = await disk.found(id, 'one\ntwo\n', null, null, ann.userId, nothing)
  for (const typed of ['one\ntwo\nthree\n', 'one\n']) {
    const text = fork(opened.kind === 'known' ? opened.state : null)
    rewrite(text, typed)
    await disk.announce(id, hashOf(typed), encodeStateAsUpdate(text), ann.userId)
    rewrite(text, `more${typed}`)
    const put = await disk.found(
      id,
      'one\ntwo\n',
      hashOf('one\ntwo\n'),
      { announced: [hashOf(typed)], isWritten: true },
      ann.userId,
      encodeStateAsUpdate(text),
    )
    if (put.kind === 'known' && put.update !== null) applyUpdate(text, put.update)
    expect(textOf(text)).toBe('moreone\ntwo\n')
  }
})

const kept = async (documentId: string) => {
  const rows = await prisma.documentAnnouncement.findMany({ where: { documentId }, select: { state: true } })
  return { count: rows.length, bytes: rows.reduce((sum, { state }) => sum + state.length, 0) }
}

test('however much is announced of a text, what is kept is bounded, and the latest is among it', async () => {
  const id = await file()
  let latest = ''
  for (let index = 0; index < 20; index += 1) {
    const text = randomBytes(2 * 1024 * 1024).toString('hex')
    latest = createHash('sha256').update(text).digest('hex')
    await disk.announce(id, latest, state(text), ann.userId)
  }
  const { count, bytes } = await kept(id)
  expect(count).toBeGreaterThan(0)
  expect(bytes).toBeLessThanOrEqual(16 * 1024 * 1024)
  expect(
    await prisma.documentAnnouncement.findMany({ where: { documentId: id, hash: latest }, select: { hash: true } }),
  ).toHaveLength(1)
  await Promise.all(
    Array.from({ length: 150 }, (_, index) => disk.announce(id, hashOf(`${index}`), state(`${index}`), ann.userId)),
  )
  expect((await kept(id)).count).toBeLessThanOrEqual(100)
}, 60_000)

test('what nobody has found expires, of whatever text', async () => {
  const [old, young] = [await file(), await file()]
  for (const id of [old, young]) await disk.announce(id, hashOf('one'), state('one'), ann.userId)
  await prisma.documentAnnouncement.updateMany({
    where: { documentId: old },
    data: { at: new Date(Date.now() - 600_000) },
  })
  await disk.expire()
  expect(
    await prisma.documentAnnouncement.findMany({
      where: { documentId: { in: [old, young] } },
      select: { documentId: true },
    }),
  ).toEqual([{ documentId: young }])
})
