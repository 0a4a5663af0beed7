import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { CollabTicket } from '@arcx/router/collab-ticket'
import { Connection } from './connection.ts'

const ticket: CollabTicket = {
  userId: randomUUID(),
  by: { via: 'session', id: randomUUID() },
  login: 'ann',
  name: 'Ann',
  workspaceId: randomUUID(),
  teamId: null,
  may: 'write',
  expiresAt: Date.now() + 60_000,
}

let server: WebSocketServer
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  await once(server, 'listening')
})
afterAll(() => server.close())

/** A connection, what it stands on, and what its client has got. */
async function connected() {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const got: string[] = []
  client.on('message', (data: Buffer) => void got.push(data.toString()))
  client.on('close', (code) => void got.push(`closed ${code}`))
  const [socket, { socket: wire }] = (await once(server, 'connection')) as [WebSocket, { socket: Duplex }]
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open')
  const connection = new Connection(socket, wire, ticket)
  return { connection, wire, got }
}

test('what is sent in one turn goes out in one write, in order', async () => {
  const { connection, wire, got } = await connected()
  const [one, many] = [
    vi.spyOn(wire, '_write'),
    vi.spyOn(wire as Duplex & Required<Pick<Duplex, '_writev'>>, '_writev'),
  ]
  for (const each of ['one', 'two', 'three']) connection.send(Buffer.from(each))
  await expect.poll(() => got).toEqual(['one', 'two', 'three'])
  expect([one.mock.calls.length, many.mock.calls.length]).toEqual([0, 1])
  connection.send(Buffer.from('four'))
  await expect.poll(() => got).toEqual(['one', 'two', 'three', 'four'])
  expect([one.mock.calls.length, many.mock.calls.length]).toEqual([1, 1])
})

test('what was sent before it is closed still comes, and nothing after', async () => {
  const { connection, got } = await connected()
  connection.send(Buffer.from('one'))
  connection.close(4403, 'not any more')
  connection.send(Buffer.from('two'))
  await expect.poll(() => got).toEqual(['one', 'closed 4403'])
})
