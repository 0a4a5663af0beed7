import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'

let collab: TestCollab
beforeAll(async () => {
  collab = await startTestCollab()
})
afterAll(() => collab?.destroy())

interface Shown {
  readonly status: number
  readonly retryAfter: number
}

/** One try from an address of its own in 127.0.0.0/8: limits count by address. */
async function show(port: number, from: string, lines: readonly string[]): Promise<Shown> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from })
  await once(socket, 'connect')
  socket.write(
    `${lines.join('\r\n')}\r\nConnection: ${lines.includes('Upgrade: websocket') ? 'Upgrade' : 'close'}\r\n\r\n`,
  )
  const said = await text(socket)
  return {
    status: Number(/^HTTP\/1.1 (\d+)/.exec(said)?.[1]),
    retryAfter: Number(/retry-after: (\d+)/i.exec(said)?.[1] ?? 0),
  }
}

const handshake = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==']
const ways = {
  'a request of the router': (token: string) => [
    'GET /trpc/auth.me HTTP/1.1',
    `Host: localhost:${collab.arc.port}`,
    `Authorization: Bearer ${token}`,
  ],
  'a plain route': (token: string) => [
    'GET /api/admin/users HTTP/1.1',
    `Host: localhost:${collab.arc.port}`,
    `Authorization: Bearer ${token}`,
  ],
  'an upgrade of the router': (token: string) => [
    'GET /trpc HTTP/1.1',
    `Host: localhost:${collab.arc.port}`,
    `Authorization: Bearer ${token}`,
    ...handshake,
  ],
  'an upgrade for a program': (token: string) => [
    'GET /exec HTTP/1.1',
    `Host: localhost:${collab.arc.port}`,
    `Authorization: Bearer ${token}`,
    ...handshake,
  ],
  'an internal route': (token: string) => [
    'POST /internal/sign-in-link HTTP/1.1',
    `Host: localhost:${collab.arc.port}`,
    `Authorization: Bearer ${token}`,
    'Content-Length: 0',
  ],
} as const

const entriesOf = (address: string) =>
  collab.arc.prisma.auditEntry.findMany({ where: { actorId: `visitor ${address}` }, orderBy: { id: 'asc' } })

test('wrong tokens of one address are refused ten times, however they come, and then told to wait; the record holds ten of them', async () => {
  const from = '127.0.1.1'
  const shown: Shown[] = []
  for (let count = 0; count < 8; count += 1)
    for (const way of Object.values(ways)) shown.push(await show(collab.arc.port, from, way(`arcx_wrong${count}`)))
  expect(shown.slice(0, 10).map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 401))
  for (const { status, retryAfter } of shown.slice(10))
    expect([status, retryAfter > 0 && retryAfter <= 60]).toEqual([429, true])
  const entries = await entriesOf(from)
  expect(entries).toHaveLength(10)
  expect(new Set(entries.map(({ action }) => action))).toEqual(new Set(['token.use', 'internal.use']))
  // Somebody else is not shut out, and neither is a right one from there.
  expect((await show(collab.arc.port, '127.0.1.2', ways['a plain route']('arcx_wrong'))).status).toBe(401)
  expect((await show(collab.arc.port, from, ways['a plain route'](collab.arc.adminToken))).status).toBe(200)
  expect((await show(collab.arc.port, from, ways['an internal route'](collab.arc.internalToken))).status).toBe(200)
})

test.each(Object.entries(ways))('by %s alone it is the same', async (name, way) => {
  const from = `127.0.2.${Object.keys(ways).indexOf(name) + 1}`
  const shown: number[] = []
  for (let count = 0; count < 12; count += 1)
    shown.push((await show(collab.arc.port, from, way(`arcx_wrong${count}`))).status)
  expect(shown).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429])
  expect(await entriesOf(from)).toHaveLength(10)
})

test('wrong tickets of team-state are told to wait, and a right one is not', async () => {
  const ask = (from: string) =>
    show(collab.port, from, [
      `GET /workspaces/${randomUUID()}/a.txt?ticket=wrong HTTP/1.1`,
      `Host: 127.0.0.1:${collab.port}`,
      ...handshake,
    ])
  const shown: Shown[] = []
  for (let count = 0; count < 12; count += 1) shown.push(await ask('127.0.3.1'))
  expect(shown.map(({ status }) => status)).toEqual([...Array.from({ length: 10 }, () => 401), 429, 429])
  expect(shown[11]?.retryAfter).toBeGreaterThan(0)
  expect((await ask('127.0.3.2')).status).toBe(401)
})

test.each(['orchestrator', 'team-state'] as const)(
  'at the %s a client that draws out its request, or makes none, is let go',
  async (service) => {
    const port = service === 'orchestrator' ? collab.arc.port : collab.port
    const host = `Host: localhost:${port}`
    const begun = [
      '',
      'GE',
      `GET / HTTP/1.1\r\n${host}\r\nX-Slow: `,
      `GET /healthz HTTP/1.1\r\n${host}\r\n\r\n`,
      `POST /healthz HTTP/1.1\r\n${host}\r\nContent-Length: 100\r\n\r\nhalf`,
      `POST /trpc/auth.signOut HTTP/1.1\r\n${host}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`,
    ]
    await Promise.all(
      begun.map(async (bytes) => {
        const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined)
        socket.resume()
        socket.write(bytes)
        await Promise.race([once(socket, 'end'), once(socket, 'close')]).finally(() => socket.destroy())
      }),
    )
  },
)

test('how many were left out is on record, at the latest when the server ends', async () => {
  const from = '127.0.4.1'
  for (let count = 0; count < 25; count += 1)
    await show(collab.arc.port, from, ways['a plain route'](`arcx_wrong${count}`))
  await collab.arc.stop()
  await vi.waitFor(async () =>
    expect(
      (await entriesOf(from))
        .map(({ action, targetKind, targetName, outcome }) => [action, targetKind, targetName, outcome])
        .slice(10),
    ).toEqual([['token.use', 'omitted', '15 more', 'refused:token_wrong']]),
  )
  await collab.arc.start()
})
