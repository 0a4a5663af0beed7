import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { partitionOf, partitionsOf, removeOrphans } from './partitions.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-partitions-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** The folder that Chromium makes for a partition. */
const folderOf = (partition: string) => encodeURIComponent(partition.slice('persist:'.length).toLowerCase())
async function made(accountId: string, workspaceId: string): Promise<string> {
  const name = folderOf(partitionOf(accountId, workspaceId))
  await mkdir(join(directory, name), { recursive: true })
  await writeFile(join(directory, name, 'Cookies'), 'x')
  return name
}

test('what removed accounts have left goes; what is another account’s, or not of this making, stays', async () => {
  const [ann, ben] = [randomUUID(), randomUUID()]
  const kept = [await made(ann, 'w1'), await made(ann, 'w2')]
  await made(ben, 'w1')
  await mkdir(join(directory, 'something-else'))
  const outside = await mkdtemp(join(tmpdir(), 'arcx-outside-'))
  await writeFile(join(outside, 'file'), 'x')
  await symlink(outside, join(directory, `${randomUUID()}.link`))
  await removeOrphans(directory, [ann])
  expect((await readdir(directory)).filter((name) => !name.endsWith('.link')).toSorted()).toEqual(
    [...kept, 'something-else'].toSorted(),
  )
  expect(await readdir(outside)).toEqual(['file'])
  await rm(outside, { recursive: true })
})

test('an account’s partitions are found by their names, also where they are written otherwise on disk', async () => {
  const [ann, ben] = [randomUUID(), randomUUID()]
  for (const id of ['w1', 'a b', 'ü']) await made(ann, id)
  await made(ben, 'w1')
  expect((await partitionsOf(directory, ann)).toSorted()).toEqual(
    ['w1', 'a b', 'ü'].map((id) => partitionOf(ann, id)).toSorted(),
  )
  expect(await partitionsOf(join(directory, 'none'), ann)).toEqual([])
})
