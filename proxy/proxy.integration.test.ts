import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, stat } from 'node:fs/promises'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ProxyRig, codeOf, echo } from '@arcx/testing/proxy'
import type { Arrived, ReceivedRequest, Got } from '@arcx/testing/proxy'
import { WebSocket } from 'ws'

/** The same shape and length, the same first and last character. */
const secret = { value: 'sk-live-Aa1+Bb2/Cc3=Dd4Z', placeholder: 'sk-live-000000000000000Z', host: 'api.test' }
const other = { value: 'ghp_QqWwEeRrTtYyUuIiOoPp', placeholder: 'ghp_1111111111111111111p', host: '*.git.test' }

let rig: ProxyRig
beforeAll(async () => {
  rig = await ProxyRig.start([secret, other])
})
afterAll(() => rig?.close())

test('the authority’s key is read by nobody else', async () => {
  expect((await stat(join(rig.directory, 'authority.pem'))).mode & 0o777).toBe(0o600)
})

test('the door of the other services opens to the internal token alone', async () => {
  const url = `http://127.0.0.1:${rig.port}/internal/workspaces/${rig.workspaceId}`
  for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Bearer ' }])
    expect((await fetch(url, { method: 'PUT', headers })).status).toBe(401)
})

test('a workspace is listened for where the orchestrator says, and nowhere else', async () => {
  const id = randomUUID()
  const tell = async (body: unknown) =>
    (
      await fetch(`http://127.0.0.1:${rig.port}/internal/workspaces/${id}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${rig.internalToken}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    ).status
  for (const body of [{}, { directory: '' }, { directory: 'workspaces/../..' }, { directory: 7 }, null])
    expect([await tell(body), await listensIn('a')]).toEqual([400, false])

  async function listensIn(name: string): Promise<boolean> {
    const socket = connect(join(rig.directory, name, 'proxy.sock'))
    return once(socket, 'connect')
      .then(
        () => true,
        () => false,
      )
      .finally(() => socket.destroy())
  }
  for (const name of ['a', 'b']) await mkdir(join(rig.directory, name))
  expect(await tell({ directory: join(rig.directory, 'a') })).toBe(200)
  expect([await listensIn('a'), await listensIn('b')]).toEqual([true, false])
  expect(await tell({ directory: join(rig.directory, 'b'), ifMissing: true })).toBe(200)
  expect([await listensIn('a'), await listensIn('b')]).toEqual([true, false])
  expect(await tell({ directory: join(rig.directory, 'b') })).toBe(200)
  expect([await listensIn('a'), await listensIn('b')]).toEqual([false, true])
})

describe('on the way out, a placeholder becomes its value where it may go', () => {
  const spots: readonly [string, ReceivedRequest & { readonly path?: string }, (got: Arrived) => unknown, string][] = [
    [
      'a header',
      { headers: { authorization: `Bearer ${secret.placeholder}` } },
      ({ headers }) => headers.authorization,
      `Bearer ${secret.value}`,
    ],
    [
      'basic authorization',
      { headers: { authorization: `Basic ${Buffer.from(`user:${secret.placeholder}`).toString('base64')}` } },
      ({ headers }) => Buffer.from(headers.authorization?.slice(6) ?? '', 'base64').toString(),
      `user:${secret.value}`,
    ],
    [
      'the address',
      { path: `/v1?key=${secret.placeholder}&x=1` },
      ({ url }) => new URL(url ?? '', 'http://x').searchParams.get('key'),
      secret.value,
    ],
    [
      'a JSON string',
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ deep: [{ key: secret.placeholder }] }),
      },
      ({ body }) => (JSON.parse(body) as { deep: { key: string }[] }).deep[0]?.key,
      secret.value,
    ],
    [
      'a form',
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ key: secret.placeholder, b: '2' }).toString(),
      },
      ({ body }) => new URLSearchParams(body).get('key'),
      secret.value,
    ],
    [
      'a part of a multipart body',
      {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        body: `--x\r\ncontent-disposition: form-data; name="key"\r\n\r\n${secret.placeholder}\r\n--x--\r\n`,
      },
      ({ body }) => body.includes(`\r\n\r\n${secret.value}\r\n`),
      true as never,
    ],
    [
      'base64 in a body',
      { method: 'POST', body: `{"data":"${Buffer.from(`ab${secret.placeholder}cd`).toString('base64')}"}` },
      ({ body }) => Buffer.from((JSON.parse(body) as { data: string }).data, 'base64').toString(),
      `ab${secret.value}cd`,
    ],
    [
      'a compressed body',
      {
        method: 'POST',
        headers: { 'content-encoding': 'gzip', 'content-type': 'application/json' },
        body: gzipSync(JSON.stringify({ key: secret.placeholder })),
      },
      ({ body }) => (JSON.parse(body) as { key: string }).key,
      secret.value,
    ],
  ]
  test.each(spots)('in %s', async (_where, { path = '/', ...asked }, read, expected) => {
    rig.arrived = []
    rig.answer = echo('{}')
    expect((await rig.https('api.test', path, asked)).status).toBe(200)
    const [got] = rig.arrived
    if (got === undefined) throw new Error('Nothing arrived.')
    expect(read(got)).toBe(expected)
    expect(JSON.stringify(got)).not.toContain(secret.placeholder)
  })

  test('Docker Sandboxes CVE-2026-105452: the client’s own second credential is not sent beside it', async () => {
    rig.arrived = []
    await rig.https('api.test', '/', {
      headers: { 'x-api-key': secret.placeholder, authorization: 'Bearer my-own', cookie: 'a=b', accept: '*/*' },
    })
    expect(rig.arrived[0]?.headers['x-api-key']).toBe(secret.value)
    expect(rig.arrived[0]?.headers.authorization).toBeUndefined()
    expect(rig.arrived[0]?.headers.cookie).toBeUndefined()
    expect(rig.arrived[0]?.headers.accept).toBe('*/*')
  })
})

describe('a secret or its placeholder on its way elsewhere is refused, recorded, and not sent', () => {
  const tries: readonly [string, () => Promise<Got>][] = [
    [
      'another host',
      () => rig.https('other.test', '/', { headers: { authorization: `Bearer ${secret.placeholder}` } }),
    ],
    ['its host without TLS', () => rig.send(`http://api.test:${rig.plainPort}/?k=${secret.placeholder}`)],
    ['another’s host', () => rig.https('a.git.test', `/?k=${encodeURIComponent(secret.placeholder)}`)],
    ['the value itself, in a header', () => rig.https('other.test', '/', { headers: { 'x-note': secret.value } })],
    [
      'the value itself, in a body, as base64',
      () => rig.https('other.test', '/', { method: 'POST', body: Buffer.from(`zz${secret.value}`).toString('base64') }),
    ],
    [
      'in basic authorization',
      () =>
        rig.https('other.test', '/', {
          headers: { authorization: `Basic ${Buffer.from(`u:${secret.placeholder}`).toString('base64')}` },
        }),
    ],
  ]
  test.each(tries)('%s', async (what, attempt) => {
    rig.arrived = []
    rig.answer = echo('{}')
    const got = await attempt()
    expect(got.status).toBe(403)
    expect(codeOf(got)).toBe('leak_attempted')
    // Where TLS is what is missing, it says so, and not that the host is wrong.
    expect(got.body.toString()).toMatch(
      what === 'its host without TLS' ? /Secrets go by HTTPS only/ : /may not go to /i,
    )
    expect(got.body.toString()).toMatch(/\n$/)
    for (const { headers, url, body } of rig.arrived)
      for (const text of [secret.value, secret.placeholder])
        expect(JSON.stringify([headers, url, body])).not.toContain(text)
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
    const writings = [
      secret.value,
      JSON.stringify(secret.value),
      encodeURIComponent(secret.value),
      Buffer.from(secret.value).toString('hex'),
      Buffer.from(`a${secret.value}b`).toString('base64'),
      other.value,
    ]
    rig.answer = echo(
      code(Buffer.from(writings.join('\n'))),
      coding === 'identity' ? {} : { 'content-encoding': coding },
    )
    const got = await rig.https('api.test', '/', { headers: { 'accept-encoding': 'gzip, deflate, br, zstd' } })
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
    rig.answer = (_request, response) =>
      response
        .writeHead(302, {
          location: `https://other.test/?token=${encodeURIComponent(secret.value)}`,
          'x-echo': secret.value,
        })
        .end()
    const got = await rig.https('api.test', '/')
    expect(got.headers.location).toContain(secret.placeholder)
    expect(JSON.stringify(got.headers)).not.toContain(encodeURIComponent(secret.value))
    expect(got.headers['x-echo']).toBe(secret.placeholder)
  })

  test('a coding that cannot be opened is not let through', async () => {
    rig.answer = echo('whatever', { 'content-encoding': 'compress' })
    const got = await rig.https('api.test', '/')
    expect(got.status).toBe(502)
    expect(got.body.toString()).not.toContain('whatever')
  })

  test('Docker Sandboxes CVE-2026-101998: a stream that breaks is cut, and what was held is not passed on', async () => {
    rig.answer = (_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.write(gzipSync(Buffer.from(`start ${secret.value}`)).subarray(0, -12))
      setTimeout(() => response.socket?.destroy(), 50)
    }
    const got = await rig.https('api.test', '/')
    expect(got.body.toString()).toBe('CUT')
  })

  test('a token stream flows as it comes, and a secret that comes in two pieces is whole before it goes', async () => {
    const stream = await rig.eventStream('api.test')
    await vi.waitFor(() => expect(stream.seen()).toBe('data: one\n\n'), { timeout: 20_000 })
    stream.push(`data: ${secret.value.slice(0, 10)}`)
    stream.push(`${secret.value.slice(10)}\n\n`)
    await vi.waitFor(() => expect(stream.seen()).toBe(`data: one\n\ndata: ${secret.placeholder}\n\n`), {
      timeout: 20_000,
    })
    stream.end()
  })
})

describe('a WebSocket', () => {
  async function openSocket(
    host: string,
    headers: Record<string, string> = {},
    protocols: string[] = [],
  ): Promise<WebSocket> {
    const socket = await rig.tunnel(host)
    const client = new WebSocket(`ws://${host}:${rig.tlsPort}/live?x=1`, protocols, {
      createConnection: () => socket,
      headers,
    } as never)
    await once(client, 'open')
    return client
  }
  const next = async (client: WebSocket) => String((await once(client, 'message'))[0])

  test('is judged as a request, and each message by itself: placeholders become values, values placeholders', async () => {
    rig.onSocket = (outside, request) => {
      outside.on('message', (data) =>
        outside.send(
          JSON.stringify({
            heard: Buffer.from(data as Buffer).toString('hex'),
            sent: secret.value,
            by: request.headers['x-api-key'],
          }),
        ),
      )
    }
    const client = await openSocket('api.test', { 'x-api-key': secret.placeholder }, ['chat'])
    expect(client.protocol).toBe('chat')
    client.send(JSON.stringify({ key: secret.placeholder }))
    const answered = await next(client)
    expect(answered).not.toContain(secret.value)
    expect(JSON.parse(answered)).toEqual({
      heard: Buffer.from(JSON.stringify({ key: secret.value }))
        .toString('hex')
        .replaceAll(Buffer.from(secret.value).toString('hex'), Buffer.from(secret.placeholder).toString('hex')),
      sent: secret.placeholder,
      by: secret.placeholder,
    })
    client.close(1000)
    await once(client, 'close')
  })

  test('that carries a placeholder to another host is cut, and the message does not arrive', async () => {
    const heard: string[] = []
    rig.onSocket = (outside) => outside.on('message', (data) => heard.push(String(data)))
    const client = await openSocket('other.test')
    client.send('fine')
    await vi.waitFor(() => expect(heard).toEqual(['fine']), { timeout: 20_000 })
    const closed = once(client, 'close')
    client.send(`leak ${secret.placeholder}`)
    await closed
    expect(heard).toEqual(['fine'])
    await vi.waitFor(
      async () =>
        expect(
          await rig.prisma.egressRecord.findMany({ where: { path: '/live?x=…', outcome: 'cut:leak_attempted' } }),
        ).toHaveLength(1),
      { timeout: 20_000 },
    )
  })
})

describe('HTTP/2', () => {
  /** As curl, gRPC and browsers ask. */
  async function ask(
    host: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<{ status: number; headers: Record<string, unknown>; body: string; trailers: Record<string, unknown> }> {
    const socket = await rig.tunnel(host, rig.h2Port, host, ['h2'])
    const session = connectHttp2(`https://${host}:${rig.h2Port}`, { createConnection: () => socket })
    const stream = session.request({ ':path': path, ':method': body === undefined ? 'GET' : 'POST', ...headers })
    stream.end(body)
    let trailers = {}
    stream.on('trailers', (got) => (trailers = got))
    const [got] = (await once(stream, 'response')) as [Record<string, unknown>]
    const answered = await text(stream)
    session.destroy()
    return { status: Number(got[':status']), headers: got, body: answered, trailers }
  }

  beforeAll(() => {
    rig.echoed = secret.value
  })

  test('is spoken inward and outward, with placeholders, values and trailers as over HTTP/1.1', async () => {
    const got = await ask(
      'api.test',
      '/h2?a=1',
      { authorization: `Bearer ${secret.placeholder}`, 'content-type': 'application/json' },
      JSON.stringify({ key: secret.placeholder }),
    )
    expect(got.status).toBe(200)
    const hidden = (text: string) => Buffer.from(text).toString('hex')
    // Whatever way the server writes it, it comes back as the placeholder; so what it got is asked by what it is not.
    expect(JSON.parse(got.body)).toEqual({
      version: '2.0',
      path: '/h2?a=1',
      key: hidden(`Bearer ${secret.placeholder}`),
      body: hidden(JSON.stringify({ key: secret.placeholder })),
      echoed: secret.placeholder,
    })
    expect(rig.lastKey).toBe(`Bearer ${secret.value}`)
    expect(got.trailers['grpc-status']).toBe('0')
    expect(got.trailers['x-echo']).toBe(secret.placeholder)
  })

  test('a program that speaks HTTP/1.1 reaches a server that speaks nothing else than HTTP/2', async () => {
    const socket = await rig.tunnel('api.test', rig.h2Port)
    const got = await rig.send(
      '/only',
      { headers: { host: `api.test:${rig.h2Port}`, authorization: `Bearer ${secret.placeholder}` } },
      socket,
    )
    expect(JSON.parse(got.body.toString())).toMatchObject({ version: '2.0', path: '/only' })
    expect(rig.lastKey).toBe(`Bearer ${secret.value}`)
  })

  test('a secret on its way by plain http is refused for that, where it may go there, and elsewhere for where it goes', async () => {
    const ask = (host: string) =>
      rig.send(`http://${host}:${rig.plainPort}/`, { headers: { 'x-key': secret.placeholder } })
    const [there, elsewhere] = [await ask('api.test'), await ask('other.test')]
    expect([codeOf(there), codeOf(elsewhere)]).toEqual(['leak_attempted', 'leak_attempted'])
    expect(there.body.toString()).toContain('Secrets go by HTTPS only, and this is plain http: use https://api.test')
    expect(elsewhere.body.toString()).toContain('may not go to other.test')
    expect(elsewhere.body.toString()).not.toContain('HTTPS only')
  })

  test('a leak is refused, a tunnel goes to one host, and two names for it are none', async () => {
    const got = await ask('other.test', '/', { 'x-a': secret.placeholder })
    expect(got.status).toBe(403)
    expect(got.headers['x-arcx-refused']).toBe('leak_attempted')
    expect((await ask('api.test', '/', { ':authority': `other.test:${rig.h2Port}` })).status).toBe(421)
    expect((await ask('api.test', '/', { ':authority': `api.test:${rig.h2Port}`, host: 'other.test' })).status).toBe(
      400,
    )
  })
})

describe('where workspaces may go', () => {
  test('Docker Sandboxes CVE-2026-105570: an upper-case host, or one with a dot behind it, is the same host', async () => {
    expect(codeOf(await rig.send(`http://DENIED.test:${rig.plainPort}/`))).toBe('host_refused')
    expect(codeOf(await rig.send(`http://a.denied.TEST.:${rig.plainPort}/`))).toBe('host_refused')
  })

  test('E2B HTTPS by IP without a host name, coder/boundary implicit CONNECT: addresses, odd ones too, are no way round', async () => {
    for (const host of ['127.0.0.1', '2130706433', '0x7f.1', '[::1]', '[::ffff:127.0.0.1]'])
      expect(codeOf(await rig.send(`http://${host}:${rig.plainPort}/`))).toBe('host_refused')
    await expect(rig.tunnel('127.0.0.1')).rejects.toThrow('403')
    expect(codeOf(await rig.send(`http://inside.test:${rig.plainPort}/`))).toBe('address_refused')
    expect(codeOf(await rig.send(`http://meta.test:${rig.plainPort}/`))).toBe('address_refused')
  })

  test('coder/boundary several requests over one CONNECT: each is judged, and none goes to another host', async () => {
    rig.answer = echo('{"a":1}')
    const socket = await rig.tunnel('api.test')
    let seen = ''
    socket.on('data', (chunk: Buffer) => (seen += chunk.toString()))
    socket.write(`GET /one HTTP/1.1\r\nHost: api.test:${rig.tlsPort}\r\n\r\n`)
    await vi.waitFor(() => expect(seen).toMatch(/\r\n0\r\n\r\n$/), { timeout: 20_000 })
    const before = rig.arrived.length
    socket.write(`GET /two HTTP/1.1\r\nHost: other.test:${rig.tlsPort}\r\n\r\n`)
    await vi.waitFor(() => expect(seen).toContain('host_differs'), { timeout: 20_000 })
    expect(rig.arrived.length).toBe(before)
    socket.destroy()
  })

  test('the handshake must name the tunnel’s host', async () => {
    await expect(rig.tunnel('api.test', rig.tlsPort, 'other.test')).rejects.toThrow()
  })

  test('without a word of a proxy: HTTPS by the name in the handshake, HTTP by Host; without a name, nothing', async () => {
    const tls = rig.handshake({ servername: 'denied.test' })
    await once(tls, 'secureConnect')
    expect(codeOf(await rig.send('/', { headers: { host: 'denied.test' } }, tls))).toBe('host_refused')
    const nameless = rig.handshake({ rejectUnauthorized: false })
    nameless.on('error', () => undefined)
    await once(nameless, 'close').catch(() => undefined)
    expect(nameless.destroyed).toBe(true)
    rig.answer = echo('{"plain":true}')
    expect((await rig.send('/there', { headers: { host: `api.test:${rig.plainPort}` } })).body.toString()).toBe(
      '{"plain":true}',
    )
    expect(codeOf(await rig.send('/there', { headers: { host: `127.0.0.2:${rig.plainPort}` } }))).toBe('host_refused')
  })

  test('Daytona 5153: after a redirect to another host each hop is judged anew, and the secret stays behind', async () => {
    rig.arrived = []
    rig.answer = (request, response) =>
      request.headers.host?.startsWith('api.test')
        ? response.writeHead(302, { location: `https://other.test:${rig.tlsPort}/next` }).end()
        : response.end('taken')
    const headers = { authorization: `Bearer ${secret.placeholder}` }
    const first = await rig.https('api.test', '/', { headers })
    expect(first.headers.location).toBe(`https://other.test:${rig.tlsPort}/next`)
    expect(codeOf(await rig.https('other.test', '/next', { headers }))).toBe('leak_attempted')
    expect(rig.arrived.map(({ host }) => host?.split(':')[0])).toEqual(['api.test'])
  })

  test('the reverse form takes HTTPS to its host', async () => {
    rig.arrived = []
    rig.answer = echo('{}')
    const got = await rig.send(`/to/api.test:${rig.tlsPort}/v1/things?a=1`, {
      headers: { host: '127.0.0.1:3128', authorization: `Bearer ${secret.placeholder}` },
    })
    expect(got.status).toBe(200)
    expect(rig.arrived[0]).toMatchObject({
      host: `api.test:${rig.tlsPort}`,
      url: '/v1/things?a=1',
      headers: { authorization: `Bearer ${secret.value}` },
    })
  })

  test('request smuggling: conflicting lengths and bad chunks are refused', async () => {
    const raw = async (head: string) => {
      const socket = connect(rig.socketOf(rig.workspaceId))
      socket.write(head)
      const [first] = (await once(socket, 'data')) as [Buffer]
      socket.destroy()
      return first.toString().split('\r\n')[0]
    }
    const line = `POST http://api.test:${rig.plainPort}/ HTTP/1.1\r\nHost: api.test\r\n`
    expect(await raw(`${line}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`)).toContain('400')
    expect(await raw(`${line}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toContain('400')
    expect(await raw(`${line}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`)).toContain('400')
    expect(await raw(`GET http://api.test/ HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n`)).toContain('400')
  })

  test('coder/boundary spoofed headers: who calls is told by the socket, and what a program says of it counts for nothing', async () => {
    const got = await rig.send(`http://api.test:${rig.plainPort}/`, {
      id: rig.strangerId,
      headers: { 'proxy-authorization': 'Basic eDp5', 'x-arcx-workspace': rig.workspaceId },
    })
    expect(got.status).toBe(407)
    expect(codeOf(got)).toBe('workspace_unknown')
  })
})

test('the record has every call, passed and refused, with names and counts and no value', async () => {
  rig.arrived = []
  rig.answer = echo(JSON.stringify({ echoed: secret.value }))
  await rig.https('api.test', `/recorded?token=${secret.placeholder}&q=private`, { method: 'POST', body: '12345' })
  await rig.https('other.test', '/recorded', { headers: { 'x-a': secret.placeholder } })
  await vi.waitFor(
    async () => {
      const rows = await rig.prisma.egressRecord.findMany({
        where: { path: { startsWith: '/recorded' } },
        orderBy: { at: 'asc' },
      })
      expect(rows).toMatchObject([
        {
          workspaceId: rig.workspaceId,
          method: 'POST',
          scheme: 'https',
          host: 'api.test',
          path: '/recorded?token=…&q=…',
          outcome: 'passed',
          status: 200,
          bytesUp: 5n,
          secrets: ['api.test'],
          scrubbed: 1,
        },
        { host: 'other.test', outcome: 'refused:leak_attempted', status: 403, secrets: [] },
      ])
    },
    { timeout: 20_000 },
  )
  const everything = JSON.stringify(
    await rig.prisma.egressRecord.findMany({ omit: { bytesUp: true, bytesDown: true } }),
  )
  for (const { value } of [secret, other])
    for (const writing of [value, encodeURIComponent(value), Buffer.from(value).toString('hex')])
      expect(everything).not.toContain(writing)
})

test('a credential in a path, of which nobody has told arcx, is in no record', async () => {
  rig.answer = echo('{}')
  const token = `ghp_${randomBytes(18).toString('hex')}`
  await rig.https('api.test', `/with/${token}/is-found`)
  await vi.waitFor(
    async () => {
      const rows = await rig.prisma.egressRecord.findMany({
        where: { path: { endsWith: 'is-found' } },
        select: { path: true },
      })
      expect(rows).toHaveLength(1)
      expect(rows[0]?.path).toBe('/with/[github-pat]/is-found')
    },
    { timeout: 20_000 },
  )
})
