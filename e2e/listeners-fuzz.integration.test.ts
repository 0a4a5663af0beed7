import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLoopback } from '@arcx/loopback'
import { Tickets } from '@arcx/router/collab-ticket'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import { fuzzRounds, fuzzSeed, fuzzTimeoutMs, oddFrame, oddRequest, oddUpgrade } from '@arcx/testing/fuzz'
import type { Odd } from '@arcx/testing/fuzz'
import { ProxyRig } from '@arcx/testing/proxy'
import type { Person } from '@arcx/testing/person'

const each = 100_000
const timeoutMs = fuzzTimeoutMs(300_000)

let collab: TestCollab
let rig: ProxyRig
let person: Person
const workspaceId = randomUUID()
beforeAll(async () => {
  ;[collab, rig] = await Promise.all([
    startTestCollab({ changes: { ARC_LOG_LEVEL: 'error' }, settings: { ARC_LOG_LEVEL: 'error' } }),
    ProxyRig.start([], { ARC_LOG_LEVEL: 'error', ARC_EGRESS_DEFAULT: 'closed', ARC_EGRESS_ALLOW: 'api.test' }),
  ])
  person = await collab.arc.person()
  await collab.arc.prisma.workspace.create({
    data: { id: workspaceId, ownerId: person.userId, name: 'fuzzed', state: 'stopped' },
  })
})
afterAll(() => Promise.all([collab?.destroy(), rig?.close()]))

interface Batch {
  readonly bytes: Buffer
  readonly count: number
}

/** Sends as many as are asked for, each batch over a connection of its own, several at once. */
async function blast(open: () => Socket, next: () => Batch, most = each): Promise<number> {
  let sent = 0
  const work = async () => {
    while (sent < most) {
      const { bytes, count } = next()
      sent += count
      const socket = open()
      socket.on('error', () => socket.destroy())
      socket.resume()
      socket.end(bytes)
      // Some hold the connection on purpose; the server’s own limits are tested elsewhere.
      const timer = setTimeout(() => socket.destroy(), 2000)
      await once(socket, 'close').catch(() => undefined)
      clearTimeout(timer)
    }
  }
  await Promise.all(Array.from({ length: 24 }, work))
  return sent
}

const repeated = (count: number, one: (index: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, index) => one(index)))

/** Requests and upgrades of strangers. */
function strangers(odd: Odd, hosts: readonly [string, ...string[]]): Batch {
  const kind = odd.number(10)
  if (kind < 2) return { count: 1, bytes: oddUpgrade(odd, hosts) }
  if (kind < 4) return { count: 1, bytes: oddRequest(odd, hosts, false) }
  const count = 40
  return { count, bytes: repeated(count, (index) => oddRequest(odd, hosts, index < count - 1)) }
}

/** Frames over a WebSocket that was let in: sound ones, and at the end one that is not. */
function frames(odd: Odd, host: string, target: string, headers: string): Batch {
  const count = 40
  const handshake = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n${headers}\r\n`
  return {
    count,
    bytes: Buffer.concat([Buffer.from(handshake), repeated(count, (index) => oddFrame(odd, index < count - 1))]),
  }
}

/** It is the same process, it answers, and nothing came as far as the last line. */
async function isWell(port: number): Promise<void> {
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  const counts = (await (await fetch(`http://127.0.0.1:${port}/metrics`)).text())
    .split('\n')
    .filter((line) => line.startsWith('arcx_process_unhandled_errors_total{'))
  expect(counts).toEqual([])
}

