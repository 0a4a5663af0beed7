import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, stat } from 'node:fs/promises'
import { createServer as createHttpServer, request as httpRequest } from 'node:http'
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener } from 'node:http'
import { connect as connectHttp2, createSecureServer } from 'node:http2'
import { createServer as createHttpsServer } from 'node:https'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { connect as tlsConnect } from 'node:tls'
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Nats } from '@arcx/launch/nats'
import { freePort } from '@arcx/launch/ports'
import type { Database } from '@arcx/database'
import { createLog } from '@arcx/service-kit/log'
import { Envelopes } from '@arcx/service-kit/envelopes'
import { WebSocket, WebSocketServer } from 'ws'
import { startBus } from '@arcx/testing/bus'
import { createDatabase } from '@arcx/testing/database'
import { testDirectory, testRun } from '@arcx/testing/run'
import { readConfig } from './config.ts'
import { Authority } from './entrance/authority.ts'
import { startProxy } from './service.ts'
import type { ProxyService } from './service.ts'

/** The same shape and length, the same first and last character. */
const secret = { value: 'sk-live-Aa1+Bb2/Cc3=Dd4Z', placeholder: 'sk-live-000000000000000Z', host: 'api.test' }
const other = { value: 'ghp_QqWwEeRrTtYyUuIiOoPp', placeholder: 'ghp_1111111111111111111p', host: '*.git.test' }
const workspaceId = randomUUID()
const strangerId = randomUUID()

let proxy: ProxyService
let bus: Nats
let database: Database
let drop: () => Promise<void>
let directory: string
let proxyCa: string
let tlsPort: number
let plainPort: number
let h2Port: number
let onSocket: (socket: WebSocket, request: IncomingMessage) => void = () => undefined
let answer: RequestListener = (_request, response) => response.end('ok')
/** What reached the outside. */
let arrived: { host: string | undefined; url: string | undefined; headers: IncomingMessage['headers']; body: string }[] = []

