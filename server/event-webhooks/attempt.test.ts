import { once } from 'node:events'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { createServer as createRawServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { certificateFor } from '@arcx/testing/certificate'
import { attempt } from './attempt.ts'
import { Destinations } from './destination.ts'

const servers: Server[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve)))))

async function listen<S extends Server>(server: S, host = '127.0.0.1', port = 0): Promise<number> {
  servers.push(server)
  server.listen(port, host)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
const serving = (listener: RequestListener, host?: string, port?: number) => listen(createServer(listener), host, port)

const never = new AbortController().signal
const loopback = { destinations: new Destinations({ exempt: ['127.0.0.0/8'] }) }
const send = (url: string, settings: Parameters<typeof attempt>[0] = loopback) =>
  attempt(settings, { url, headers: { 'webhook-id': 'msg_1' }, body: '{"a":"ü"}' }, never)

test('what is answered is kept by its first characters, as text alone', async () => {
  const got: string[] = []
  const port = await serving((request, response) => {
    request.setEncoding('utf8').on('data', (chunk: string) => got.push(chunk))
    request.on('end', () => response.end(`ok\0\u001b[31m<b>${'x'.repeat(10_000)}`))
  })
  const { status, answer, error } = await send(`http://127.0.0.1:${port}/`)
  expect([status, error]).toEqual([200, null])
  expect(answer?.startsWith('ok\uFFFD\uFFFD[31m<b>xxx')).toBe(true)
  expect(answer?.length).toBeLessThanOrEqual(2048)
  expect(got.join('')).toBe('{"a":"ü"}')
})

test('an answer without an end is left once enough of it came', async () => {
  const port = await serving((_request, response) => {
    const more = () => {
      if (!response.destroyed) response.write('x'.repeat(65_536), more)
    }
    more()
  })
  expect(await send(`http://127.0.0.1:${port}/`)).toMatchObject({ status: 200, error: null })
})

test('a redirect is not followed, and said to be one', async () => {
  let followed = 0
  const target = await serving((_request, response) => {
    followed += 1
    response.end()
  })
  const port = await serving((_request, response) =>
    response.writeHead(307, { location: `http://127.0.0.1:${target}/` }).end(),
  )
  const { status, error } = await send(`http://127.0.0.1:${port}/`)
  expect([status, followed]).toEqual([307, 0])
  expect(error).toContain('leads elsewhere')
})

test('whoever does not answer in time, or drips, has failed', async () => {
  const silent = await serving(() => undefined)
  const dripping = await serving(async (_request, response) => {
    while (!response.destroyed) {
      response.write('.')
      await pause(50)
    }
  })
  const settings = { ...loopback, limitMs: 400 }
  for (const port of [silent, dripping])
    expect(await send(`http://127.0.0.1:${port}/`, settings)).toMatchObject({
      status: null,
      error: 'There was no whole answer within 0.4 s.',
    })
})

test('a name whose lookup does not end has failed in time', async () => {
  const destinations = new Destinations({ exempt: [], resolve: () => new Promise(() => undefined) })
  expect(await send('https://slow.example/', { destinations, limitMs: 100 })).toMatchObject({ status: null })
})

test('faults of a connection are told in words', async () => {
  const reset = await listen(createRawServer((socket) => socket.destroy()))
  const garbage = await listen(createRawServer((socket) => socket.resume().end('not http at all\r\n\r\n')))
  const closed = await serving(() => undefined)
  await new Promise((resolve) => servers.pop()?.close(resolve))
  const errorAt = async (url: string) => (await send(url)).error
  expect(await errorAt(`http://127.0.0.1:${closed}/`)).toContain('refused')
  expect(await errorAt(`http://127.0.0.1:${reset}/`)).toContain('closed')
  expect(await errorAt(`http://127.0.0.1:${garbage}/`)).toContain('not HTTP')
  expect(await errorAt(`https://127.0.0.1:${garbage}/`)).toContain('TLS')
})

test('a certificate must be of one that is trusted, and of the name that was entered', async () => {
  const tls = await certificateFor('hooks.example')
  const names: unknown[] = []
  const port = await listen(
    createSecureServer(tls, (request, response) => {
      names.push(request.headers.host)
      response.end()
    }),
  )
  const destinations = new Destinations({
    exempt: ['127.0.0.1/32'],
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  })
  const settings = { destinations, ca: tls.cert }
  expect(await send(`https://hooks.example:${port}/`, settings)).toMatchObject({ status: 200, error: null })
  expect((await send(`https://other.example:${port}/`, settings)).error).toContain('certificate')
  expect((await send(`https://hooks.example:${port}/`, { destinations })).error).toContain('certificate')
  expect(names).toEqual([`hooks.example:${port}`])
})

test('DNS rebinding: the name is looked up once, and what was judged is what is dialled', async () => {
  const reached: string[] = []
  const record =
    (name: string): RequestListener =>
    (_request, response) => {
      reached.push(name)
      response.end()
    }
  const port = await serving(record('permitted'), '127.0.0.2')
  await serving(record('private'), '127.0.0.1', port)
  let asked = 0
  const destinations = new Destinations({
    exempt: ['127.0.0.2'],
    resolve: async () => [{ address: (asked += 1) === 1 ? '127.0.0.2' : '127.0.0.1', family: 4 }],
  })
  expect(await send(`http://rebinding.example:${port}/`, { destinations })).toMatchObject({ status: 200 })
  expect([asked, reached]).toEqual([1, ['permitted']])
  const again = await send(`http://rebinding.example:${port}/`, { destinations })
  expect(again.error).toContain('leads to a private address')
  expect(reached).toEqual(['permitted'])
})

test('a name of which one address is private is dialled at none', async () => {
  let reached = 0
  const port = await serving((_request, response) => {
    reached += 1
    response.end()
  }, '127.0.0.2')
  const destinations = new Destinations({
    exempt: ['127.0.0.2'],
    resolve: async () => [
      { address: '127.0.0.2', family: 4 },
      { address: '169.254.169.254', family: 4 },
    ],
  })
  expect((await send(`http://several.example:${port}/`, { destinations })).error).toContain('private')
  expect(reached).toBe(0)
})

test.each([
  'https://127.0.0.1/',
  'https://127.1/',
  'https://0x7f000001/',
  'https://2130706433/',
  'https://017700000001/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[64:ff9b:1::7f00:1]/',
  'https://[fd00:ec2::254]/',
  'https://[fe80::1]/',
  'https://169.254.169.254/latest/meta-data/',
  'https://100.64.0.1/',
  'https://10.0.0.1/',
  'https://0.0.0.0/',
  'https://localhost/',
])('nothing is sent to %s', async (url) => {
  const { status, error } = await send(url, { destinations: new Destinations({ exempt: [] }) })
  expect(status).toBeNull()
  expect(error).toContain('leads to a private address')
})

test.each([
  ['ftp://example.com/', 'https://'],
  ['example.com', 'https://'],
  ['javascript:alert(1)', 'https://'],
  ['https://user:word@example.com/', 'user name or password'],
  ['https://user@example.com/', 'user name or password'],
  ['https://example.com/#part', '#'],
  ['http://example.com/', 'https:// alone'],
])('%s is refused, with the reason', (url, reason) => {
  expect(() => new Destinations({ exempt: [] }).parse(url)).toThrow(reason)
})

test('without TLS it is sent within the operator’s own networks alone', async () => {
  const destinations = new Destinations({
    exempt: ['10.0.0.0/8'],
    resolve: async () => [{ address: '1.1.1.1', family: 4 }],
  })
  expect((await send('http://example.com/', { destinations })).error).toContain('https:// alone')
})

test('an answer that switches protocols is a failed attempt, and ends', async () => {
  const server = createRawServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: any\r\n\r\n'),
    )
  })
  const port = await listen(server)
  const { status, error } = await send(`http://127.0.0.1:${port}/`, { ...loopback, limitMs: 2000 })
  expect([status, error]).toEqual([101, 'It answered 101; 2xx says that it was taken.'])
}, 10_000)
