import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { Writable } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { SessionId, UserId, WorkspaceId, errors } from '@arcx/router'
import { createLog } from '@arcx/service-kit/log'
import { takeUpgrades } from '@arcx/service-kit/upgrades'
import { Addresses } from '../addresses.ts'
import { sign } from '../credentials/signing.ts'
import { Gateway } from './gateway.ts'
import type { GatewayDependencies } from './gateway.ts'

test('an upgrade while the database is away is told when to come back, and its connection does not stay, whatever its client does', async () => {
  const key = randomBytes(32)
  const [sessionId, userId, workspaceId] = [
    SessionId.parse(randomUUID()),
    UserId.parse(randomUUID()),
    WorkspaceId.parse(randomUUID()),
  ]
  const log = createLog('test', 'fatal', new Writable({ write: (_chunk, _encoding, done) => done() }))
  const gateway = new Gateway({
    addresses: new Addresses('http://localhost:3000', 'localhost', 3000),
    key,
    sessions: {
      personOfSession: () => Promise.resolve({ via: 'session', userId, sessionId, login: 'ann', name: 'Ann' }),
    },
    admission: {
      admit: () => Promise.reject(errors.databaseUnavailable('away')),
      whereabouts: () => Promise.resolve(null),
    },
    log,
  } as Partial<GatewayDependencies> as GatewayDependencies)
  const server = createServer()
  onTestFinished(() => void server.close())
  takeUpgrades(server, log, (request, socket, head) => gateway.upgrade('mine', request, socket, head))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const client = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', allowHalfOpen: true })
  client.on('error', () => undefined)
  onTestFinished(() => void client.destroy())
  let got = ''
  client.on('data', (chunk: Buffer) => (got += chunk.toString('latin1')))
  const cookie = `arc_workspace=${sign(key, [sessionId, userId, workspaceId, String(Math.floor(Date.now() / 1000) + 60)])}`
  client.write(
    `GET / HTTP/1.1\r\nHost: mine.localhost:3000\r\nOrigin: http://mine.localhost:3000\r\nCookie: ${cookie}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
  )
  // Its own side stays open.
  await once(client, 'end')
  expect(got).toMatch(/^HTTP\/1.1 503 [^]*\r\nRetry-After: 5\r\n/)
  await expect
    .poll(() => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))), { timeout: 20_000 })
    .toBe(0)
})
