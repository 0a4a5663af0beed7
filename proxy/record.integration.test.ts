import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { ProxyRig, codeOf, echo } from '@arcx/testing/proxy'

let rig: ProxyRig
beforeAll(async () => {
  rig = await ProxyRig.start([])
})
afterAll(() => rig?.close())

const outcomes = async (path: string) =>
  (await rig.prisma.egressRecord.findMany({ where: { path: { startsWith: path } }, select: { outcome: true } })).map(
    ({ outcome }) => outcome,
  )

test('kill -9 loses no call: those that were over are recorded, and those that went on, as interrupted', async () => {
  rig.answer = echo('{}')
  // Long enough for some to be in PostgreSQL, and some in the journal alone.
  let answered = 0
  const until = Date.now() + 700
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (Date.now() < until) {
        await rig.send(`http://api.test:${rig.plainPort}/answered`)
        answered += 1
      }
    }),
  )
  rig.answer = (_request, response) => response.writeHead(200).write('…')
  const asked = httpRequest({
    socketPath: rig.socketOf(rig.workspaceId),
    agent: false,
    path: `http://api.test:${rig.plainPort}/goes-on`,
  })
  asked.on('error', () => undefined).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  response.on('error', () => undefined)
  await rig.killProxy()
  await rig.startProxy()
  const kept = await outcomes('/answered')
  expect(kept.length).toBe(answered)
  // The last few had no time to be told as over; none is missing.
  expect(kept.filter((outcome) => outcome !== 'passed' && outcome !== 'interrupted')).toEqual([])
  expect(await outcomes('/goes-on')).toEqual(['interrupted'])
})

test('a call that goes on is seen as open', async () => {
  const answering = Promise.withResolvers<ServerResponse>()
  rig.answer = (_request, response) => {
    response.writeHead(200).write('…')
    answering.resolve(response)
  }
  const call = rig.send(`http://api.test:${rig.plainPort}/live`)
  await vi.waitFor(async () => expect(await outcomes('/live')).toEqual(['open']), { timeout: 5000 })
  // It is recorded before it goes out, so it may not have arrived yet.
  const answer = await answering.promise
  answer.end()
  await call
  await vi.waitFor(async () => expect(await outcomes('/live')).toEqual(['passed']), { timeout: 5000 })
})

test('with the bus away nothing goes out, and the answer says why', async () => {
  rig.answer = echo('{}')
  rig.arrived = []
  rig.bus.child.process.kill('SIGSTOP')
  try {
    // The signal takes a moment to reach it.
    await vi.waitFor(
      async () => expect((await rig.send(`http://api.test:${rig.plainPort}/unrecorded`)).status).toBe(503),
      { timeout: 15_000 },
    )
    rig.arrived = []
    const got = await rig.send(`http://api.test:${rig.plainPort}/unrecorded`)
    expect(codeOf(got)).toBe('record_unavailable')
    expect(rig.arrived).toEqual([])
  } finally {
    rig.bus.child.process.kill('SIGCONT')
  }
  await vi.waitFor(async () => expect((await rig.send(`http://api.test:${rig.plainPort}/again`)).status).toBe(200), {
    timeout: 10_000,
  })
})

test('with the database away nothing goes out once what is known of a workspace is old, and the answer says why', async () => {
  rig.answer = echo('{}')
  await rig.prisma.$executeRaw`ALTER TABLE "Secret" RENAME TO "Away"`
  try {
    await vi.waitFor(
      async () => expect(codeOf(await rig.send(`http://api.test:${rig.plainPort}/away`))).toBe('secrets_unavailable'),
      { timeout: 5000 },
    )
  } finally {
    await rig.prisma.$executeRaw`ALTER TABLE "Away" RENAME TO "Secret"`
  }
  await vi.waitFor(async () => expect((await rig.send(`http://api.test:${rig.plainPort}/back`)).status).toBe(200), {
    timeout: 5000,
  })
})

