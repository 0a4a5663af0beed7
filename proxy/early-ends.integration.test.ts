import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { connect as connectHttp2 } from 'node:http2'
import type { ClientHttp2Session, Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Writable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Census } from '@arcx/testing/census'
import { ProxyRig, counted } from '@arcx/testing/proxy'

/** May go to one host, and is on its way to another. */
const secret = { value: 'sk-live-Aa1+Bb2/Cc3=Dd4Z', placeholder: 'sk-live-000000000000000Z', host: 'api.test' }
/** Each: a thousand of every one by ARCX_EARLY_ENDS=1000. */
const times = Number(process.env['ARCX_EARLY_ENDS'] ?? 20)
const atOnce = 10
const tooMuch = 1.5e9

type Request = IncomingMessage | Http2ServerRequest
type Response = ServerResponse | Http2ServerResponse

/** One request on its way, however it is carried. */
interface Sent {
  readonly body: Writable
  /** Its first byte back, or its end. */
  readonly answered: Promise<unknown>
  readonly over: Promise<unknown>
  go(): void
}

interface Carrier {
  readonly sends: (host: string, port: number, headers: Record<string, string>) => Sent
  close(): void
}

let rig: ProxyRig
let watch: NodeJS.Timeout
beforeAll(async () => {
  rig = await ProxyRig.start([secret], counted)
  await rig.setRules({ limits: [{ host: 'a.git.test', requestsPerMinute: 20, megabytesPerHour: null }] })
  // What grows without end must not take the machine with it.
  watch = setInterval(
    () =>
      void rig
        .memory()
        .then((bytes) => (bytes > tooMuch ? rig.killProxy() : undefined))
        .catch(() => undefined),
    100,
  )
})
afterAll(async () => {
  clearInterval(watch)
  await rig?.close()
})

function overHttp1(): Carrier {
  return {
    sends(host, port, headers) {
      const asked = httpRequest({
        socketPath: rig.socketOf(rig.workspaceId),
        agent: false,
        method: 'POST',
        path: `/to/${host}:${port}/`,
        headers: { host: '127.0.0.1', ...headers },
      })
      const over = new Promise((resolve) => asked.on('close', resolve))
      asked.on('error', () => undefined)
      const answered = new Promise<void>((resolve) => {
        void over.then(() => resolve())
        asked.on('response', (response) => {
          response.on('error', () => undefined).on('data', () => resolve())
        })
      })
      return { body: asked, answered, over, go: () => void asked.destroy() }
    },
    close: () => undefined,
  }
}

async function overHttp2(host: string, port: number): Promise<Carrier> {
  const socket = await rig.tunnel(host, port, host, ['h2'])
  const session: ClientHttp2Session = connectHttp2(`https://${host}:${port}`, { createConnection: () => socket })
  session.on('error', () => undefined)
  return {
    sends(_host, _port, headers) {
      const stream = session.request({ ':method': 'POST', ':path': '/', ...headers })
      stream.on('error', () => undefined)
      const over = new Promise((resolve) => stream.on('close', resolve))
      const answered = new Promise<void>((resolve) => {
        void over.then(() => resolve())
        stream.on('data', () => resolve())
      })
      return { body: stream, answered, over, go: () => stream.close(8) }
    },
    close: () => session.destroy(),
  }
}

function begin(response: Response, status: number, headers: Record<string, string> = {}): Writable {
  if ('createPushResponse' in response) response.writeHead(status, headers)
  else response.writeHead(status, { connection: 'close', ...headers })
  return response
}
const lasting = (_request: Request, response: Response) => void begin(response, 200).write('begun')
const read = (request: Request) => {
  request.on('error', () => undefined).resume()
  return once(request, 'end').catch(() => undefined)
}
const breakOff = (request: Request) => ('stream' in request ? request.stream.close(2) : request.socket.destroy())
const piece = Buffer.alloc(40_000, 'a')

interface Case {
  readonly host?: string
  readonly headers?: Record<string, string>
  readonly answer?: (request: Request, response: Response) => unknown
  readonly act: (sent: Sent) => unknown
}

/** Where and by whom a request may be ended before it is over. */
const ends: Readonly<Record<string, Case>> = {
  'refused for its headers': { headers: { 'x-key': secret.placeholder }, act: ({ body }) => body.end(piece) },
  'refused for its body': { act: ({ body }) => body.end(secret.placeholder) },
  'refused late in its body': {
    act: ({ body }) => (body.write(piece), body.write(piece), body.end(secret.placeholder)),
  },
  'refused by a limit': {
    host: 'a.git.test',
    answer: async (request, response) => (await read(request), response.end()),
    act: ({ body }) => body.end(piece),
  },
  'the program goes in the midst of its body': {
    act: async ({ body, go }) => {
      await new Promise((resolve) => body.write(piece, resolve))
      go()
    },
  },
  'the program goes before there is an answer': {
    answer: (request) => read(request),
    act: async ({ body, go }) => {
      await new Promise<void>((resolve) => body.end(piece, resolve))
      go()
    },
  },
  'the program goes in the midst of the answer': {
    answer: lasting,
    act: async ({ body, answered, go }) => {
      body.end('x')
      await answered
      go()
    },
  },
  'the server goes before it answers': {
    answer: async (request) => (await read(request), breakOff(request)),
    act: ({ body }) => body.end(piece),
  },
  'the server goes without reading the body': {
    answer: (request) => breakOff(request),
    act: ({ body }) => (body.write(piece), body.end(piece)),
  },
  'the server goes in the midst of its answer': {
    answer: async (request, response) => {
      lasting(request, response)
      await read(request)
      breakOff(request)
    },
    act: ({ body }) => body.end('x'),
  },
  'the server answers and does not read the body': {
    answer: (request, response) => (request.on('error', () => undefined), begin(response, 413).end('too long')),
    act: ({ body }) => (body.write(piece), body.end(piece)),
  },
  'the answer’s coding breaks': {
    answer: async (request, response) => {
      await read(request)
      begin(response, 200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' }).end(
        'no gzip at all, and too long to be passed on for it',
      )
    },
    act: ({ body }) => body.end('x'),
  },
}

