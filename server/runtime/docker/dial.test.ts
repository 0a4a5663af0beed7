import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { dialUnix } from './dial.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-dial-'))
})
afterAll(() => rm(directory, { recursive: true }))

async function outcome(path: string): Promise<string> {
  const socket = dialUnix(path)
  try {
    return await Promise.race([
      once(socket, 'connect').then(() => 'connected'),
      once(socket, 'close').then(() => 'closed'),
    ])
  } catch {
    return 'refused'
  } finally {
    socket.destroy()
  }
}

test('a socket is dialled, however long its path is', async () => {
  const path = join(directory, 'short.sock')
  const server = createServer((socket) => socket.end()).listen(path)
  await once(server, 'listening')
  expect(await outcome(path)).toBe('connected')
  const long = join(directory, ...Array.from({ length: 12 }, () => '.'), 'short.sock')
  expect(await outcome(`${directory}/${'./'.repeat(60)}short.sock`)).toBe('connected')
  expect(await outcome(long)).toBe('connected')
  server.close()
})

test('a link that a workspace planted is not followed to the engine’s socket', async () => {
  const target = join(directory, 'engine.sock')
  const server = createServer().listen(target)
  await once(server, 'listening')
  await symlink(target, join(directory, 'planted.sock'))
  expect(await outcome(join(directory, 'planted.sock'))).toBe('refused')
  server.close()
})

test('what is not a socket, or not there, is an error of the connection', async () => {
  await writeFile(join(directory, 'file'), '')
  expect(await outcome(join(directory, 'file'))).toBe('refused')
  expect(await outcome(join(directory, 'missing'))).toBe('refused')
})