test(
  `orchestrator: odd requests, upgrades and frames end nothing (ARCX_FUZZ_SEED=${fuzzSeed})`,
  async () => {
    const { arc } = collab
    const host = `localhost:${arc.port}`
    const hosts = [host, host, `fuzzed.${host}`, `none.${host}`, `127.0.0.1:${arc.port}`, 'evil.com', '', '['] as const
    await fuzzRounds(async (odd) => {
      const admitted = `Origin: ${arc.origin}\r\nCookie: ${person.cookie}\r\n`
      const sent = await blast(
        () => connect(arc.port, '127.0.0.1'),
        () =>
          odd.number(4) > 0
            ? strangers(odd, hosts)
            : frames(
                odd,
                host,
                odd.one(
                  '/trpc',
                  '/trpc?connectionParams=1',
                  '/exec',
                  `/forward?workspace=fuzzed&port=${odd.number(70_000)}`,
                ),
                admitted,
              ),
      )
      expect(sent).toBeGreaterThanOrEqual(each)
      await isWell(arc.port)
      expect(await person.api.auth.me.query()).toMatchObject({ userId: person.userId })
    })
  },
  timeoutMs,
)

test(
  `team-state: odd requests, upgrades and frames end nothing (ARCX_FUZZ_SEED=${fuzzSeed})`,
  async () => {
    const host = `127.0.0.1:${collab.port}`
    const ticket = new Tickets(collab.arc.internalToken).issue({
      userId: person.userId,
      by: { via: 'session', id: person.sessionId },
      login: 'fuzz',
      name: 'Fuzz',
      workspaceId,
      teamId: null,
      may: 'write',
      expiresAt: Date.now() + 3600_000,
    })
    await fuzzRounds(async (odd) => {
      await blast(
        () => connect(collab.port, '127.0.0.1'),
        () =>
          odd.number(4) > 0
            ? strangers(odd, [host, 'evil.com', ''])
            : frames(
                odd,
                host,
                `/workspaces/${workspaceId}${odd.one('', '/a.txt', `/b${odd.number(9)}`, '/%', '/%ff')}?ticket=${ticket}`,
                '',
              ),
      )
      await isWell(collab.port)
    })
  },
  timeoutMs,
)

test(
  `arc-proxy: odd requests and tunnels, at its operations and at a workspace’s socket, end nothing (ARCX_FUZZ_SEED=${fuzzSeed})`,
  async () => {
    await fuzzRounds(async (odd) => {
      await blast(
        () => connect(rig.port, '127.0.0.1'),
        () => strangers(odd, [`127.0.0.1:${rig.port}`, 'evil.com']),
      )
      const begin = () =>
        odd.one(
          Buffer.from('CONNECT api.test:443 HTTP/1.1\r\nHost: api.test\r\n\r\n'),
          Buffer.from('CONNECT [::1]:x HTTP/1.1\r\n\r\n'),
          Buffer.from([22, 3, 1]),
          Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
          Buffer.alloc(0),
        )
      const odder = (): Batch => {
        if (odd.number(3) === 0)
          return {
            count: 1,
            bytes: Buffer.concat([begin(), odd.one(odd.bytes(200), oddRequest(odd, ['api.test'], false))]),
          }
        return strangers(odd, ['api.test', 'denied.test', '', '127.0.0.1:3128'])
      }
      await blast(() => connect(rig.socketOf(odd.number(50) === 0 ? rig.workspaceId : rig.strangerId)), odder)
      await isWell(rig.port)
      rig.answer = (_request, response) => response.end('well')
      await expect
        .poll(async () => (await rig.send(`http://api.test:${rig.plainPort}/`)).body.toString(), { timeout: 20_000 })
        .toContain('well')
    })
  },
  timeoutMs,
)

test(
  `loopback: odd requests and upgrades end nothing (ARCX_FUZZ_SEED=${fuzzSeed})`,
  async () => {
    const loopback = await openLoopback(
      { done: 'Done.', again: 'Again.' },
      (code, state) => code === 'right' && state === 'mine',
    )
    try {
      await fuzzRounds(async (odd) => {
        await blast(
          () => connect(loopback.port, '127.0.0.1'),
          () => strangers(odd, [`127.0.0.1:${loopback.port}`, 'evil.com', '']),
        )
        expect((await fetch(`http://127.0.0.1:${loopback.port}/callback?code=wrong&state=mine`)).status).toBe(400)
      })
      expect((await fetch(`http://127.0.0.1:${loopback.port}/callback?code=right&state=mine`)).status).toBe(200)
    } finally {
      loopback.close()
    }
  },
  timeoutMs,
)
