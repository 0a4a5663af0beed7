import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server as NetServer } from 'node:net'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SessionId, UserId, WorkspaceId } from '@arcx/router'
import { boundedServer } from '@arcx/service-kit/connections/http-server'
import { createLog } from '@arcx/service-kit/log'
import { createMetrics } from '@arcx/service-kit/metrics'
import { takeUpgrades } from '@arcx/service-kit/upgrades'
import { fuzzRounds, fuzzSeed, fuzzTimeoutMs, oddFrame } from '@arcx/testing/fuzz'
import type { Odd } from '@arcx/testing/fuzz'
import { Addresses } from '../addresses.ts'
import { sign } from '../credentials/signing.ts'
import { Gateway } from './gateway.ts'

/** A workspace is hostile: what listens at its socket may answer whatever it likes. */
const answers = 2000
const key = randomBytes(32)
const visitor = { via: 'session', userId: UserId.parse(randomUUID()), sessionId: SessionId.parse(randomUUID()), login: 'ann', name: 'Ann' } as const
const workspaceId = WorkspaceId.parse(randomUUID())
const cookie = `arc_workspace=${sign(key, [visitor.sessionId, visitor.userId, workspaceId, String(Math.floor(Date.now() / 1000) + 3600)])}`
const log = createLog('test', 'fatal', new Writable({ write: (_chunk, _encoding, done) => done() }))

let directory: string
let workspace: NetServer
let server: Server
let gateway: Gateway
let port = 0
let answer: () => Buffer = () => Buffer.alloc(0)

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-gateway-'))
  const socketPath = join(directory, 'ide.sock')
  workspace = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', () => socket.end(answer()))
  })
  await once(workspace.listen(socketPath), 'listening')
  const addresses = new Addresses('http://localhost:3000', 'localhost', 3000)
  gateway = new Gateway({
    addresses,
    key,
    personOfSession: async () => visitor,
    admit: async () => ({ workspaceId, running: true, incarnation: 1 }),
    redeemEntry: async () => null,
    dial: () => connect(socketPath),
    ticketFor: async () => Promise.reject(new Error('nobody asks')),
    whereabouts: async () => null,
    collabUrl: 'ws://127.0.0.1:1',
    clientOf: () => '127.0.0.1',
    log,
  })
  server = boundedServer({ most: { each: 1000, inAll: 1000 }, isShared: () => false, log, metrics: createMetrics('test', log) }, (request, response) => {
    void gateway.request('mine', request, response)
    return 'forwarded'
  })
  takeUpgrades(server, log, (request, socket, head) => gateway.upgrade('mine', request, socket, head))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  port = (server.address() as AddressInfo).port
})
afterAll(async () => {
  gateway.close()
  server.closeAllConnections()
  server.close()
  workspace.close()
  await rm(directory, { recursive: true, force: true })
})

const pieces = ['a', ' ', '\u00ff', '\u0001', '\t', ':', ';', '=', '\u007f', '\\', '"'] as const
function oddAnswer(odd: Odd): Buffer {
  const status = odd.one('200', '099', '000', '100', '101', '103', '199', '204', '304', '600', '999', '1000', '-1', '2', 'x')
  const names = ['Set-Cookie', 'Content-Length', 'Transfer-Encoding', 'Connection', 'Location', 'Content-Type', 'Upgrade', 'Trailer', 'Content-Security-Policy', 'X-\u00ff', 'Keep-Alive', 'Date', ''] as const
  const values = ['0', '5', '-1', '9'.repeat(20), 'chunked', 'close', 'upgrade', 'keep-alive, upgrade', 'websocket', '//[', 'a=b; Domain=x', 'arc_session=x', `x${odd.text(4, pieces)}`] as const
  let lines = ''
  for (let left = odd.number(5); left > 0; left -= 1) lines += `${odd.one(...names)}: ${odd.one(...values)}\r\n`
  const head = Buffer.from(`HTTP/1.${odd.one('1', '0', '9')} ${status} ${odd.text(4, pieces)}\r\n${lines}\r\n`, 'latin1')
  return odd.one(() => Buffer.concat([head, odd.bytes(40)]), () => Buffer.concat([head, head]), () => Buffer.concat([Buffer.from('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'), oddFrame(odd, odd.number(2) === 0)]), () => head.subarray(0, odd.number(head.length + 1)), () => odd.bytes(60))()
}

// What nothing answers for fails the run: vitest counts each uncaught exception and unhandled rejection.
test(`whatever a workspace answers, the gateway goes on (ARCX_FUZZ_SEED=${fuzzSeed})`, async () => {
  await fuzzRounds(async (odd) => {
    answer = () => oddAnswer(odd)
    const asked = (isUpgrade: boolean) => `GET / HTTP/1.1\r\nHost: mine.localhost:3000\r\nCookie: ${cookie}\r\n${isUpgrade ? 'Origin: http://mine.localhost:3000\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' : 'Connection: close\r\n'}\r\n`
    let left = answers
    const work = async () => {
      while (left-- > 0) {
        const socket = connect(port, '127.0.0.1')
        socket.on('error', () => socket.destroy())
        socket.resume()
        socket.write(asked(odd.number(3) === 0))
        const timer = setTimeout(() => socket.destroy(), 2000)
        await once(socket, 'close').catch(() => undefined)
        clearTimeout(timer)
      }
    }
    await Promise.all(Array.from({ length: 16 }, work))
    answer = () => Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nwell')
    const answered = await new Promise<string>((resolve, reject) => {
      let got = ''
      connect(port, '127.0.0.1').on('data', (chunk: Buffer) => (got += chunk.toString())).on('close', () => resolve(got)).on('error', reject).write(asked(false))
    })
    expect(answered).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*well$/)
  })
}, fuzzTimeoutMs(120_000))
