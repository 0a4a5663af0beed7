import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Writable } from 'node:stream'
import { expect, onTestFinished, test, vi } from 'vitest'
import { SessionId, UserId, WorkspaceId } from '@arcx/router'
import { createLog } from '@arcx/service-kit/log'
import { Addresses } from '../addresses.ts'
import { sign } from '../credentials/signing.ts'
import { Gateway } from './gateway.ts'
import type { GatewayDependencies } from './gateway.ts'

const portOf = (server: Server) => (server.address() as AddressInfo).port
const many = Buffer.alloc(1_000_000, 'x')

/** A WebSocket through the gateway, as the two ends of it that are sockets. */
async function upgraded(): Promise<{
  readonly browser: Socket
  readonly inside: Socket
  readonly openInside: () => Promise<number>
}> {
  const workspace = createServer({ allowHalfOpen: true })
  await once(workspace.listen(0, '127.0.0.1'), 'listening')
  const key = randomBytes(32)
  const [sessionId, userId, workspaceId] = [
    SessionId.parse(randomUUID()),
    UserId.parse(randomUUID()),
    WorkspaceId.parse(randomUUID()),
  ]
  const gateway = new Gateway({
    addresses: new Addresses('http://localhost:3000', 'localhost', 3000),
    key,
    sessions: {
      personOfSession: () => Promise.resolve({ via: 'session', userId, sessionId, login: 'ann', name: 'Ann' }),
    },
    admission: {
      admit: () => Promise.resolve({ workspaceId, running: true, incarnation: 1 }),
      whereabouts: () => Promise.resolve(null),
    },
    connection: { dialIde: async () => connect(portOf(workspace), '127.0.0.1') },
    proxies: { clientOf: () => '127.0.0.1' },
    log: createLog('test', 'fatal', new Writable({ write: (_chunk, _encoding, done) => done() })),
  } as Partial<GatewayDependencies> as GatewayDependencies)
  const server = createHttpServer()
  server.on(
    'upgrade',
    (request: IncomingMessage, socket: Socket, head: Buffer) => void gateway.upgrade('mine', request, socket, head),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const browser = connect({ port: portOf(server), host: '127.0.0.1', allowHalfOpen: true })
  browser.on('error', () => undefined)
  const cookie = `arc_workspace=${sign(key, [sessionId, userId, workspaceId, String(Math.floor(Date.now() / 1000) + 60)])}`
  browser.write(
    `GET / HTTP/1.1\r\nHost: mine.localhost:3000\r\nOrigin: http://mine.localhost:3000\r\nCookie: ${cookie}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n\r\n`,
  )
  const [inside] = (await once(workspace, 'connection')) as [Socket]
  inside.on('error', () => undefined)
  await once(inside, 'data')
  inside.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
  const [answer] = (await once(browser, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1.1 101 /)
  for (const each of [browser, inside]) each.pause()
  onTestFinished(() => {
    gateway.close()
    for (const each of [browser, inside]) each.destroy()
    for (const each of [workspace, server]) each.close()
  })
  return {
    browser,
    inside,
    openInside: () => new Promise((resolve) => workspace.getConnections((_error, count) => resolve(count))),
  }
}

test.each([
  ['a server in the workspace', 'inside', 'browser'],
  ['a browser', 'browser', 'inside'],
] as const)(
  'where %s ends its sending first, all that the other sends then arrives, and its end with it',
  async (_who, first, second) => {
    const both = await upgraded()
    both[first].end('done')
    expect((await buffer(both[second])).toString()).toBe('done')
    both[second].end(many)
    expect((await buffer(both[first])).equals(many)).toBe(true)
    await vi.waitFor(async () => expect(await both.openInside()).toBe(0))
  },
)

test('where a browser’s WebSocket is reset, so is the one to the workspace, although a server there keeps its side open', async () => {
  const { browser, inside, openInside } = await upgraded()
  browser.resetAndDestroy()
  await vi.waitFor(async () => expect(await openInside()).toBe(1))
  inside.resume()
  // What it writes now comes to nobody: the connection is gone, and not merely ended.
  await vi.waitFor(
    () => {
      inside.write('x')
      expect(inside.destroyed).toBe(true)
    },
    { timeout: 20_000 },
  )
})

test('where the workspace’s side is reset, the browser’s connection ends, although nothing more is sent', async () => {
  const { browser, inside } = await upgraded()
  inside.resetAndDestroy()
  browser.resume()
  await vi.waitFor(() => expect(browser.readableEnded || browser.destroyed).toBe(true))
})
