import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Socket } from 'node:net'
import { connect } from 'node:net'
import { once } from 'node:events'
import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateRawSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ProxyRig, codeOf, echo } from '@arcx/testing/proxy'
import type { ReceivedRequest, Got } from '@arcx/testing/proxy'

const secret = { value: 'sk-live-Aa1+Bb2/Cc3=Dd4Z', placeholder: 'sk-live-000000000000000Z', host: 'api.test' }

let rig: ProxyRig
/** What the server outside writes, byte for byte; where it is set. */
let raw: ((socket: Socket) => void) | null = null
beforeAll(async () => {
  rig = await ProxyRig.start([secret])
})
afterAll(() => rig?.close())
beforeEach(() => {
  rig.arrived = []
  raw = null
  rig.answer = (request, response) => {
    if (raw === null) return void response.end('ok')
    const socket = request.socket
    socket.on('error', () => undefined)
    raw(socket)
  }
})

const plain = (path: string, asked: ReceivedRequest = {}) => rig.send(`http://api.test:${rig.plainPort}${path}`, asked)
/** What a program at the other end sees of an answer, status line and all. */
async function bytesOf(path: string): Promise<string> {
  const socket = connect(rig.socketOf(rig.workspaceId))
  socket.write(
    `GET http://api.test:${rig.plainPort}${path} HTTP/1.1\r\nHost: api.test:${rig.plainPort}\r\nConnection: close\r\n\r\n`,
  )
  let seen = ''
  socket.on('data', (chunk: Buffer) => (seen += chunk.toString('latin1')))
  await once(socket, 'close')
  return seen
}
/** Its body, whatever chunks it came in (RFC 9112, section 7.1). */
function bodyOf(answer: string): string {
  const [head = '', ...rest] = answer.split('\r\n\r\n')
  const body = rest.join('\r\n\r\n')
  return /^transfer-encoding: chunked$/im.test(head) ? body.replaceAll(/(?:^|\r\n)[0-9a-f]+\r\n/g, '') : body
}
const noValueIn = (text: string) => {
  for (let at = 0; at + 8 <= secret.value.length; at += 1)
    expect(text.toLowerCase()).not.toContain(
      secret.value
        .slice(at, at + 8)
        .toLowerCase()
        .replace('sk-live-', '\u0000'),
    )
}

