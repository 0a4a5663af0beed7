import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { Writable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { SessionId, UserId, WorkspaceId } from '@arcx/router'
import { createLog } from '@arcx/service-kit/log'
import { Addresses } from '../addresses.ts'
import { sign } from '../credentials/signing.ts'
import { Gateway } from './gateway.ts'
import type { GatewayNeeds } from './gateway.ts'

const portOf = (server: Server) => (server.address() as AddressInfo).port

test('where a browser’s WebSocket is reset, so is the one to the workspace, although a server there keeps its side open', async () => {
  const inside: Socket[] = []
  // It answers, and then heeds nothing: no end, no frame.
  const workspace = createServer({ allowHalfOpen: true }, (socket) => {
    inside.push(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'))
  })
  await once(workspace.listen(0, '127.0.0.1'), 'listening')
  const key = randomBytes(32)
  const [sessionId, userId, workspaceId] = [SessionId.parse(randomUUID()), UserId.parse(randomUUID()), WorkspaceId.parse(randomUUID())]
  const gateway = new Gateway({
    addresses: new Addresses('http://localhost:3000', 'localhost', 3000),
    key,
    personOfSession: () => Promise.resolve({ via: 'session', userId, sessionId, login: 'ann', name: 'Ann' }),
    admit: () => Promise.resolve({ workspaceId, running: true, incarnation: 1 }),
    dial: () => connect(portOf(workspace), '127.0.0.1'),
    clientOf: () => '127.0.0.1',
    log: createLog('test', 'fatal', new Writable({ write: (_chunk, _encoding, done) => done() })),
  } as Partial<GatewayNeeds> as GatewayNeeds)
  const server = createHttpServer()
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => void gateway.upgrade('mine', request, socket, head))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const browser = connect(portOf(server), '127.0.0.1')
  browser.on('error', () => undefined)
  try {
    const cookie = `arc_workspace=${sign(key, [sessionId, userId, workspaceId, String(Math.floor(Date.now() / 1000) + 60)])}`
    browser.write(`GET / HTTP/1.1\r\nHost: mine.localhost:3000\r\nOrigin: http://mine.localhost:3000\r\nCookie: ${cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`)
    const [answer] = (await once(browser, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1.1 101 /)
    browser.resetAndDestroy()
    await vi.waitFor(async () => expect(await new Promise((resolve) => workspace.getConnections((_error, count) => resolve(count)))).toBe(1))
    inside[0]?.resume()
    // What it writes now comes to nobody: the connection is gone, and not merely ended.
    await vi.waitFor(() => {
      inside[0]?.write('x')
      expect(inside[0]?.destroyed).toBe(true)
    }, { timeout: 20_000 })
  } finally {
    gateway.close()
    inside[0]?.destroy()
    workspace.close()
    server.close()
  }
})