beforeAll(async () => {
  const run = testRun()
  const made = await createDatabase()
  bus = await startBus()
  ;({ database, drop } = made)
  directory = await testDirectory(run, 'proxy')
  const outside = await Authority.open(join(directory, 'outside.pem'))
  const listener: RequestListener = async (request, response) => {
    const body = await text(request)
    arrived.push({ host: request.headers.host, url: request.url, headers: request.headers, body })
    answer(request, response)
  }
  const contexts = new Map(await Promise.all(['api.test', 'other.test', 'a.git.test'].map(async (name) => [name, await outside.contextFor(name)] as const)))
  const tls = createHttpsServer({ SNICallback: (name, done) => done(null, contexts.get(name)) }, listener).listen(0, '127.0.0.1')
  new WebSocketServer({ server: tls }).on('connection', (socket, request) => onSocket(socket, request))
  const plain = createHttpServer(listener).listen(0, '127.0.0.1')
  await Promise.all([once(tls, 'listening'), once(plain, 'listening')])
  tlsPort = (tls.address() as AddressInfo).port
  plainPort = (plain.address() as AddressInfo).port
  const h2 = createSecureServer({ allowHTTP1: false, SNICallback: (name, done) => done(null, contexts.get(name)) })
  h2.on('stream', async (stream, headers) => {
    const body = await text(stream)
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0', 'x-echo': secret.value }))
    stream.respond({ ':status': 200, 'content-type': 'application/json' }, { waitForTrailers: true })
    stream.end(JSON.stringify({ version: '2.0', path: headers[':path'], right: headers.authorization === `Bearer ${secret.value}`, body: body === JSON.stringify({ key: secret.value }) ? 'right' : body, echoed: secret.value }))
  })
  h2.listen(0, '127.0.0.1')
  await once(h2, 'listening')
  h2Port = (h2.address() as AddressInfo).port

  const userId = randomUUID()
  const key = 'k'.repeat(40)
  await database.insertInto('User').values({ id: userId, login: 'tenant', name: 'tenant' }).execute()
  await database.insertInto('Workspace').values({ id: workspaceId, ownerId: userId, name: 'tenant', state: 'running', step: null, reason: null }).execute()
  for (const { value, placeholder, host } of [secret, other]) {
    const id = randomUUID()
    await database.insertInto('Secret').values({ id, ownerId: userId, teamId: null, name: host, workspaceId: null, sealed: new Envelopes(key).seal(value, id), placeholder, hosts: [host] }).execute()
  }
  const port = await freePort()
  const names = [['api.test', '127.0.0.1'], ['other.test', '127.0.0.1'], ['a.git.test', '127.0.0.1'], ['inside.test', '10.0.0.1'], ['meta.test', '169.254.169.254']].map((pair) => pair.join('=')).join(',')
  const internal = 'i'.repeat(40)
  const config = readConfig({ ARC_PROXY_PORT: String(port), ARC_INTERNAL_TOKEN: internal, ARC_SECRETS_KEY: key, ARC_DATA_DIR: directory, DATABASE_URL: made.url, NATS_URL: bus.url, ARC_EGRESS_DENY: 'denied.test,*.denied.test', ARC_EGRESS_EXEMPT: '127.0.0.1/32', ARC_EGRESS_NAMES: names, ARC_EGRESS_CA_FILE: join(directory, 'outside-ca.pem') })
  await (await import('node:fs/promises')).writeFile(join(directory, 'outside-ca.pem'), outside.certificatePem)
  proxy = await startProxy(config, createLog('proxy', 'error'))
  for (const id of [workspaceId, strangerId]) {
    await mkdir(join(directory, 'workspaces', id, 'sockets'), { recursive: true })
    const opened = await fetch(`http://127.0.0.1:${port}/internal/workspaces/${id}`, { method: 'PUT', headers: { authorization: `Bearer ${internal}` } })
    proxyCa = ((await opened.json()) as { authority: string }).authority
  }
  expect((await fetch(`http://127.0.0.1:${port}/internal/workspaces/${workspaceId}`, { method: 'PUT', headers: { authorization: 'Bearer wrong' } })).status).toBe(401)
})
afterAll(async () => {
  await proxy?.close()
  await bus?.child.stop('SIGKILL', 1000)
  await drop?.()
})

const socketOf = (id: string) => join(directory, 'workspaces', id, 'sockets', 'proxy.sock')
interface Got {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}
interface Asked {
  readonly method?: string
  readonly headers?: OutgoingHttpHeaders
  readonly body?: string | Buffer
  readonly id?: string
}

async function send(url: string, { method = 'GET', headers = {}, body, id = workspaceId }: Asked = {}, socket?: Socket): Promise<Got> {
  const asked = httpRequest({ ...(socket === undefined ? { socketPath: socketOf(id), agent: false } : { createConnection: () => socket }), method, path: url, headers: { connection: 'close', ...headers } })
  asked.end(body)
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  return { status: response.statusCode ?? 0, headers: response.headers, body: await buffer(response).catch(() => Buffer.from('CUT')) }
}

/** Through CONNECT, as every HTTPS client does; the proxy's own authority is trusted and no other. */
async function tunnel(host: string, port = tlsPort, servername = host, ALPNProtocols: string[] = []): Promise<Socket> {
  const socket = connect(socketOf(workspaceId))
  socket.write(`CONNECT ${host}:${port} HTTP/1.1\r\nHost: ${host}:${port}\r\n\r\n`)
  const [first] = (await once(socket, 'data')) as [Buffer]
  if (!first.toString().startsWith('HTTP/1.1 200')) throw new Error(first.toString())
  const tls = tlsConnect({ socket, servername, ca: proxyCa, ...(ALPNProtocols.length === 0 ? {} : { ALPNProtocols }) })
  await once(tls, 'secureConnect')
  return tls
}
const https = async (host: string, path: string, asked: Asked = {}) => send(path, { ...asked, headers: { host: `${host}:${tlsPort}`, ...asked.headers } }, await tunnel(host))

