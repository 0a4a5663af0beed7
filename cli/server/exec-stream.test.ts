import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { ExecStream } from './exec-stream.ts'
import { Server } from './server.ts'

test('where its input cannot be read, as of a folder, that is told, and nobody waits for its end', async () => {
  const there = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(there, 'listening')
  const gone = Promise.withResolvers<void>()
  there.on('connection', (socket) => {
    socket.once('message', () => socket.send(JSON.stringify({ type: 'started' })))
    socket.on('close', () => gone.resolve())
  })
  try {
    const server = new Server(`http://127.0.0.1:${(there.address() as AddressInfo).port}`, null)
    const run = new ExecStream(
      server,
      { workspace: 'w', command: ['cat'], tty: null, directory: null },
      { input: createReadStream(tmpdir()), output: new PassThrough(), errors: new PassThrough() },
    )
    await expect(run.exitCode()).rejects.toMatchObject({ code: 'input_failed' })
    // So that the program there is ended too.
    await gone.promise
  } finally {
    there.close()
  }
})
