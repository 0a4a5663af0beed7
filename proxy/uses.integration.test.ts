import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { ProxyRig, codeOf, echo } from '@arcx/testing/proxy'
import type { ReceivedRequest } from '@arcx/testing/proxy'
import { oddWritings, readings, writings } from '@arcx/testing/writings'
import { WebSocket } from 'ws'

const secret = {
  name: 'API_KEY',
  value: 'sk-live-Aa1xBb2yCc3zDd4Z',
  placeholder: 'sk-live-Qq9Ww8Ee7Rr6Tt5Y',
  host: 'api.test',
}
const all = Object.entries({ ...writings, ...oddWritings })

let rig: ProxyRig
beforeAll(async () => {
  rig = await ProxyRig.start([secret])
})
afterAll(() => rig?.close())

const recordOf = (path: string) =>
  rig.prisma.egressRecord.findFirst({
    where: { path: { startsWith: path }, outcome: { not: 'open' } },
    select: { secrets: true, outcome: true },
  })
const character = (_: string, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))
const ofBase32 = (text: string) => {
  const bits = [...text.toUpperCase()]
    .map((each) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(each).toString(2).padStart(5, '0'))
    .join('')
  return (bits.match(/.{8}/g) ?? []).map((each) => String.fromCharCode(Number.parseInt(each, 2))).join('')
}
/** What undoes a writing, one at a time. */
const undone: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replaceAll('\0', ''),
  (text) => text.replaceAll(/\\+u([0-9a-f]{4})/gi, character).replaceAll(/\\+x([0-9a-f]{2})/gi, character),
  (text) =>
    text.replaceAll(/\\([0-3][0-7]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8))),
  (text) => text.replaceAll(/=\r?\n/g, '').replaceAll(/=([0-9A-F]{2})/g, character),
  (text) =>
    text
      .replaceAll(/&#x([0-9a-f]+);/gi, character)
      .replaceAll(/&#(\d+);/g, (_, digits: string) => String.fromCharCode(Number(digits))),
  (text) => text.replaceAll(/%25/g, '%').replaceAll(/%([0-9a-f]{2})/gi, character),
  (text) => text.replaceAll(/[:\s]|, 0x|0x/g, ''),
  (text) => (text.match(/[A-Z2-7]{16,}/gi) ?? []).map(ofBase32).join(' '),
]
/** Whether anybody who got it could read the value out of it. */
const carries = (text: string) =>
  undone.some((undo) => {
    const seen = readings(Buffer.from(undo(text), 'latin1'))
    return (
      seen.some((reading) => reading.replaceAll('\0', '').includes(secret.value)) ||
      seen.some((reading) => readings(Buffer.from(reading)).some((inner) => inner.includes(secret.value)))
    )
  })

const isHeaderText = (text: string) => /^[\x20-\x7e]+$/.test(text) && text.trim() === text
type Way = readonly [
  string,
  (written: string, path: string) => { readonly path: string; readonly asked: ReceivedRequest } | null,
]
const places: readonly Way[] = [
  ['a header', (written, path) => (isHeaderText(written) ? { path, asked: { headers: { 'x-key': written } } } : null)],
  [
    'basic authorization',
    (written, path) => ({
      path,
      asked: { headers: { authorization: `Basic ${Buffer.from(`u:${written}`, 'latin1').toString('base64')}` } },
    }),
  ],
  [
    'the address',
    (written, path) =>
      /^[\x21-\x7e]+$/.test(written) && !/["<>\\^`{|}#]/.test(written)
        ? { path: `${path}?k=${written}`, asked: {} }
        : null,
  ],
  ['a body', (written, path) => ({ path, asked: { method: 'POST', body: Buffer.from(written, 'latin1') } })],
  [
    'a body of a length told before',
    (written, path) => ({
      path,
      asked: {
        method: 'POST',
        headers: { 'content-length': Buffer.byteLength(written, 'latin1') },
        body: Buffer.from(written, 'latin1'),
      },
    }),
  ],
]

describe('the record names a secret exactly where its value arrived', () => {
  test.each(places)('in %s, in any writing', async (_place, ask) => {
    rig.answer = echo('{}')
    for (const [how, write] of all) {
      const path = `/${randomUUID()}`
      const way = ask(write(secret.placeholder), path)
      if (way === null) continue
      rig.arrived = []
      expect((await rig.https('api.test', way.path, way.asked)).status, how).toBe(200)
      const [got] = rig.arrived
      const opened =
        got?.headers.authorization?.startsWith('Basic ') === true
          ? Buffer.from(got.headers.authorization.slice(6), 'base64').toString('latin1')
          : ''
      const arrived = [got?.url ?? '', String(got?.headers['x-key'] ?? ''), opened, got?.body ?? ''].some(carries)
      await vi.waitFor(async () => expect((await recordOf(path))?.secrets, how).toEqual(arrived ? [secret.name] : []), {
        timeout: 10_000,
      })
    }
  })

  test('base64 in a body, which was recorded as no use at all', async () => {
    const path = `/${randomUUID()}`
    rig.arrived = []
    await rig.https('api.test', path, {
      method: 'POST',
      body: Buffer.from(`ab${secret.placeholder}`).toString('base64'),
    })
    expect(Buffer.from(rig.arrived[0]?.body ?? '', 'base64').toString()).toBe(`ab${secret.value}`)
    await vi.waitFor(async () => expect((await recordOf(path))?.secrets).toEqual([secret.name]), { timeout: 10_000 })
  })

  test('messages and the protocol of a WebSocket', async () => {
    for (const [where, protocols, message] of [
      ['none', [], 'hello'],
      ['a message', [], Buffer.from(`x${secret.placeholder}`).toString('base64')],
      ['a protocol', ['chat', `key.${secret.placeholder}`], 'hello'],
    ] as const) {
      const heard: string[] = []
      rig.onSocket = (outside, request) => {
        heard.push(request.headers['sec-websocket-protocol'] ?? '')
        outside.on('message', (data) => {
          heard.push(String(data))
          outside.send('got it')
        })
      }
      const path = `/${randomUUID()}`
      const socket = await rig.tunnel('api.test')
      const client = new WebSocket(`ws://api.test:${rig.tlsPort}${path}`, [...protocols], {
        createConnection: () => socket,
      } as never)
      await once(client, 'open')
      client.send(message)
      await once(client, 'message')
      client.close()
      await once(client, 'close')
      const arrived = heard.some(carries)
      expect(arrived, where).toBe(where !== 'none')
      await vi.waitFor(
        async () => expect((await recordOf(path))?.secrets, where).toEqual(arrived ? [secret.name] : []),
        { timeout: 10_000 },
      )
    }
  })
})

describe('to a host that it may not go to, a placeholder in any writing is refused', () => {
  test.each(places)('in %s', async (_place, ask) => {
    rig.answer = echo('{}')
    rig.arrived = []
    for (const [how, write] of all) {
      const way = ask(write(secret.placeholder), `/${randomUUID()}`)
      if (way === null) continue
      const got = await rig.https('other.test', way.path, way.asked)
      expect([got.status, codeOf(got)], how).toEqual([403, 'leak_attempted'])
    }
    for (const { url, headers, body } of rig.arrived)
      expect(JSON.stringify([url, headers, body])).not.toMatch(/Qq9Ww8|qq9ww8/i)
  })

  const odd: readonly [string, ReceivedRequest][] = [
    ['a header’s name', { headers: { [`x-${secret.placeholder}`]: '1' } }],
    ['gzip that is not labelled', { method: 'POST', body: gzipSync(`{"key":"${secret.placeholder}"}`) }],
    ['the value in gzip that is not labelled', { method: 'POST', body: gzipSync(`{"key":"${secret.value}"}`) }],
  ]
  test.each(odd)('in %s', async (_where, asked) => {
    rig.arrived = []
    expect(codeOf(await rig.https('other.test', '/', asked))).toBe('leak_attempted')
    for (const { headers, body } of rig.arrived)
      expect(JSON.stringify([headers, body])).not.toContain(secret.placeholder.toLowerCase())
  })

  test('a WebSocket that carries it in gzip is cut', async () => {
    const heard: string[] = []
    rig.onSocket = (outside) => outside.on('message', (data) => heard.push(String(data)))
    const socket = await rig.tunnel('other.test')
    const client = new WebSocket(`ws://other.test:${rig.tlsPort}/`, { createConnection: () => socket } as never)
    await once(client, 'open')
    const closed = once(client, 'close')
    client.send(gzipSync(`{"key":"${secret.placeholder}"}`))
    await closed
    expect(heard).toEqual([])
  })
})

describe('on the way back', () => {
  test('gzip that is not labelled is cut where a value stands in it, and passes as it is where none does', async () => {
    rig.answer = echo(gzipSync(`{"key":"${secret.value}"}`), { 'content-type': 'application/octet-stream' })
    // Nothing of it had gone by, so not even a status did.
    const cut = await rig.https('api.test', '/').catch(() => null)
    expect(cut?.body.toString('latin1') ?? 'CUT').not.toContain(
      gzipSync(`{"key":"${secret.value}"}`).toString('latin1').slice(10, 30),
    )
    const whole = gzipSync(`{"key":"none"}`)
    rig.answer = echo(whole, { 'content-type': 'application/octet-stream' })
    expect((await rig.https('api.test', '/')).body.equals(whole)).toBe(true)
  })
})