const codeOf = (got: Got) => got.headers['x-arcx-refused']
const echo = (body: string | Buffer, headers: OutgoingHttpHeaders = {}): RequestListener => (_request, response) => response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body)

test('the authority’s key is read by nobody else', async () => {
  expect((await stat(join(directory, 'authority.pem'))).mode & 0o777).toBe(0o600)
})

describe('on the way out, a placeholder becomes its value where it may go', () => {
  const spots: readonly [string, Asked & { readonly path?: string }, (got: (typeof arrived)[number]) => unknown, string][] = [
    ['a header', { headers: { authorization: `Bearer ${secret.placeholder}` } }, ({ headers }) => headers.authorization, `Bearer ${secret.value}`],
    ['basic authorization', { headers: { authorization: `Basic ${Buffer.from(`user:${secret.placeholder}`).toString('base64')}` } }, ({ headers }) => Buffer.from(headers.authorization?.slice(6) ?? '', 'base64').toString(), `user:${secret.value}`],
    ['the address', { path: `/v1?key=${secret.placeholder}&x=1` }, ({ url }) => new URL(url ?? '', 'http://x').searchParams.get('key'), secret.value],
    ['a JSON string', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ deep: [{ key: secret.placeholder }] }) }, ({ body }) => (JSON.parse(body) as { deep: { key: string }[] }).deep[0]?.key, secret.value],
    ['a form', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: new URLSearchParams({ key: secret.placeholder, b: '2' }).toString() }, ({ body }) => new URLSearchParams(body).get('key'), secret.value],
    ['a part of a multipart body', { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: `--x\r\ncontent-disposition: form-data; name="key"\r\n\r\n${secret.placeholder}\r\n--x--\r\n` }, ({ body }) => body.includes(`\r\n\r\n${secret.value}\r\n`), true as never],
    ['base64 in a body', { method: 'POST', body: `{"data":"${Buffer.from(`ab${secret.placeholder}cd`).toString('base64')}"}` }, ({ body }) => Buffer.from((JSON.parse(body) as { data: string }).data, 'base64').toString(), `ab${secret.value}cd`],
    ['a compressed body', { method: 'POST', headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' }, body: gzipSync(JSON.stringify({ key: secret.placeholder })) }, ({ body }) => (JSON.parse(body) as { key: string }).key, secret.value],
  ]
  test.each(spots)('in %s', async (_where, { path = '/', ...asked }, read, expected) => {
    arrived = []
    answer = echo('{}')
    expect((await https('api.test', path, asked)).status).toBe(200)
    const [got] = arrived
    if (got === undefined) throw new Error('Nothing arrived.')
    expect(read(got)).toBe(expected)
    expect(JSON.stringify(got)).not.toContain(secret.placeholder)
  })

  test('Docker Sandboxes CVE-2026-105452: the client’s own second credential is not sent beside it', async () => {
    arrived = []
    await https('api.test', '/', { headers: { 'x-api-key': secret.placeholder, authorization: 'Bearer my-own', cookie: 'a=b', accept: '*/*' } })
    expect(arrived[0]?.headers['x-api-key']).toBe(secret.value)
    expect(arrived[0]?.headers.authorization).toBeUndefined()
    expect(arrived[0]?.headers.cookie).toBeUndefined()
    expect(arrived[0]?.headers.accept).toBe('*/*')
  })
})

