import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claimInstance, runningInstance } from './instance.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-instance-'))
})
afterEach(() => rm(directory, { recursive: true }))
const instance = { pid: 1, publicOrigin: 'http://localhost:3000', listen: '127.0.0.1', port: 3000, stopping: false }

test('whoever runs on a directory is found there, until it ends', async () => {
  expect(await runningInstance(directory)).toBeNull()
  const server = await claimInstance(directory, () => instance)
  expect(await runningInstance(directory)).toEqual(instance)
  await new Promise((resolve) => server.close(resolve))
  expect(await runningInstance(directory)).toBeNull()
})

test('what a killed process left behind is in nobody’s way', async () => {
  await writeFile(join(directory, 'launch.sock'), '')
  expect(await runningInstance(directory)).toBeNull()
  const server = await claimInstance(directory, () => instance)
  expect(await runningInstance(directory)).toEqual(instance)
  server.close()
})
