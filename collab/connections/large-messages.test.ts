import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { LargeMessages } from './large-messages.ts'

const mebibyte = 1024 * 1024
let server: WebSocketServer
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false, maxPayload: 17 * mebibyte })
  await once(server, 'listening')
})
afterAll(() => {
  for (const client of server.clients) client.terminate()
  server.close()
})

/** A client that sends a message by parts, and what has come of it. */
async function sender(large: LargeMessages, userId: string) {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`, { perMessageDeflate: false })
  const [socket, { socket: wire }] = (await once(server, 'connection')) as [WebSocket, { socket: Socket }]
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open')
  const got: number[] = []
  socket.on('message', (data: Buffer) => void got.push(data.length))
  socket.on('error', () => undefined)
  let read = 0
  large.watch(socket, wire, userId)
  wire.on('data', (piece: Buffer) => (read += piece.length))
  return {
    socket,
    got,
    client,
    get read() {
      return read
    },
    part: (megabytes: number, isLast: boolean) =>
      new Promise<void>((resolve) =>
        client.send(Buffer.alloc(megabytes * mebibyte), { fin: isLast, binary: true }, () => resolve()),
      ),
  }
}

test('as many as may arrive do; the others are not read, count as alive, and come in as soon as there is room', async () => {
  const large = new LargeMessages()
  const first: Awaited<ReturnType<typeof sender>>[] = []
  for (let index = 0; index < 8; index += 1) first.push(await sender(large, `person ${index}`))
  await Promise.all(first.map((each) => each.part(6, false)))
  await vi.waitFor(() => expect(first.every(({ read }) => read > 6 * mebibyte - 1)).toBe(true))
  const late = await sender(large, 'late')
  void late.part(12, true)
  await vi.waitFor(() => expect(late.read).toBeGreaterThan(4 * mebibyte))
  await vi.waitFor(() => expect(late.socket.isPaused).toBe(true))
  expect(late.read).toBeLessThan(5 * mebibyte)
  expect([large.isAlive(late.socket), large.isAlive(late.socket)]).toEqual([true, true])
  // What is small goes on.
  const small = await sender(large, 'small')
  await small.part(1, true)
  await vi.waitFor(() => expect(small.got).toEqual([mebibyte]))
  expect(late.got).toEqual([])
  await first[0]?.part(1, true)
  await vi.waitFor(() => expect(late.got).toEqual([12 * mebibyte]))
  expect(first[0]?.got).toEqual([7 * mebibyte])
})

test('one person has two turns, and whoever goes gives theirs back', async () => {
  const large = new LargeMessages()
  const [one, two, three] = [await sender(large, 'same'), await sender(large, 'same'), await sender(large, 'same')]
  await Promise.all([one.part(6, false), two.part(6, false)])
  await vi.waitFor(() => expect([one, two].every(({ read }) => read > 6 * mebibyte - 1)).toBe(true))
  void three.part(6, true)
  await vi.waitFor(() => expect(three.socket.isPaused).toBe(true))
  one.client.terminate()
  await vi.waitFor(() => expect(three.got).toEqual([6 * mebibyte]))
})

test('whoever takes too long loses the turn; whoever sends nothing more is not alive', async () => {
  const large = new LargeMessages(200)
  const slow = await sender(large, 'slow')
  await slow.part(6, false)
  await vi.waitFor(() => expect(slow.read).toBeGreaterThan(6 * mebibyte - 1))
  expect(large.isAlive(slow.socket)).toBe(true)
  expect(large.isAlive(slow.socket)).toBe(false)
  await vi.waitFor(() => expect(slow.client.readyState).toBe(WebSocket.CLOSED))
})