describe('a secret or its placeholder on its way elsewhere is refused, recorded, and not sent', () => {
  const tries: readonly [string, () => Promise<Got>][] = [
    ['another host', () => https('other.test', '/', { headers: { authorization: `Bearer ${secret.placeholder}` } })],
    ['its host without TLS', () => send(`http://api.test:${plainPort}/?k=${secret.placeholder}`)],
    ['another’s host', () => https('a.git.test', `/?k=${encodeURIComponent(secret.placeholder)}`)],
    ['the value itself, in a header', () => https('other.test', '/', { headers: { 'x-note': secret.value } })],
    ['the value itself, in a body, as base64', () => https('other.test', '/', { method: 'POST', body: Buffer.from(`zz${secret.value}`).toString('base64') })],
    ['in basic authorization', () => https('other.test', '/', { headers: { authorization: `Basic ${Buffer.from(`u:${secret.placeholder}`).toString('base64')}` } })],
  ]
  test.each(tries)('%s', async (_what, attempt) => {
    arrived = []
    answer = echo('{}')
    const got = await attempt()
    expect(got.status).toBe(403)
    expect(codeOf(got)).toBe('leak_attempted')
    for (const { headers, url, body } of arrived) for (const text of [secret.value, secret.placeholder]) expect(JSON.stringify([headers, url, body])).not.toContain(text)
  })
})

describe('on the way back, no value passes', () => {
  const codings: readonly [string, (body: Buffer) => Buffer][] = [
    ['identity', (body) => body],
    ['gzip', (body) => gzipSync(body)],
    ['deflate', (body) => deflateSync(body)],
    ['br', (body) => brotliCompressSync(body)],
    ['zstd', (body) => zstdCompressSync(body)],
  ]
  test.each(codings)('in a body coded %s, in every writing', async (coding, code) => {
    const writings = [secret.value, JSON.stringify(secret.value), encodeURIComponent(secret.value), Buffer.from(secret.value).toString('hex'), Buffer.from(`a${secret.value}b`).toString('base64'), other.value]
    answer = echo(code(Buffer.from(writings.join('\n'))), coding === 'identity' ? {} : { 'content-encoding': coding })
    const got = await https('api.test', '/', { headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } })
    const opened = coding === 'gzip' ? gunzipSync(got.body) : coding === 'identity' ? got.body : null
    expect(got.headers['content-encoding']).toBe(coding === 'identity' ? undefined : coding)
    if (opened !== null) {
      const clean = opened.toString()
      for (const writing of writings) expect(clean).not.toContain(writing)
      expect(clean).toContain(secret.placeholder)
      expect(clean).toContain(other.placeholder)
    }
  })

  test('in headers, also of a redirect', async () => {
    answer = (_request, response) => response.writeHead(302, { location: `https://other.test/?token=${encodeURIComponent(secret.value)}`, 'x-echo': secret.value }).end()
    const got = await https('api.test', '/')
    expect(got.headers.location).toContain(secret.placeholder)
    expect(JSON.stringify(got.headers)).not.toContain(encodeURIComponent(secret.value))
    expect(got.headers['x-echo']).toBe(secret.placeholder)
  })

  test('a coding that cannot be opened is not let through', async () => {
    answer = echo('whatever', { 'content-encoding': 'compress' })
    const got = await https('api.test', '/')
    expect(got.status).toBe(502)
    expect(got.body.toString()).not.toContain('whatever')
  })

  test('Docker Sandboxes CVE-2026-101998: a stream that breaks is cut, and what was held is not passed on', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.write(gzipSync(Buffer.from(`start ${secret.value}`)).subarray(0, -12))
      setTimeout(() => response.socket?.destroy(), 50)
    }
    const got = await https('api.test', '/')
    expect(got.body.toString()).toBe('CUT')
  })

  test('a token stream flows as it comes, and a secret that comes in two pieces is whole before it goes', async () => {
    let push: (text: string) => void = () => undefined
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      push = (text) => response.write(text)
      push('data: one\n\n')
    }
    const socket = await tunnel('api.test')
    const asked = httpRequest({ createConnection: () => socket, path: '/', headers: { host: `api.test:${tlsPort}` } })
    asked.end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    let seen = ''
    response.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    await vi.waitFor(() => expect(seen).toBe('data: one\n\n'))
    push(`data: ${secret.value.slice(0, 10)}`)
    await vi.waitFor(() => expect(seen).toBe('data: one\n\ndata: '))
    push(`${secret.value.slice(10)}\n\n`)
    await vi.waitFor(() => expect(seen).toBe(`data: one\n\ndata: ${secret.placeholder}\n\n`))
    response.destroy()
  })
})