/** Requests of one case, over a carrier that stays: what is left with its connection is left. */
async function openCase(inward: string, outward: string, { host = 'other.test', headers = {}, answer, act }: Case) {
  const port = outward === 'HTTP/2' ? rig.h2Port : rig.tlsPort
  const carrier = inward === 'HTTP/2' ? await overHttp2(host, port) : overHttp1()
  return {
    close: () => carrier.close(),
    /** Some at once. */
    async send(count: number) {
      rig.takeRequests((request, response) => {
        response.on('error', () => undefined)
        request.on('error', () => undefined)
        void answer?.(request, response)
      })
      let left = count
      const one = async () => {
        while (left > 0) {
          left -= 1
          const sent = carrier.sends(host, port, { 'content-type': 'application/octet-stream', ...headers })
          await act(sent)
          await sent.over
        }
      }
      await Promise.all(Array.from({ length: atOnce }, one))
    },
  }
}

/** Waits until no more is left than was there before. */
async function nothingIsLeft(before: Census, timeout = 60_000): Promise<void> {
  await vi.waitFor(
    async () => {
      const after = await rig.census()
      expect(after.handles).toBeLessThanOrEqual(before.handles + 2 * atOnce)
      expect(after.listeners).toBeLessThanOrEqual(before.listeners + 20 * atOnce)
      expect(after.readables).toBeLessThanOrEqual(before.readables + 6 * atOnce)
      expect(after.writables).toBeLessThanOrEqual(before.writables + 6 * atOnce)
      expect(after.heap - before.heap).toBeLessThan(12e6)
      expect(after.resident - before.resident).toBeLessThan(120e6)
      expect(after.warnings).toBe(before.warnings)
    },
    { timeout, interval: 300 },
  )
}

/** Runs them one after the other: what they leave is counted once for all of them, as counting takes longer than they do. */
test.each([
  ['HTTP/1.1', 'HTTP/1.1'],
  ['HTTP/2', 'HTTP/1.1'],
  ['HTTP/1.1', 'HTTP/2'],
  ['HTTP/2', 'HTTP/2'],
])(
  'requests over %s, to a server of %s, that end early in any of twelve ways leave nothing behind',
  async (inward, outward) => {
    const cases = await Promise.all(
      Object.entries(ends).map(async ([name, each]) => ({ name, ...(await openCase(inward, outward, each)) })),
    )
    expect(cases).toHaveLength(12)
    // Connections that are kept, and what is made once, are there before it is counted.
    for (const { send } of cases) await send(2 * atOnce)
    const before = await rig.census()
    for (const { send } of cases) await send(times)
    try {
      await nothingIsLeft(before)
    } catch (error) {
      const leaving: string[] = []
      for (const { name, send } of cases) {
        const counted = await rig.census()
        await send(times)
        await nothingIsLeft(counted, 10_000).catch(() => leaving.push(name))
      }
      throw new Error(`Something is left after: ${leaving.join(', ') || 'none of them alone'}.`, { cause: error })
    }
    for (const { close } of cases) close()
  },
  600_000,
)

describe('over HTTP/2, who sends a body without end gets the whole answer, and is told to send no more', () => {
  const long = 'too long '.repeat(100_000)
  // Closed with bytes unread, a connection would be reset, and the answer with it.
  const tooLong = (_request: Request, response: Response) =>
    begin(response, 413, { connection: 'keep-alive' }).end(long)
  test.each([
    ['refused', { 'x-key': secret.placeholder }, 403, 'leak_attempted', () => undefined],
    ['answered by a server that does not read it', {}, 413, long, tooLong],
  ] as const)('%s', async (_what, headers, status, text, answer) => {
    rig.takeRequests((request, response) => void answer(request, response))
    const socket = await rig.tunnel('other.test', rig.tlsPort, 'other.test', ['h2'])
    const session = connectHttp2(`https://other.test:${rig.tlsPort}`, { createConnection: () => socket })
    const stream = session.request({
      ':method': 'POST',
      ':path': '/',
      'content-type': 'application/octet-stream',
      ...headers,
    })
    let [got, answered, hasEnded] = ['', 0, false]
    stream
      .on('response', ({ ':status': code = 0 }) => (answered = code))
      .on('end', () => (hasEnded = true))
      .on('data', (bytes: Buffer) => (got += bytes.toString('latin1')))
    const sending = setInterval(() => stream.writable && stream.write(piece), 5)
    await once(stream, 'close')
    clearInterval(sending)
    expect(answered).toBe(status)
    expect(got).toContain(text)
    expect({ hasEnded, code: stream.rstCode }).toEqual({ hasEnded: true, code: 0 })
    session.destroy()
  })
})