describe('no part of an answer brings a value back', () => {
  test.each([
    ['the reason phrase', `HTTP/1.1 200 ${secret.value}\r\ncontent-length: 2\r\n\r\nok`],
    [
      'the reason phrase of an error',
      `HTTP/1.1 404 no such key ${encodeURIComponent(secret.value)}\r\ncontent-length: 2\r\n\r\nok`,
    ],
    [
      'a header’s name',
      `HTTP/1.1 200 OK\r\nx-${Buffer.from(secret.value).toString('hex')}: 1\r\ncontent-length: 2\r\n\r\nok`,
    ],
    [
      'a header’s name, as base64',
      `HTTP/1.1 200 OK\r\nx-${Buffer.from(secret.value).toString('base64url')}: 1\r\ncontent-length: 2\r\n\r\nok`,
    ],
    [
      'a header’s name in part',
      `HTTP/1.1 200 OK\r\nx-${encodeURIComponent(secret.value)}-x: 1\r\ncontent-length: 2\r\n\r\nok`,
    ],
    [
      'a trailer’s name',
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nx-${Buffer.from(secret.value).toString('hex')}: 1\r\n\r\n`,
    ],
  ])('%s', async (_where, bytes) => {
    raw = (socket) => socket.end(bytes)
    const seen = await bytesOf('/')
    expect(bodyOf(seen)).toContain('ok')
    noValueIn(seen)
    for (const writing of [
      Buffer.from(secret.value).toString('hex'),
      Buffer.from(secret.value).toString('base64url'),
      encodeURIComponent(secret.value),
    ])
      expect(seen.toLowerCase()).not.toContain(writing.toLowerCase())
  })

  test.each(['gzip', 'deflate'])('a body that is %s for its transfer is opened', async (coding) => {
    const body = coding === 'gzip' ? gzipSync(`key ${secret.value}`) : deflateSync(`key ${secret.value}`)
    raw = (socket) => {
      socket.write(
        `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ntransfer-encoding: ${coding}, chunked\r\n\r\n${body.length.toString(16)}\r\n`,
      )
      socket.write(body)
      socket.end('\r\n0\r\n\r\n')
    }
    expect((await plain('/')).body.toString()).toBe(`key ${secret.placeholder}`)
  })

  const file = Buffer.from(
    `${'a'.repeat(300)}${secret.value}${'b'.repeat(300)}${Buffer.from(secret.value).toString('base64')}${'c'.repeat(900)}`,
  )
  const clean = Buffer.from(
    file
      .toString()
      .replaceAll(secret.value, secret.placeholder)
      .replaceAll(Buffer.from(secret.value).toString('base64'), Buffer.from(secret.placeholder).toString('base64')),
  )
  const serveFile = () => {
    rig.answer = (request, response) => {
      const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? '') ?? []
      if (from === '' && to === '')
        return void response.writeHead(200, { 'accept-ranges': 'bytes', 'content-length': file.length }).end(file)
      const first = from === '' ? Math.max(0, file.length - Number(to)) : Number(from)
      const last = from === '' || to === '' ? file.length - 1 : Math.min(Number(to), file.length - 1)
      if (first > last) return void response.writeHead(416, { 'content-range': `bytes */${file.length}` }).end()
      response
        .writeHead(206, {
          'content-range': `bytes ${first}-${last}/${file.length}`,
          'content-length': last + 1 - first,
        })
        .end(file.subarray(first, last + 1))
    }
  }

  test('a file in ranges, whatever they are, is the clean file', async () => {
    serveFile()
    for (const size of [1, 7, 12, 100]) {
      const pieces: Buffer[] = []
      const [start, end] = size === 1 ? [295, 330] : [250, 700]
      for (let at = start; at < end; at += size) {
        const got = await plain('/', { headers: { range: `bytes=${at}-${Math.min(at + size, end) - 1}` } })
        expect(got.status).toBe(206)
        expect(got.headers['content-range']).toBe(`bytes ${at}-${Math.min(at + size, end) - 1}/${file.length}`)
        pieces.push(got.body)
      }
      expect(Buffer.concat(pieces).toString()).toBe(clean.subarray(start, end).toString())
    }
  })

  test('a download that is taken up again goes on where it was; one that is whole is told so', async () => {
    serveFile()
    const rest = await plain('/', { headers: { range: 'bytes=312-' } })
    expect([rest.status, rest.headers['content-range'], rest.body.toString()]).toEqual([
      206,
      `bytes 312-${file.length - 1}/${file.length}`,
      clean.subarray(312).toString(),
    ])
    const tail = await plain('/', { headers: { range: 'bytes=-905' } })
    expect(tail.body.toString()).toBe(clean.subarray(-905).toString())
    const none = await plain('/', { headers: { range: `bytes=${file.length}-` } })
    expect([none.status, none.headers['content-range']]).toEqual([416, `bytes */${file.length}`])
  })

  test('several ranges are asked for as the whole, and a part that nobody can tell is refused', async () => {
    serveFile()
    const whole = await plain('/', { headers: { range: 'bytes=0-310, 311-400' } })
    expect([whole.status, whole.body.toString()]).toEqual([200, clean.toString()])
    rig.answer = (_request, response) =>
      response
        .writeHead(206, { 'content-type': 'multipart/byteranges; boundary=x' })
        .end(`--x\r\n\r\n${secret.value.slice(0, 12)}\r\n--x--`)
    const got = await plain('/', { headers: { range: 'bytes=0-310' } })
    expect([got.status, codeOf(got)]).toEqual([502, 'part_unknown'])
    rig.answer = (_request, response) =>
      response.writeHead(206, { 'content-range': 'bytes 0-11/24' }).end(secret.value.slice(0, 12))
    expect(codeOf(await plain('/'))).toBe('part_unknown')
  })

  test('a value that comes in several events of a stream', async () => {
    const parts = [secret.value.slice(0, 9), secret.value.slice(9, 14), secret.value.slice(14)]
    for (const close of [(body: Buffer) => body, gzipSync]) {
      rig.answer = echo(
        close(
          Buffer.from(
            parts.map((content) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`).join(''),
          ),
        ),
        { 'content-type': 'text/event-stream', ...(close === gzipSync ? { 'content-encoding': 'gzip' } : {}) },
      )
      const { body } = await rig.https('api.test', '/', { headers: { 'accept-encoding': 'gzip' } })
      const said = (close === gzipSync ? gunzipSync(body) : body).toString()
      expect([...said.matchAll(/"content":"([^"]*)"/g)].map(([, each]) => each).join('')).toBe(secret.placeholder)
    }
  })

  test.each(['application/x-ndjson', 'application/jsonl', 'application/json-seq'])(
    'a value that comes in several lines of %s',
    async (type) => {
      const mark = type === 'application/json-seq' ? '\u001e' : ''
      rig.answer = echo(
        [secret.value.slice(0, 9), secret.value.slice(9, 14), secret.value.slice(14)]
          .map((response) => `${mark}${JSON.stringify({ model: 'm', response })}\n`)
          .join(''),
        { 'content-type': type },
      )
      const said = (await rig.https('api.test', '/')).body.toString()
      expect([...said.matchAll(/"response":"([^"]*)"/g)].map(([, each]) => each).join('')).toBe(secret.placeholder)
    },
  )

  test('an answer that is malformed leaves nothing of it in the log', async () => {
    raw = (socket) => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nokay${secret.value}\r\nHTTP`)
    await plain('/')
    raw = (socket) => socket.end(`HTTP/1.1 200 OK\r\nx y ${secret.value}: 1\r\n\r\n`)
    expect((await plain('/')).status).toBe(502)
    raw = (socket) => socket.end(`${secret.value} no HTTP at all\r\n\r\n`)
    expect((await plain('/')).status).toBe(502)
    const log = await readFile(join(rig.directory, 'proxy.log'), 'utf8')
    expect(log).toContain('a call failed')
    noValueIn(log)
    for (let at = 0; at + 6 <= secret.value.length; at += 1)
      expect(log).not.toContain([...Buffer.from(secret.value.slice(at, at + 6))].join(','))
  })
})

test('a reason phrase in another script is answered', async () => {
  for (const phrase of ['Всё хорошо', '好', 'caf\u00e9']) {
    raw = (socket) => socket.end(Buffer.from(`HTTP/1.1 200 ${phrase}\r\ncontent-length: 2\r\n\r\nok`))
    const seen = await bytesOf('/')
    expect(seen).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(bodyOf(seen)).toContain('ok')
  }
  raw = (socket) => socket.end('HTTP/1.1 200 All Fine\r\ncontent-length: 2\r\n\r\nok')
  expect(await bytesOf('/')).toMatch(/^HTTP\/1\.1 200 All Fine\r\n/)
})

test('a server is asked for codings that the program named, and no others', async () => {
  for (const [accepted, asked] of [
    [undefined, 'identity'],
    ['identity', 'identity'],
    ['gzip', 'gzip'],
    ['gzip, br, dcz', 'gzip, br'],
    ['compress', 'identity'],
  ] as const) {
    await rig.https('api.test', '/', accepted === undefined ? {} : { headers: { 'accept-encoding': accepted } })
    expect(rig.arrived.at(-1)?.headers['accept-encoding']).toBe(asked)
  }
  await rig.https('api.test', '/', { headers: { 'accept-encoding': 'gzip', range: 'bytes=0-9' } })
  expect(rig.arrived.at(-1)?.headers['accept-encoding']).toBe('identity')
})

describe('what needs no opening passes', () => {
  const json = `{"key":"${secret.placeholder}"}`
  test.each([
    ['aws-chunked', json],
    ['utf-8', json],
    ['gzip', json],
    ['gzip', ''],
    ['br', json],
    ['deflate', json],
    ['identity', json],
  ])('a request that is labelled %s, whose body is “%s”', async (label, body) => {
    const got = await rig.https('api.test', '/', {
      method: 'POST',
      headers: {
        'content-encoding': label,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
      body,
    })
    expect(got.status).toBe(200)
    expect(rig.arrived[0]?.body).toBe(body.replace(secret.placeholder, secret.value))
    expect(rig.arrived[0]?.headers['content-encoding']).toBe(label)
  })

  test.each([
    [204, 'GET'],
    [304, 'GET'],
    [302, 'GET'],
    [200, 'GET'],
    [200, 'HEAD'],
    [302, 'HEAD'],
  ])('an answer %s to %s that is labelled gzip and empty', async (status, method) => {
    for (const headers of [{}, { 'content-length': '0' }]) {
      rig.answer = (_request, response) =>
        response
          .writeHead(status, {
            'content-encoding': 'gzip',
            'content-type': 'text/html',
            location: '/x',
            ...(status === 204 || status === 304 ? {} : headers),
          })
          .end()
      const got = await rig.https('api.test', '/', { method, headers: { 'accept-encoding': 'gzip' } })
      expect([got.status, got.body.toString(), got.headers['content-encoding']]).toEqual([status, '', 'gzip'])
    }
  })

  const text = `a text with ${secret.value} in it`
  const seen = `a text with ${secret.placeholder} in it`
  const answers: readonly [string, string, Buffer, (got: Buffer) => Buffer][] = [
    ['raw deflate', 'deflate', deflateRawSync(text), inflateRawSync],
    ['plain, labelled gzip', 'gzip', Buffer.from(text), (got) => got],
    ['plain, labelled br', 'br', Buffer.from(text), (got) => got],
    ['gzip, labelled br', 'br', gzipSync(text), gunzipSync],
    ['gzip, labelled utf-8 too', 'utf-8, gzip', gzipSync(text), gunzipSync],
  ]
  test.each(answers)('an answer that is %s', async (_what, label, body, open) => {
    rig.answer = echo(body, { 'content-encoding': label, 'content-type': 'text/plain' })
    expect(open((await rig.https('api.test', '/')).body).toString()).toBe(seen)
  })

  test('what cannot be opened is refused for that reason, both ways', async () => {
    for (const label of ['compress', 'gzip, br']) {
      const sent = await rig.https('api.test', '/', {
        method: 'POST',
        headers: { 'content-encoding': label },
        body: 'whatever',
      })
      expect([sent.status, codeOf(sent)]).toEqual([415, 'coding_unknown'])
      expect(sent.body.toString()).toContain(label)
      rig.answer = echo('whatever', { 'content-encoding': label })
      const got = await rig.https('api.test', '/')
      expect([got.status, codeOf(got)]).toEqual([502, 'coding_unknown'])
      expect(got.body.toString()).toContain(label)
    }
  })

  const skipped = Buffer.from('502a4d1803000000616263', 'hex')
  test.each([
    [
      'zstd',
      'frames',
      [skipped, zstdCompressSync('first '), skipped, zstdCompressSync(text), zstdCompressSync(' last')],
    ],
    ['gzip', 'members', [gzipSync('first '), gzipSync(text), Buffer.alloc(7), gzipSync(' last')]],
  ] as const)('%s of several %s is whole, both ways', async (label, _parts, parts) => {
    const sent = await rig.https('api.test', '/', {
      method: 'POST',
      headers: { 'content-encoding': label, 'content-type': 'text/plain' },
      body: Buffer.concat(parts),
    })
    expect([sent.status, rig.arrived[0]?.body]).toEqual([200, `first ${text} last`])
    rig.answer = echo(Buffer.concat(parts), { 'content-encoding': label, 'content-type': 'text/plain' })
    const got = (await rig.https('api.test', '/')).body
    expect((label === 'zstd' ? zstdDecompressSync(got) : gunzipSync(got)).toString()).toBe(`first ${seen} last`)
  })

  test.each([
    ['frames', zstdCompressSync('hello'), zstdCompressSync(text)],
    ['skipped frames', skipped, zstdCompressSync(text)],
  ])('a value does not come back behind other %s of zstd that does not say so', async (_parts, first, second) => {
    rig.answer = echo(Buffer.concat([first, second]), { 'content-type': 'application/octet-stream' })
    // Cut, so that perhaps not even its head arrives.
    expect(
      await rig.https('api.test', '/').then(
        ({ body }) => body.toString('hex'),
        () => 'cut',
      ),
    ).not.toContain(second.toString('hex'))
    const sent = await rig.https('other.test', '/', {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.concat([first, zstdCompressSync(secret.placeholder)]),
    })
    expect([sent.status, codeOf(sent)]).toEqual([403, 'leak_attempted'])
  })

  test.each(['gzip', 'deflate', 'br', 'zstd'])(
    'a request whose %s cannot be opened is refused for that reason',
    async (label) => {
      const close =
        { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync }[label] ?? gzipSync
      const bytes = close(Buffer.from('a text that is compressed, and then broken off'))
      for (const body of [bytes.subarray(0, -9), Buffer.concat([bytes, Buffer.from('something else')])]) {
        const got = await rig.https('api.test', '/', { method: 'POST', headers: { 'content-encoding': label }, body })
        expect([got.status, codeOf(got)]).toEqual([400, 'coding_broken'])
        expect(got.body.toString()).toContain(label)
        expect(got.body.toString()).not.toContain('could not be reached')
      }
    },
  )

  test.each([204, 304])('an answer %s has no length', async (status) => {
    raw = (socket) => socket.end(`HTTP/1.1 ${status} x\r\ncontent-length: 5\r\n\r\n`)
    const got = await plain('/')
    expect([got.status, got.headers['content-length']]).toEqual([status, undefined])
  })

  test('a coding that breaks in its midst is cut', async () => {
    for (const [label, bytes] of [
      ['gzip', gzipSync(text)],
      ['br', brotliCompressSync(text)],
      ['zstd', zstdCompressSync(text)],
      ['deflate', deflateSync(text)],
    ] as const) {
      rig.answer = echo(bytes.subarray(0, -9), { 'content-encoding': label })
      const got: Got = await rig.https('api.test', '/')
      expect(got.body.toString()).toBe('CUT')
    }
  })
})