describe('a WebSocket', () => {
  async function openSocket(host: string, headers: Record<string, string> = {}, protocols: string[] = []): Promise<WebSocket> {
    const socket = await tunnel(host)
    const client = new WebSocket(`ws://${host}:${tlsPort}/live?x=1`, protocols, { createConnection: () => socket, headers } as never)
    await once(client, 'open')
    return client
  }
  const next = async (client: WebSocket) => String((await once(client, 'message'))[0])

  test('is judged as a request, and each message by itself: placeholders become values, values placeholders', async () => {
    onSocket = (outside, request) => {
      outside.on('message', (data) => outside.send(JSON.stringify({ heard: Buffer.from(data as Buffer).toString('hex'), sent: secret.value, by: request.headers['x-api-key'] })))
    }
    const client = await openSocket('api.test', { 'x-api-key': secret.placeholder }, ['chat'])
    expect(client.protocol).toBe('chat')
    client.send(JSON.stringify({ key: secret.placeholder }))
    const answered = await next(client)
    expect(answered).not.toContain(secret.value)
    expect(JSON.parse(answered)).toEqual({ heard: Buffer.from(JSON.stringify({ key: secret.value })).toString('hex').replaceAll(Buffer.from(secret.value).toString('hex'), Buffer.from(secret.placeholder).toString('hex')), sent: secret.placeholder, by: secret.placeholder })
    client.close(1000)
    await once(client, 'close')
  })

  test('that carries a placeholder to another host is cut, and the message does not arrive', async () => {
    const heard: string[] = []
    onSocket = (outside) => outside.on('message', (data) => heard.push(String(data)))
    const client = await openSocket('other.test')
    client.send('fine')
    await vi.waitFor(() => expect(heard).toEqual(['fine']))
    const closed = once(client, 'close')
    client.send(`leak ${secret.placeholder}`)
    await closed
    expect(heard).toEqual(['fine'])
    await vi.waitFor(async () => expect(await database.selectFrom('EgressRecord').selectAll().where('path', '=', '/live?x=…').where('outcome', '=', 'cut:leak_attempted').execute()).toHaveLength(1))
  })
})

