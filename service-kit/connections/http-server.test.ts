import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo, Socket } from 'node:net'
import { connect } from 'node:net'
import { PassThrough, Transform, Writable, pipeline } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { createLog } from '../log.ts'
import { createMetrics } from '../metrics.ts'
import { boundedServer } from './http-server.ts'
import type { Handle, ServerBounds } from './http-server.ts'

const silent = createLog('test', 'error', new Writable({ write: (_chunk, _encoding, done) => done() }))
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** Short, and longer than a busy machine takes to read what was sent at once. */
const quick = { headersMs: 1500, idleConnectionMs: 1500, wholeMs: 1500, idleMs: 1500, restMs: 500, unreadMs: 1000 }
async function serving(handle: Handle, changes: Partial<ServerBounds> = {}): Promise<number> {
  const server = boundedServer(
    {
      most: { each: 1000, inAll: 1000 },
      isShared: () => false,
      log: silent,
      metrics: createMetrics('test', silent),
      times: quick,
      ...changes,
    },
    handle,
  )
  closers.push(async () => {
    // Whatever clients still hold: nothing is left of it here.
    await expect
      .poll(async () => new Promise((resolve) => server.getConnections((_error, count) => resolve(count))), {
        timeout: 20_000,
      })
      .toBe(0)
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

/** Sends, and gives what came until the other side closed. */
async function untilClosed(port: number, ...pieces: string[]): Promise<string> {
  const socket = await opened(port)
  let got = ''
  socket.on('data', (chunk: Buffer) => (got += chunk.toString('latin1')))
  for (const piece of pieces) socket.write(piece)
  await overFor(socket)
  return got
}

/** The other side is done with it, whatever this one does. */
async function overFor(socket: Socket): Promise<void> {
  if (socket.readableEnded || socket.closed) return
  // Not by `once`, which fails on an error: the other side may reset what still comes to it.
  await new Promise<void>((resolve) => socket.once('end', resolve).once('close', () => resolve()))
}

async function opened(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.on('error', () => socket.destroy())
  closers.push(() => socket.destroy())
  await once(socket, 'connect')
  return socket
}

const answering: Handle = (request, response) => {
  request.resume()
  request.on('end', () => response.end('well'))
  return 'own'
}

describe('everything that a client may draw out has an end', () => {
  test.each([
    ['nothing at all', [], ''],
    ['headers without an end', ['GET / HTTP/1.1\r\nHost: a\r\nX-Slow: '], '408'],
    ['half a request line', ['GE'], '408'],
    ['a connection that is kept', ['GET / HTTP/1.1\r\nHost: a\r\n\r\n'], '200'],
    ['a second request’s headers', ['GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HT'], '200'],
    ['a body', ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf'], '408'],
    ['a body in pieces', ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'], '408'],
  ])('%s', async (_name, pieces, status) => {
    const got = await untilClosed(await serving(answering), ...pieces)
    expect(got.slice(0, 12)).toBe(status === '' ? got.slice(0, 12) : `HTTP/1.1 ${status}`)
  })

  test('what is left of a body whose request was answered', async () => {
    const port = await serving((_request, response) => {
      response.writeHead(401).end('no')
      return 'own'
    })
    expect(await untilClosed(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')).toMatch(
      /^HTTP\/1.1 401/,
    )
  })

  test('a body that drips, where it is answered here', async () => {
    const port = await serving(answering)
    const socket = await opened(port)
    socket.resume()
    const closed = overFor(socket)
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n')
    const dripping = setInterval(() => socket.write('x'), 50)
    closers.push(() => clearInterval(dripping))
    await closed
  })

  // Each answered before its body has come; what drips after that is no longer than any other.
  test.each([
    ['a target that is no path', 'POST http://[ HTTP/1.1\r\nHost: a\r\n', 400],
    ['an expectation that nobody knows', 'POST / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n', 417],
  ])('a body that drips behind %s', async (_name, head, status) => {
    const socket = await opened(await serving(answering))
    let got = ''
    socket.on('data', (chunk: Buffer) => (got += chunk.toString('latin1')))
    const closed = overFor(socket)
    socket.write(`${head}Content-Length: 100000\r\n\r\n`)
    const dripping = setInterval(() => socket.write('x'), 50)
    closers.push(() => clearInterval(dripping))
    await closed
    expect(got).toMatch(new RegExp(`^HTTP/1.1 ${status}`))
  })

  test('an answer that nobody reads', async () => {
    const gone = Promise.withResolvers<void>()
    const port = await serving((_request, response) => {
      response.on('close', () => gone.resolve())
      response.end(Buffer.alloc(64 * 2 ** 20))
      return 'own'
    })
    const socket = await opened(port)
    socket.pause()
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await gone.promise
  })

  test.each([
    ['no body', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody'],
  ])('an answer that nobody reads, to a request that was read to its end, with %s', async (_what, asked) => {
    const gone = Promise.withResolvers<void>()
    const port = await serving((request, response) => {
      response.on('close', () => gone.resolve())
      request.resume()
      request.on('end', () => response.end(Buffer.alloc(64 * 2 ** 20)))
      return 'own'
    })
    const socket = await opened(port)
    socket.pause()
    socket.write(asked)
    await gone.promise
  })
})

/** Given up in the midst of its body, as by a pipeline that failed: Node takes its socket from it then. */
const givesUp: Handle = (request, response) => {
  const failing = new Transform({ transform: (_chunk, _encoding, done) => done(new Error('refused')) })
  pipeline(request, failing, new PassThrough(), () => response.writeHead(403).end('no'))
  return 'forwarded'
}
const fails: Handle = (request) => {
  Object.defineProperty(request, 'complete', {
    get: () => {
      throw new Error('not to be looked at')
    },
  })
  return 'forwarded'
}

test.each([
  ['was given up in the midst of its body', givesUp, /^$/],
  ['cannot be looked at', fails, /not to be looked at.*not watched over/s],
])('behind a request that %s the others are still held to their times', async (_what, first, logged) => {
  let said = ''
  const log = createLog(
    'test',
    'error',
    new Writable({ write: (chunk: Buffer, _encoding, done) => ((said += chunk.toString()), done()) }),
  )
  const port = await serving((request, response) => (request.url === '/first' ? first : answering)(request, response), {
    log,
  })
  const early = await opened(port)
  early.resume()
  early.write('POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 5000\r\n\r\nhalf')
  if (first === givesUp) await once(early, 'data')
  expect(await untilClosed(port, 'POST /second HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhalf')).toMatch(
    /^HTTP\/1.1 408/,
  )
  expect(said).toMatch(logged)
  // What was given up has an end too; what cannot be looked at has none but its own.
  if (first === givesUp) await overFor(early)
  early.destroy()
})

test('a body that goes on to a workspace may take as long as it moves, and an answer from there as long as somebody likes', async () => {
  const port = await serving(
    (request, response) => {
      response.writeHead(200)
      response.write('first')
      request.on('data', (chunk: Buffer) => response.write(chunk))
      request.on('end', () => response.end('last'))
      return 'forwarded'
    },
    { times: { ...quick, idleMs: 20_000 } },
  )
  const socket = await opened(port)
  let got = ''
  socket.on('data', (chunk: Buffer) => (got += chunk.toString()))
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
  // Well beyond every time there is, each piece within its own.
  for (let piece = 0; piece < 15; piece += 1) {
    socket.write('1\r\nx\r\n')
    await sleep(200)
  }
  socket.write('0\r\n\r\n')
  await expect.poll(() => got, { timeout: 20_000 }).toContain('last')
  await overFor(socket)
})

test('a connection over the bound of its address is told so, one over the whole is closed, and those that are open go on', async () => {
  const metrics = createMetrics('test', silent)
  const port = await serving(answering, {
    most: { each: 3, inAll: 5 },
    isShared: (address) => address === '127.0.0.9',
    metrics,
    times: {},
  })
  const [first, ...others] = await Promise.all([opened(port), opened(port), opened(port)])
  first.resume()
  expect(await untilClosed(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(
    /^HTTP\/1.1 429 Too Many Requests\r\nRetry-After: 10\r\n/,
  )
  const shared = Array.from({ length: 4 }, () => connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' }))
  for (const socket of shared) {
    socket.on('error', () => socket.destroy())
    closers.push(() => socket.destroy())
  }
  await expect.poll(() => shared.filter(({ closed }) => closed).length, { timeout: 20_000 }).toBe(2)
  first.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  await overFor(first)
  first.destroy()
  expect(await untilClosed(port, 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1.1 200/)
  const said = await metrics.metrics()
  expect(said).toMatch(/arcx_connections_refused_total\{bound="each",service="test"\} 1/)
  expect(said).toMatch(/arcx_connections_refused_total\{bound="all",service="test"\} 2/)
  for (const socket of [...others, ...shared]) socket.destroy()
})

test.each(['*', 'http://[', 'http://evil.com/', '['])('a target that is no path gets 400: %s', async (target) => {
  const port = await serving(() => {
    throw new Error('it was handed on')
  })
  expect(await untilClosed(port, `OPTIONS ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).toMatch(
    /^HTTP\/1.1 400/,
  )
})

test('an upgraded connection on which nothing is said is asked for by TCP, so that one whose client vanished ends', async () => {
  const server = boundedServer(
    {
      most: { each: 10, inAll: 10 },
      isShared: () => false,
      log: silent,
      metrics: createMetrics('test', silent),
      times: quick,
    },
    answering,
  )
  server.on('upgrade', (_request, socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
  )
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closers.push(() => server.close())
  const { port } = server.address() as AddressInfo
  const socket = await opened(port)
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n')
  await once(socket, 'data')
  const [ours, theirs] = [port, socket.localPort ?? 0].map(
    (each) => `0100007F:${each.toString(16).toUpperCase().padStart(4, '0')}`,
  )
  // The kind of a connection's timer, proc(5): 2 is keep-alive.
  const timer = async () =>
    new RegExp(`${ours} ${theirs} 01 \\w+:\\w+ (\\d\\d):`).exec(await readFile('/proc/net/tcp', 'utf8'))?.[1]
  await expect.poll(timer).toBe('02')
})
