import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import { ListenDirectories } from './listen-directories.ts'

let directory: string
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'arcx-listen-'))))
afterAll(() => rm(directory, { recursive: true }))

test('the directory to listen in for a workspace is known after a restart, as it was set last, until it is forgotten', async () => {
  const [one, other] = [WorkspaceId.parse(randomUUID()), WorkspaceId.parse(randomUUID())]
  const listenDirectories = new ListenDirectories(directory)
  expect(await listenDirectories.of(one)).toBeNull()
  await listenDirectories.keep(one, '/data/one')
  await listenDirectories.keep(one, '/elsewhere/one')
  await listenDirectories.keep(other, '/data/other')
  const restarted = new ListenDirectories(directory)
  expect(await restarted.of(one)).toBe('/elsewhere/one')
  await restarted.forget(one)
  await restarted.forget(one)
  expect([await restarted.of(one), await restarted.of(other)]).toEqual([null, '/data/other'])
})
