import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer as createTcpServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:http'
import { Writable } from 'node:stream'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { SessionId, UserId, WorkspaceId } from '@arcx/router'
import type { UserActor } from '@arcx/router'
import { createLog } from '@arcx/service-kit/log'
import type { Execution, OutputChunk } from '../runtime/port.ts'
import { Exec } from './exec.ts'

const id = '00000000-0000-4000-8000-000000000000'
const actor = { kind: 'user', via: 'session', userId: UserId.parse(id), sessionId: SessionId.parse(id) } as UserActor
const echo = createTcpServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket))
const server = createServer()
const accepting = new WebSocketServer({ noServer: true })
let children: number[] = []
const exec = new Exec({
  log: createLog('test', 'fatal', new Writable({ write: (_chunk, _encoding, done) => done() })),
  authorization: { perform: (_call, work) => work() },
  workspaces: {
    enter: async () => ({ workspaceId: WorkspaceId.parse(id), incarnation: 1 }),
    requireExec: async () => undefined,
  },
  runtime: { exec: async (_container, { command }) => programOf(command) },
  connection: {
    dialPort: async () =>
      connect({ port: (echo.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true }),
  },
  presence: { atWork: () => () => undefined },
  onActivity: () => undefined,
})

function programOf([name = 'true', ...rest]: readonly string[]): Execution {
  const child = spawn(name, rest)
  if (child.pid !== undefined) children.push(child.pid)
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  return {
    input: child.stdin,
    endInput: () => void child.stdin.end(),
    output: outputOf(child.stdout),
    exitCode: async () => (await ended)[0] ?? 137,
    resize: async () => undefined,
    signal: async (signal) => void child.kill(`SIG${signal}`),
    destroy: () => void child.stdin.destroy(),
  }
}

async function* outputOf(stdout: Readable): AsyncIterable<OutputChunk> {
  for await (const bytes of stdout as AsyncIterable<Buffer>) yield { stream: 'stdout', bytes }
}

beforeAll(async () => {
  server.on('upgrade', (request, socket, head) => {
    accepting.handleUpgrade(
      request,
      socket,
      head,
      (webSocket) =>
        void (request.url === '/exec' ? exec.serve(webSocket, actor) : exec.forward(webSocket, actor, 'mine', 1)),
    )
  })
  await Promise.all([once(server.listen(0, '127.0.0.1'), 'listening'), once(echo.listen(0, '127.0.0.1'), 'listening')])
})
afterAll(() => {
  for (const pid of children) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended, as it should.
    }
  }
  children = []
  for (const each of [server, echo]) each.close()
})

const handshake = (path: string) =>
  Buffer.from(
    `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  )
/** A client's frame (RFC 6455, section 5.2), masked with zeros. */
function frame(data: string | Buffer): Buffer {
  const bytes = Buffer.from(data)
  const length =
    bytes.length < 126 ? Buffer.of(0x80 | bytes.length) : Buffer.of(0x80 | 126, bytes.length >> 8, bytes.length & 0xff)
  return Buffer.concat([Buffer.of(typeof data === 'string' ? 0x81 : 0x82), length, Buffer.alloc(4), bytes])
}
const opening = (command: string[]) => frame(JSON.stringify({ workspace: 'mine', command, tty: null }))
const end = frame(JSON.stringify({ type: 'end' }))

/** A server's frames, as far as they are whole. */
function* framesIn(bytes: Buffer): Generator<{ readonly code: number; readonly data: Buffer }> {
  for (let at = 0; at + 4 <= bytes.length;) {
    const short = bytes.readUInt8(at + 1)
    const [from, length] = short === 126 ? [at + 4, bytes.readUInt16BE(at + 2)] : [at + 2, short]
    if (from + length > bytes.length) return
    yield { code: bytes.readUInt8(at) & 0x0f, data: bytes.subarray(from, from + length) }
    at = from + length
  }
}

/** What comes back for a connection whose bytes are sent in these segments. */
async function answerTo(segments: readonly Buffer[]): Promise<{ output: string; notes: object[] }> {
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', noDelay: true })
  onTestFinished(() => void socket.destroy())
  let got = Buffer.alloc(0)
  const frames = () => [...framesIn(got.subarray(got.indexOf('\r\n\r\n') + 4))]
  const over = new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('It was closed without a word.')))
    socket.on('data', (bytes: Buffer) => {
      got = Buffer.concat([got, bytes])
      if (got.includes('\r\n\r\n') && frames().some(({ code }) => code === 8)) resolve()
    })
  })
  for (const segment of segments) {
    await new Promise((resolve) => socket.write(segment, resolve))
    await new Promise((resolve) => setImmediate(resolve))
  }
  await over
  const said = (of: number) =>
    frames()
      .filter(({ code }) => code === of)
      .map(({ data }) => data)
  return { output: Buffer.concat(said(2)).toString(), notes: said(1).map((data) => JSON.parse(String(data)) as object) }
}

/** Every way to send the same bytes in one segment or in two. */
function cuts(bytes: Buffer): Buffer[][] {
  const step = Math.max(1, Math.floor(bytes.length / 60))
  return [
    [bytes],
    ...Array.from({ length: Math.floor((bytes.length - 1) / step) }, (_each, index) => [
      bytes.subarray(0, (index + 1) * step),
      bytes.subarray((index + 1) * step),
    ]),
  ]
}

describe('all that a client sends gets there in its order, however it is cut into segments', () => {
  test('the input of a program, and its end', async () => {
    const input = ['hello ', 'there', '', ', all of you'].map((each) => frame(Buffer.from(each)))
    const sent = Buffer.concat([handshake('/exec'), opening(['cat']), ...input, end])
    for (const segments of cuts(sent)) {
      const { output, notes } = await answerTo(segments)
      expect(output.replaceAll('\u0001', '')).toBe('hello there, all of you')
      expect(notes).toEqual([{ type: 'started' }, { type: 'exit', code: 0 }])
    }
  }, 30_000)

  test('more of it than the program takes at once', async () => {
    const input = Array.from({ length: 400 }, (_each, index) => frame(Buffer.alloc(2000, String(index % 10))))
    const { output } = await answerTo([Buffer.concat([handshake('/exec'), opening(['wc', '-c']), ...input, end])])
    expect(output).toBe('\u0001800000\n')
  })

  test('a signal', async () => {
    const { notes } = await answerTo([
      Buffer.concat([
        handshake('/exec'),
        opening(['sleep', '600']),
        frame(JSON.stringify({ type: 'signal', name: 'KILL' })),
      ]),
    ])
    expect(notes.at(-1)).toEqual({ type: 'exit', code: 137 })
  })

  test('what goes to a forwarded port', async () => {
    const sent = Buffer.concat([
      handshake('/forward'),
      ...['one ', 'two ', 'three', ''].map((each) => frame(Buffer.from(each))),
    ])
    for (const segments of cuts(sent)) expect((await answerTo(segments)).output).toBe('one two three')
  })
})