describe('HTTP/2', () => {
  /** As curl, gRPC and browsers ask. */
  async function ask(host: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<{ status: number; headers: Record<string, unknown>; body: string; trailers: Record<string, unknown> }> {
    const socket = await tunnel(host, h2Port, host, ['h2'])
    const session = connectHttp2(`https://${host}:${h2Port}`, { createConnection: () => socket })
    const stream = session.request({ ':path': path, ':method': body === undefined ? 'GET' : 'POST', ...headers })
    stream.end(body)
    let trailers = {}
    stream.on('trailers', (got) => (trailers = got))
    const [got] = (await once(stream, 'response')) as [Record<string, unknown>]
    const answered = await text(stream)
    session.destroy()
    return { status: Number(got[':status']), headers: got, body: answered, trailers }
  }

  test('is spoken inward and outward, with placeholders, values and trailers as over HTTP/1.1', async () => {
    const got = await ask('api.test', '/h2?a=1', { authorization: `Bearer ${secret.placeholder}`, 'content-type': 'application/json' }, JSON.stringify({ key: secret.placeholder }))
    expect(got.status).toBe(200)
    expect(JSON.parse(got.body)).toEqual({ version: '2.0', path: '/h2?a=1', right: true, body: 'right', echoed: secret.placeholder })
    expect(got.trailers['grpc-status']).toBe('0')
    expect(got.trailers['x-echo']).toBe(secret.placeholder)
  })

  test('a program that speaks HTTP/1.1 reaches a server that speaks nothing else than HTTP/2', async () => {
    const socket = await tunnel('api.test', h2Port)
    const got = await send('/only', { headers: { host: `api.test:${h2Port}`, authorization: `Bearer ${secret.placeholder}` } }, socket)
    expect(JSON.parse(got.body.toString())).toMatchObject({ version: '2.0', path: '/only', right: true })
  })

  test('a leak is refused, a tunnel goes to one host, and two names for it are none', async () => {
    const got = await ask('other.test', '/', { 'x-a': secret.placeholder })
    expect(got.status).toBe(403)
    expect(got.headers['x-arcx-refused']).toBe('leak_attempted')
    expect((await ask('api.test', '/', { ':authority': `other.test:${h2Port}` })).status).toBe(421)
    expect((await ask('api.test', '/', { ':authority': `api.test:${h2Port}`, host: 'other.test' })).status).toBe(400)
  })
})

describe('where workspaces may go', () => {
  test('Docker Sandboxes CVE-2026-105570: an upper-case host, or one with a dot behind it, is the same host', async () => {
    expect(codeOf(await send(`http://DENIED.test:${plainPort}/`))).toBe('host_refused')
    expect(codeOf(await send(`http://a.denied.TEST.:${plainPort}/`))).toBe('host_refused')
  })

  test('E2B HTTPS by IP without a host name, coder/boundary implicit CONNECT: addresses, odd ones too, are no way round', async () => {
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]']) expect(codeOf(await send(`http://${host}:${plainPort}/`))).toBe('host_refused')
    await expect(tunnel('127.0.0.1')).rejects.toThrow('403')
    expect(codeOf(await send(`http://inside.test:${plainPort}/`))).toBe('address_refused')
    expect(codeOf(await send(`http://meta.test:${plainPort}/`))).toBe('address_refused')
  })

  test('coder/boundary several requests over one CONNECT: each is judged, and none goes to another host', async () => {
    answer = echo('{"a":1}')
    const socket = await tunnel('api.test')
    let seen = ''
    socket.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    socket.write(`GET /one HTTP/1.1\r\nHost: api.test:${tlsPort}\r\n\r\n`)
    await vi.waitFor(() => expect(seen).toMatch(/\r\n0\r\n\r\n$/))
    const before = arrived.length
    socket.write(`GET /two HTTP/1.1\r\nHost: other.test:${tlsPort}\r\n\r\n`)
    await vi.waitFor(() => expect(seen).toContain('host_differs'))
    expect(arrived.length).toBe(before)
    socket.destroy()
  })

  test('the handshake must name the tunnel’s host', async () => {
    await expect(tunnel('api.test', tlsPort, 'other.test')).rejects.toThrow()
  })

  test('without a word of a proxy: HTTPS by the name in the handshake, HTTP by Host; without a name, nothing', async () => {
    const raw = connect(socketOf(workspaceId))
    const tls = tlsConnect({ socket: raw, servername: 'denied.test', ca: proxyCa })
    await once(tls, 'secureConnect')
    expect(codeOf(await send('/', { headers: { host: 'denied.test' } }, tls))).toBe('host_refused')
    const nameless = tlsConnect({ socket: connect(socketOf(workspaceId)), ca: proxyCa, rejectUnauthorized: false })
    nameless.on('error', () => undefined)
    await once(nameless, 'close').catch(() => undefined)
    expect(nameless.authorized).toBe(false)
    answer = echo('{"plain":true}')
    expect((await send('/there', { headers: { host: `api.test:${plainPort}` } })).body.toString()).toBe('{"plain":true}')
    expect(codeOf(await send('/there', { headers: { host: `127.0.0.2:${plainPort}` } }))).toBe('host_refused')
  })

  test('the reverse form takes HTTPS to its host', async () => {
    arrived = []
    answer = echo('{}')
    const got = await send(`/to/api.test:${tlsPort}/v1/things?a=1`, { headers: { host: '127.0.0.1:3128', authorization: `Bearer ${secret.placeholder}` } })
    expect(got.status).toBe(200)
    expect(arrived[0]).toMatchObject({ host: `api.test:${tlsPort}`, url: '/v1/things?a=1', headers: { authorization: `Bearer ${secret.value}` } })
  })

  test('request smuggling: conflicting lengths and bad chunks are refused', async () => {
    const raw = async (head: string) => {
      const socket = connect(socketOf(workspaceId))
      socket.write(head)
      const [first] = (await once(socket, 'data')) as [Buffer]
      socket.destroy()
      return first.toString().split('\r\n')[0]
    }
    const line = `POST http://api.test:${plainPort}/ HTTP/1.1\r\nHost: api.test\r\n`
    expect(await raw(`${line}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`)).toContain('400')
    expect(await raw(`${line}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toContain('400')
    expect(await raw(`${line}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`)).toContain('400')
    expect(await raw(`GET http://api.test/ HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n`)).toContain('400')
  })

  test('coder/boundary spoofed headers: who calls is told by the socket, and what a program says of it counts for nothing', async () => {
    const got = await send(`http://api.test:${plainPort}/`, { id: strangerId, headers: { 'proxy-authorization': 'Basic eDp5', 'x-arcx-workspace': workspaceId } })
    expect(got.status).toBe(407)
    expect(codeOf(got)).toBe('workspace_unknown')
  })
})

test('the record has every call, passed and refused, with names and counts and no value', async () => {
  arrived = []
  answer = echo(JSON.stringify({ echoed: secret.value }))
  await https('api.test', `/recorded?token=${secret.placeholder}&q=private`, { method: 'POST', body: '12345' })
  await https('other.test', '/recorded', { headers: { 'x-a': secret.placeholder } })
  await vi.waitFor(async () => {
    const rows = await database.selectFrom('EgressRecord').selectAll().where('path', 'like', '/recorded%').orderBy('at').execute()
    expect(rows).toMatchObject([
      { workspaceId, method: 'POST', scheme: 'https', host: 'api.test', path: '/recorded?token=…&q=…', outcome: 'passed', status: 200, bytesUp: '5', secrets: ['api.test'], scrubbed: 1 },
      { host: 'other.test', outcome: 'refused:leak_attempted', status: 403, secrets: [] },
    ])
  })
  const everything = JSON.stringify(await database.selectFrom('EgressRecord').selectAll().execute())
  for (const { value } of [secret, other]) for (const writing of [value, encodeURIComponent(value), Buffer.from(value).toString('hex')]) expect(everything).not.toContain(writing)
})

test('a credential in a path, of which nobody has told arcx, is in no record', async () => {
  answer = echo('{}')
  const token = `ghp_${randomBytes(18).toString('hex')}`
  await https('api.test', `/with/${token}/is-found`)
  await vi.waitFor(async () => {
    const rows = await database.selectFrom('EgressRecord').select('path').where('path', 'like', '%is-found').execute()
    expect(rows).toHaveLength(1)
    expect(rows[0]?.path).toBe('/with/[github-pat]/is-found')
  })
})

test('a body of 200 MB goes through in constant memory, and comes out as it went in', async () => {
  const piece = randomBytes(1024 * 1024)
  answer = (_request, response) => {
    let left = 200
    const push = () => {
      while (left > 0) {
        left -= 1
        if (!response.write(piece)) return void response.once('drain', push)
      }
      response.end()
    }
    response.writeHead(200)
    push()
  }
  const before = process.memoryUsage().rss
  const asked = httpRequest({ socketPath: socketOf(workspaceId), agent: false, path: `http://api.test:${plainPort}/` })
  asked.end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  let [size, peak] = [0, 0]
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    peak = Math.max(peak, process.memoryUsage().rss)
  }
  expect(size).toBe(200 * 1024 * 1024)
  expect(peak - before).toBeLessThan(150 * 1024 * 1024)
})
