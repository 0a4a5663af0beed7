import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { afterEach, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { Outward } from '../tenants/outward.ts'
import { Prepared } from '../tenants/prepared.ts'
import { Refusal } from '../policy/refusal.ts'
import { Tenant } from '../tenants/tenants.ts'
import { CallTrace } from '../records/call-trace.ts'
import { relayMessages } from './web-socket.ts'

const prepared = new Prepared(2 ** 24)

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const portOf = (server: Server | WebSocketServer) => (server.address() as AddressInfo).port

/** A relay from a program on a bare connection to a WebSocket server; `before` happens once that has answered. */
async function relayed(handshake: string, before: (program: Socket, taken: Socket) => unknown = () => undefined) {
  const outside = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(outside, 'listening')
  const entrance = createServer().listen(0, '127.0.0.1')
  await once(entrance, 'listening')
  closing.push(
    () => outside.close(),
    () => entrance.close(),
  )
  const upstream = new WebSocket(`ws://127.0.0.1:${portOf(outside)}/`)
  await once(upstream, 'open')
  const upgraded = once(entrance, 'upgrade') as Promise<[IncomingMessage, Socket, Buffer]>
  const program = connect(portOf(entrance), '127.0.0.1', () => program.write(handshake))
  program.on('error', () => undefined).resume()
  const [request, socket, head] = await upgraded
  socket.on('error', () => socket.destroy())
  await before(program, socket)
  const trace = new CallTrace()
  const relaying = relayMessages({
    request,
    socket,
    head,
    upstream,
    trace,
    tenant: new Tenant(null, [], [], prepared),
    outward: new Outward([], [], prepared),
    isCut: new Promise<never>(() => undefined),
    leak: () => new Refusal(403, 'leak', 'leak'),
    judge: (text) => {
      if (text.includes('forbidden')) throw new Refusal(403, 'key_misplaced', 'forbidden')
    },
  })
  relaying.catch(() => undefined)
  return { outside, upstream, program, socket, relaying, trace }
}

const handshake = (...more: string[]) =>
  [
    'GET / HTTP/1.1',
    'Host: a.example',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    ...more,
    '',
    '',
  ].join('\r\n')
const sound = handshake('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==')
/** A masked frame of a client’s, its mask all zero. */
const frame = (opcode: number, body: Buffer) =>
  Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | body.length, 0, 0, 0, 0]), body])

test.each([
  ['without a key', handshake()],
  ['with a key that is none', handshake('Sec-WebSocket-Key: short')],
  [
    'with protocols that are none',
    handshake('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol: a,,b'),
  ],
])('a handshake %s is refused, and the connection outside ends', async (_name, text) => {
  const { upstream, relaying } = await relayed(text)
  await expect(relaying).rejects.toMatchObject({ code: 'upgrade_malformed', status: 400 })
  await vi.waitFor(() => expect(upstream.readyState).toBe(WebSocket.CLOSED))
})

test('where the program went while the server outside was dialled, the connection outside ends', async () => {
  const { upstream, relaying } = await relayed(sound, async (program, taken) => {
    program.destroy()
    taken.resume()
    await once(taken, 'end')
  })
  await expect(relaying).rejects.toThrow('the program went')
  await vi.waitFor(() => expect(upstream.readyState).toBe(WebSocket.CLOSED))
})

test('a reason to close is judged as a message is', async () => {
  const { program, outside, relaying } = await relayed(sound)
  const [server] = [...outside.clients]
  const closed = new Promise<string>((resolve) => server?.on('close', (_code, reason) => resolve(reason.toString())))
  program.write(frame(8, Buffer.concat([Buffer.from([0x03, 0xe8]), Buffer.from('forbidden')])))
  await expect(relaying).rejects.toMatchObject({ code: 'key_misplaced' })
  expect(await closed).toBe('')
})

test('a message and a reason that may go arrive', async () => {
  const { program, outside, relaying } = await relayed(sound)
  const [server] = [...outside.clients]
  const heard: string[] = []
  server?.on('message', (data) => heard.push(String(data)))
  server?.on('close', (_code, reason) => heard.push(reason.toString()))
  program.write(
    Buffer.concat([
      frame(1, Buffer.from('hello')),
      frame(8, Buffer.concat([Buffer.from([0x03, 0xe8]), Buffer.from('bye')])),
    ]),
  )
  await relaying
  await vi.waitFor(() => expect(heard).toEqual(['hello', 'bye']))
})
