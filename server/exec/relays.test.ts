import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { beforeEach, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { OutputChunk } from '../runtime/port.ts'
import { ExecRelay } from './exec-relay.ts'
import { relayBytes } from './forward-relay.ts'
import { IncomingMessages } from './incoming.ts'

/** The server's side of a WebSocket whose client was there and has gone. */
let webSocket: WebSocket
beforeEach(async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  onTestFinished(() => server.close())
  await once(server, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  client.on('error', () => undefined)
  ;[webSocket] = await once(server, 'connection')
  webSocket.pause()
  webSocket.terminate()
  await once(webSocket, 'close')
})

test('a client that went before its port was reached leaves no connection behind', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const connection = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [other] = await accepted
  other.on('error', () => undefined).resume()
  const closed = once(other, 'close')
  await relayBytes(webSocket, new IncomingMessages(webSocket), connection, () => undefined)
  expect(connection.destroyed).toBe(true)
  await closed
})

test('a client that went before its program had begun leaves no program behind', async () => {
  // It says nothing, and runs on.
  const child = spawn('sleep', ['600'])
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const relay = new ExecRelay(
    webSocket,
    new IncomingMessages(webSocket),
    {
      input: child.stdin,
      endInput: () => void child.stdin.end(),
      output: outputOf(child.stdout),
      exitCode: async () => (await ended)[0] ?? 0,
      resize: async () => undefined,
      signal: async (name) => void child.kill(`SIG${name}`),
      destroy: () => void child.stdin.destroy(),
    },
    () => undefined,
  )
  await relay.untilOver()
  expect((await ended)[1]).toBe('SIGHUP')
})

async function* outputOf(stdout: Readable): AsyncIterable<OutputChunk> {
  for await (const bytes of stdout as AsyncIterable<Buffer>) yield { stream: 'stdout', bytes }
}