test('calls are kept for their time, and no longer', async () => {
  const row = {
    workspaceId: rig.workspaceId,
    method: 'GET',
    scheme: 'https',
    host: 'api.test',
    port: 443,
    outcome: 'passed',
    status: 200,
    bytesUp: 0,
    bytesDown: 0,
    durationMs: 1,
    secrets: [],
    scrubbed: 0,
    redacted: {},
  }
  const ago = (days: number) => new Date(Date.now() - days * 24 * 3600_000)
  await rig.prisma.egressRecord.createMany({
    data: [
      { ...row, id: randomUUID(), path: '/old', at: ago(31) },
      { ...row, id: randomUUID(), path: '/newer', at: ago(29) },
    ],
  })
  await rig.killProxy()
  await rig.startProxy()
  await vi.waitFor(async () => expect(await outcomes('/old')).toEqual([]), { timeout: 5000 })
  expect(await outcomes('/newer')).toEqual(['passed'])
})

const secret = {
  name: 'KEY',
  value: 'sk-live-Aa1Bb2Cc3Dd4Ee5F',
  placeholder: 'sk-live-000000000000000Z',
  host: 'api.test',
}
const named = (host: string) =>
  rig.prisma.egressRecord.findMany({
    where: { host: { startsWith: host } },
    select: { method: true, scheme: true, host: true, port: true, outcome: true, status: true, userId: true },
  })
const said = (request: string) => {
  const socket = connect(rig.socketOf(rig.workspaceId))
  socket.on('error', () => undefined).write(request)
  return text(socket)
}

test.each([
  [
    'by proxy',
    'GET http://169.254.169.1/latest HTTP/1.1\r\nHost: 169.254.169.1\r\n\r\n',
    '169.254.169.1',
    { method: 'GET', scheme: 'http', port: 80 },
  ],
  [
    'by tunnel',
    'CONNECT 169.254.169.2:8443 HTTP/1.1\r\nHost: x\r\n\r\n',
    '169.254.169.2',
    { method: 'CONNECT', scheme: 'https', port: 8443 },
  ],
  [
    'by /to/',
    'POST /to/169.254.169.3/latest HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n',
    '169.254.169.3',
    { method: 'POST', scheme: 'https', port: 443 },
  ],
  [
    'as to itself',
    'GET /latest HTTP/1.1\r\nHost: 169.254.169.4\r\n\r\n',
    '169.254.169.4',
    { method: 'GET', scheme: 'http', port: 80 },
  ],
  [
    'as a WebSocket',
    'GET ws://[fd00:ec2::254]/latest HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    '[fd00:ec2::254]',
    { method: 'GET', scheme: 'http', port: 80 },
  ],
])('a call to a bare address, %s, is refused and recorded', async (_how, request, host, expected) => {
  expect(await said(request)).toMatch(/^HTTP\/1\.1 403 .*host_refused/s)
  await vi.waitFor(
    async () =>
      expect(await named(host)).toEqual([
        { ...expected, host, outcome: 'refused:host_refused', status: 403, userId: rig.userId },
      ]),
    { timeout: 5000 },
  )
})

test('of such a call no more is recorded than a host’s length, and no value', async () => {
  await rig.keep(secret)
  await vi.waitFor(
    async () => {
      await said(`CONNECT ${secret.value}@${'a'.repeat(9000)}:443 HTTP/1.1\r\nHost: x\r\n\r\n`)
      expect((await named(secret.placeholder)).length).toBeGreaterThan(0)
    },
    { timeout: 10_000 },
  )
  for (const { host } of await named('sk-')) expect(host.length).toBeLessThanOrEqual(100)
})

test('nor more of them than a few a minute', async () => {
  for (let count = 0; count < 200; count += 1) await said(`CONNECT 10.9.9.${count}:443 HTTP/1.1\r\nHost: x\r\n\r\n`)
  await rig.send(`http://api.test:${rig.plainPort}/behind-them`)
  await vi.waitFor(async () => expect(await outcomes('/behind-them')).toEqual(['passed']), { timeout: 5000 })
  // Perhaps a minute ended among them.
  const { length } = await named('10.9.9.')
  expect(length).toBeGreaterThan(0)
  expect(length).toBeLessThanOrEqual(120)
})

test('a second copy on the same port and directory ends, and takes nothing from the first', async () => {
  await expect(rig.startProxy()).rejects.toThrow()
  expect((await rig.send(`http://api.test:${rig.plainPort}/still`)).status).toBe(200)
})
