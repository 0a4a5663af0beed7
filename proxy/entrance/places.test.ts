import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import { Places } from './places.ts'

let directory: string
beforeAll(async () => void (directory = await mkdtemp(join(tmpdir(), 'arcx-places-'))))
afterAll(() => rm(directory, { recursive: true }))

test('where a workspace is listened for is known after a restart, as it was said last, until it is forgotten', async () => {
  const [one, other] = [WorkspaceId.parse(randomUUID()), WorkspaceId.parse(randomUUID())]
  const places = new Places(directory)
  expect(await places.of(one)).toBeNull()
  await places.keep(one, '/data/one')
  await places.keep(one, '/elsewhere/one')
  await places.keep(other, '/data/other')
  const restarted = new Places(directory)
  expect(await restarted.of(one)).toBe('/elsewhere/one')
  await restarted.forget(one)
  await restarted.forget(one)
  expect([await restarted.of(one), await restarted.of(other)]).toEqual([null, '/data/other'])
})
