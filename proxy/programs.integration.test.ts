import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { ProxyRig, codeOf } from '@arcx/testing/proxy'

let rig: ProxyRig
beforeAll(async () => {
  rig = await ProxyRig.start([
    { value: 'sk-live-Aa1+Bb2/Cc3=Dd4Z', placeholder: 'sk-live-000000000000000Z', host: 'api.test' },
  ])
})
afterAll(() => rig?.close())

/** What a program that writes HTTP by hand gets. */
async function said(bytes: string | Buffer): Promise<string> {
  const socket = connect(rig.socketOf(rig.workspaceId))
  socket.on('error', () => undefined)
  socket.write(bytes)
  return text(socket)
}

test('an address with bytes that are no ASCII arrives percent-encoded, over HTTP/2 and HTTP/1.1, by proxy and by tunnel, once or many times', async () => {
  rig.arrived = []
  const path = '/Grüße/好?q=é'
  const socket = await rig.tunnel('api.test', rig.tlsPort, 'api.test', ['h2'])
  const session = connectHttp2(`https://api.test:${rig.tlsPort}`, { createConnection: () => socket })
  await text(session.request({ ':path': Buffer.from(path).toString('latin1') }))
  session.close()
  expect(
    await said(Buffer.from(`GET http://api.test:${rig.plainPort}${path} HTTP/1.1\r\nHost: api.test\r\n\r\n`)),
  ).toMatch(/^HTTP\/1\.1 200 [^]*\r\nConnection: close\r\n/i)
  const tunnel = await rig.tunnel('api.test', rig.tlsPort, 'api.test', ['http/1.1'])
  tunnel.write(`GET ${path} HTTP/1.1\r\nHost: api.test:${rig.tlsPort}\r\n\r\n`)
  expect(await text(tunnel)).toMatch(/^HTTP\/1\.1 200 /)
  // curl reuses a connection where it may.
  const relay = createServer((socket) => {
    const inner = connect(rig.socketOf(rig.workspaceId))
    socket.on('error', () => inner.destroy()).pipe(inner)
    inner.on('error', () => socket.destroy()).pipe(socket)
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void relay.close())
  await once(relay, 'listening')
  const { port } = relay.address() as AddressInfo
  const address = `http://api.test:${rig.plainPort}${path}`
  const codes = await new Promise<string>((resolve) =>
    execFile(
      'curl',
      [
        '-s',
        '-x',
        `http://127.0.0.1:${port}`,
        '-w',
        '%{http_code} ',
        '-o',
        '/dev/null',
        address,
        '-o',
        '/dev/null',
        address,
        '-o',
        '/dev/null',
        address,
      ],
      (_error, out) => resolve(out),
    ),
  )
  expect(codes).toBe('200 200 200 ')
  const encoded = '/Gr%C3%BC%C3%9Fe/%E5%A5%BD?q=%C3%A9'
  expect(rig.arrived.map(({ url }) => url)).toEqual(Array.from({ length: 6 }, () => encoded))
})

test('so it does behind empty lines, and in whatever pieces its first line comes', async () => {
  rig.arrived = []
  const request = Buffer.from(`\r\n\r\nGET http://api.test:${rig.plainPort}/Grüße HTTP/1.1\r\nHost: api.test\r\n\r\n`)
  const inLine = request.indexOf('ü') + 1
  for (const ends of [
    [],
    [1],
    [4],
    [10],
    [inLine],
    [inLine, inLine + 2],
    [request.indexOf(' HTTP')],
    [2, 4, inLine, request.length - 2],
  ]) {
    const socket = connect(rig.socketOf(rig.workspaceId))
    const answered = text(socket)
    let from = 0
    for (const end of [...ends, request.length]) {
      socket.write(request.subarray(from, end))
      from = end
      // Each by itself; together they would be one piece.
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(await answered).toMatch(/^HTTP\/1\.1 200 /)
    expect(rig.arrived.at(-1)?.url).toBe('/Gr%C3%BC%C3%9Fe')
  }
})

test('a first line that breaks off, or has no end, is answered', async () => {
  const socket = connect({ path: rig.socketOf(rig.workspaceId), allowHalfOpen: true })
  socket.end('GET http://api.te')
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 .*its first line/s)
  expect(await said(`GET http://api.test/${'a'.repeat(70_000)}`)).toMatch(/^HTTP\/1\.1 431 /)
})

test.each([
  [
    'a WebSocket',
    'GET /live#part HTTP/1.1\r\nHost: api.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  ],
  ['a request by proxy', 'GET http://api.test/live#part HTTP/1.1\r\nHost: api.test\r\n\r\n'],
])('%s whose address has a fragment is told so', async (_what, request) => {
  expect(await said(request)).toMatch(/^HTTP\/1\.1 400 .*no fragment/s)
})

test.each([
  [
    'lines that end with LF alone',
    (host: string) => `GET http://${host}/ HTTP/1.1\nHost: ${host}\n\n`,
    'ends with LF alone',
  ],
  [
    'a version that is none',
    (host: string) => `GET http://${host}/ HTTP/9.x\r\nHost: ${host}\r\n\r\n`,
    'version of HTTP',
  ],
  [
    'a header that is none',
    (host: string) => `GET http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nx y: 1\r\n\r\n`,
    'character that belongs in none',
  ],
  [
    'a method that is none',
    (host: string) => `G=T http://${host}/ HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
    'no method that is known',
  ],
  [
    'a length that is none',
    (host: string) => `POST http://${host}/ HTTP/1.1\r\nHost: ${host}\r\nContent-Length: x\r\n\r\n`,
    'no number',
  ],
])('a request with %s is told what is wrong with it', async (_what, request, reason) => {
  const got = await said(request(`api.test:${rig.plainPort}`))
  expect(got).toMatch(/^HTTP\/1\.1 400 /)
  expect(got).toContain(reason)
  expect(got).not.toContain('undefined')
})

test('a server whose lines end with LF alone is named with what is wrong', async () => {
  rig.answer = (request) => void request.socket.end('HTTP/1.1 200 OK\ncontent-length: 2\n\nok')
  const got = await rig.send(`http://api.test:${rig.plainPort}/`)
  expect([got.status, codeOf(got)]).toEqual([502, 'answer_malformed'])
  expect(got.body.toString()).not.toContain('undefined')
})

/** What git says where it is to list a repository's branches. */
async function gitSays(url: string): Promise<string> {
  const relay = createServer((socket) => {
    const inner = connect(rig.socketOf(rig.workspaceId))
    socket.on('error', () => inner.destroy()).pipe(inner)
    inner.on('error', () => socket.destroy()).pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(relay, 'listening')
  const { port } = relay.address() as AddressInfo
  try {
    return await new Promise<string>((resolve) =>
      execFile(
        'git',
        [
          '-c',
          `http.proxy=http://127.0.0.1:${port}`,
          '-c',
          `http.sslCAInfo=${join(rig.directory, 'authority.pem')}`,
          'ls-remote',
          url,
        ],
        { env: { PATH: process.env['PATH'], GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' } },
        (_error, _out, stderr) => resolve(stderr),
      ),
    )
  } finally {
    relay.close()
  }
}

test('git shows why it was refused', async () => {
  expect(await gitSays('https://denied.test/a/b.git')).toContain('remote: arcx: Workspaces may not reach denied.test.')
})

test('git shows which setting of the server would allow it, or that there is no such name', async () => {
  expect(await gitSays('https://a.denied.test/a/b.git')).toContain('ARC_EGRESS_DENY of this server names *.denied.test')
  for (const scheme of ['https', 'http'])
    expect(await gitSays(`${scheme}://inside.test/a/b.git`)).toContain(
      'remote: arcx: inside.test leads to a private address (10.0.0.1), which no workspace may reach. Whoever runs this server can permit it by adding 10.0.0.1/32 to ARC_EGRESS_EXEMPT.',
    )
  expect(await gitSays('https://no-such.invalid/a/b.git')).toContain('remote: arcx: no-such.invalid is not known')
})

test('git shows which rule of the workspace refused it', async () => {
  await rig.setRules({ deny: ['preset:github'] })
  await vi.waitFor(
    async () =>
      expect(await gitSays('https://github.com/a/b.git')).toContain(
        'This workspace may not reach github.com. Its rules for network access deny preset:github: ',
      ),
    { timeout: 10_000 },
  )
  await rig.setRules({ fallback: 'closed', allow: ['api.test'] })
  await vi.waitFor(
    async () =>
      expect(await gitSays('https://github.com/a/b.git')).toContain(
        'allow listed hosts alone, and github.com is not one',
      ),
    { timeout: 10_000 },
  )
})
