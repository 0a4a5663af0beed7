import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import type { IncomingMessage } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { ProxyRig, codeOf, echo } from '@arcx/testing/proxy'
import { sign } from 'aws4'
import { WebSocket } from 'ws'

const secret = { value: 'sk-live-Aa1+Bb2/Cc3=Dd4Z', placeholder: 'sk-live-000000000000000Z', host: 'api.test' }
const inHeaders = {
  name: 'IN_HEADERS',
  value: 'head-Aa1Bb2Cc3Dd4Ee5Z',
  placeholder: 'head-000000000000000Z',
  host: 'api.test',
  places: ['header'],
}
/** Of the form that GitHub gives them, and nobody's. */
const strayKey = 'ghp_a9K2mX7pQ4rT8vW3yZ6bC1dF5gH0jL2nP4sU'

let rig: ProxyRig
beforeAll(async () => {
  rig = await ProxyRig.start([secret, inHeaders])
})
afterAll(() => rig?.close())
beforeEach(() => {
  rig.arrived = []
  rig.answer = echo('{}')
})

/** Rules are at most two seconds old. */
const soon = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 8000, interval: 100 })
const lastOutcome = async (path: string) =>
  rig.prisma.egressRecord.findFirst({ where: { path: { startsWith: path } }, orderBy: { at: 'desc' } })

describe('where in a request a secret may stand', () => {
  test('in its place it becomes the value, anywhere else the request is refused', async () => {
    expect((await rig.https('api.test', '/', { headers: { 'x-api-key': inHeaders.placeholder } })).status).toBe(200)
    expect(rig.arrived[0]?.headers['x-api-key']).toBe(inHeaders.value)
    const wrong = [
      rig.https('api.test', `/?key=${inHeaders.placeholder}`),
      rig.https('api.test', '/', { method: 'POST', body: inHeaders.placeholder }),
      rig.https('api.test', '/', {
        headers: { authorization: `Basic ${Buffer.from(`u:${inHeaders.placeholder}`).toString('base64')}` },
      }),
    ]
    for (const got of await Promise.all(wrong)) expect(codeOf(got)).toBe('leak_attempted')
    expect(rig.arrived.filter(({ body, url }) => (body + (url ?? '')).includes(inHeaders.placeholder))).toEqual([])
  })
})

describe('AWS Signature Version 4', () => {
  const awsValue = 'Aa1Bb2Cc3Dd4Ee5Ff6Gg7Hh8Ii9Jj0Kk1Ll2Mm3Z'
  const awsPlaceholder = 'A000000000000000000000000000000000000000'.slice(0, 39) + 'Z'
  const keys = (secretAccessKey: string) => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey })
  const body = 'Action=ListUsers&Version=2010-05-08'
  const form = 'application/x-www-form-urlencoded; charset=utf-8'
  const request = () => ({
    host: `api.test:${rig.tlsPort}`,
    path: '/a%20path/?b=2&a=1',
    method: 'POST',
    service: 'iam',
    region: 'us-east-1',
    body,
    headers: { 'Content-Type': form },
  })
  const headersOf = (secretAccessKey: string, asked = request()) =>
    (sign(asked, keys(secretAccessKey)).headers ?? {}) as Record<string, string>

  beforeAll(() =>
    rig.keep({
      name: 'AWS_SECRET_ACCESS_KEY',
      value: awsValue,
      placeholder: awsPlaceholder,
      host: 'api.test',
      places: ['aws'],
    }),
  )

  test('a request that a program signed with the placeholder arrives signed with the value, which is nowhere in it', async () => {
    const headers = headersOf(awsPlaceholder)
    await soon(async () => {
      rig.arrived = []
      expect((await rig.https('api.test', '/a%20path/?b=2&a=1', { method: 'POST', headers, body })).status).toBe(200)
      const [got] = rig.arrived
      expect(got?.body).toBe(body)
      const expected = headersOf(awsValue, {
        ...request(),
        headers: { 'Content-Type': form, 'X-Amz-Date': headers['X-Amz-Date'] ?? '' } as never,
      })
      expect(got?.headers.authorization).toBe(expected['Authorization'])
    })
    expect(JSON.stringify(rig.arrived)).not.toContain(awsValue)
    await soon(async () => expect((await lastOutcome('/a%20path'))?.secrets).toEqual(['AWS_SECRET_ACCESS_KEY']))
  })

  test('with another body than was signed it is not signed again, and its placeholder in the clear is a leak', async () => {
    const headers = headersOf(awsPlaceholder)
    await rig.https('api.test', '/a%20path/?b=2&a=1', { method: 'POST', headers, body: body.replace('2010', '2011') })
    expect(rig.arrived[0]?.headers.authorization).toBe(headers['Authorization'])
    expect(codeOf(await rig.https('api.test', '/', { headers: { 'x-key': awsPlaceholder } }))).toBe('leak_attempted')
  })
})

describe('a key of somebody’s on its way to where it does not belong', () => {
  test('is refused in words, in a header, the address, a body and a WebSocket, and is in no record', async () => {
    const tries = [
      () => rig.https('other.test', '/stray', { headers: { authorization: `Bearer ${strayKey}` } }),
      () => rig.https('other.test', `/stray?token=${strayKey}`),
      () =>
        rig.https('other.test', '/stray', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ note: `use ${strayKey}` }),
        }),
    ]
    for (const attempt of tries) {
      const got = await attempt()
      expect(codeOf(got)).toBe('key_misplaced')
      expect(got.body.toString()).toContain('github.com')
      expect(got.body.toString()).not.toContain(strayKey)
    }
    expect(JSON.stringify(rig.arrived)).not.toContain(strayKey)
    const heard: string[] = []
    rig.onSocket = (outside) => outside.on('message', (data) => heard.push(String(data)))
    const socket = await rig.tunnel('other.test')
    const client = new WebSocket(`ws://other.test:${rig.tlsPort}/stray`, { createConnection: () => socket } as never)
    await once(client, 'open')
    client.send(strayKey)
    await once(client, 'close')
    expect(heard).toEqual([])
    await soon(async () => expect((await lastOutcome('/stray'))?.redacted).toEqual({ 'github-pat': 1 }))
    expect(
      JSON.stringify(await rig.prisma.egressRecord.findMany({ omit: { bytesUp: true, bytesDown: true } })),
    ).not.toContain(strayKey)
  })

  test('goes on where the rules say so, and is counted', async () => {
    await rig.setRules({ pasted: 'observe' })
    await soon(async () =>
      expect(
        (await rig.https('other.test', '/observed', { headers: { authorization: `Bearer ${strayKey}` } })).status,
      ).toBe(200),
    )
    await soon(async () =>
      expect(await lastOutcome('/observed')).toMatchObject({ outcome: 'passed', redacted: { 'github-pat': 1 } }),
    )
    await rig.setRules({})
  })
})

describe('credentials in answers, of which nobody has told arcx', () => {
  const body = JSON.stringify({ key: strayKey, pem: '-----BEGIN PRIVATE KEY-----\n', id: 42, ok: true })

  test('pass by default, are counted when observed, and redacted when they are to be, in JSON that stays JSON', async () => {
    rig.answer = echo(body)
    expect((await rig.https('api.test', '/found')).body.toString()).toBe(body)
    await rig.setRules({ found: 'observe' })
    await soon(async () => {
      expect((await rig.https('api.test', '/found')).body.toString()).toBe(body)
      expect((await lastOutcome('/found'))?.redacted).toEqual({ 'github-pat': 1 })
    })
    await rig.setRules({ found: 'redact' })
    await soon(async () => expect((await rig.https('api.test', '/found')).body.toString()).not.toContain(strayKey))
    const got = await rig.https('api.test', '/found')
    expect(JSON.parse(got.body.toString())).toMatchObject({
      id: 42,
      ok: true,
      key: expect.stringMatching(/^[x1_]{40}$/),
    })
    expect(got.body.length).toBe(body.length)
  })

  test('an event stream flows line by line meanwhile', async () => {
    await rig.setRules({ found: 'redact' })
    rig.answer = echo(body)
    await soon(async () => expect((await rig.https('api.test', '/')).body.toString()).not.toContain(strayKey))
    const stream = await rig.eventStream('api.test')
    await vi.waitFor(() => expect(stream.seen()).toBe('data: one\n\n'), { timeout: 20_000 })
    stream.push(`data: ${strayKey.slice(0, 12)}`)
    stream.push(`${strayKey.slice(12)}\n\n`)
    await vi.waitFor(() => expect(stream.seen()).toMatch(/^data: one\n\ndata: [x1_]{40}\n\n$/), { timeout: 20_000 })
    stream.end()
    await rig.setRules({})
  })

  test('a large body with a key across the borders of its pieces', async () => {
    await rig.setRules({ found: 'redact' })
    const filler = 'lorem ipsum dolor '.repeat(3600)
    rig.answer = echo(`${filler}${strayKey} ${filler}${strayKey}`, { 'content-type': 'text/plain' })
    await soon(async () => {
      const got = (await rig.https('api.test', '/large')).body.toString()
      expect(got).not.toContain(strayKey)
      expect(got.length).toBe(2 * (filler.length + strayKey.length) + 1)
    })
    await rig.setRules({})
  })
})

describe('limits', () => {
  test('on requests a minute: the next is told when it may come', async () => {
    await rig.setRules({ limits: [{ host: 'other.test', requestsPerMinute: 3, megabytesPerHour: null }] })
    // Counted anew from each full minute, so the one that is refused is looked at itself: the next may pass again.
    await soon(async () => {
      const got = await rig.https('other.test', '/rate')
      expect([codeOf(got), got.status]).toEqual(['rate_exceeded', 429])
      expect(Number(got.headers['retry-after'])).toBeGreaterThan(0)
    })
    expect((await rig.https('api.test', '/rate')).status).toBe(200)
  })

  test('on bytes an hour: what would be more is cut while it flows, and the next refused', async () => {
    await rig.setRules({ limits: [{ host: '*.git.test', requestsPerMinute: null, megabytesPerHour: 2 }] })
    rig.answer = echo(randomBytes(5_000_000), { 'content-type': 'application/octet-stream' })
    // At a full hour it is counted anew: then one more is cut before the next is refused.
    let cut = 0
    await soon(async () => {
      const got = await rig.https('a.git.test', '/bytes')
      if (got.status !== 429 && got.body.toString() === 'CUT') cut += 1
      expect(codeOf(got)).toBe('bytes_exceeded')
    })
    expect(cut).toBeGreaterThan(0)
    await soon(async () =>
      expect(
        await rig.prisma.egressRecord.findMany({ where: { outcome: 'cut:bytes_exceeded' }, select: { outcome: true } }),
      ).toHaveLength(cut),
    )
    await rig.setRules({})
  })
})

describe('rules that change while something is open', () => {
  test('cut a WebSocket and a stream to a host that is denied now', async () => {
    await rig.setRules({})
    rig.answer = (_request, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: one\n\n')
    const socket = await rig.tunnel('other.test')
    const client = new WebSocket(`ws://other.test:${rig.tlsPort}/open-socket`, {
      createConnection: () => socket,
    } as never)
    await once(client, 'open')
    const asked = httpRequest({
      socketPath: rig.socketOf(rig.workspaceId),
      agent: false,
      path: `http://other.test:${rig.plainPort}/open-stream`,
    })
    asked.end()
    const [response] = (await once(asked, 'response')) as [IncomingMessage]
    response.on('error', () => undefined).resume()
    const both = Promise.all([once(client, 'close'), new Promise((resolve) => response.on('close', resolve))])
    await rig.setRules({ deny: ['other.test'] })
    await both
    await soon(async () =>
      expect(
        await rig.prisma.egressRecord.findMany({ where: { outcome: 'cut:host_refused' }, select: { path: true } }),
      ).toHaveLength(2),
    )
    expect(codeOf(await rig.https('other.test', '/'))).toBe('host_refused')
    await rig.setRules({})
  })

  test('cut what a secret went into that is withdrawn now', async () => {
    await rig.keep({
      name: 'SHORT',
      value: 'short-Aa1Bb2Cc3Dd4Ee5Z',
      placeholder: 'short-000000000000000Z',
      host: 'api.test',
    })
    await soon(async () => {
      await rig.https('api.test', '/', { headers: { 'x-api-key': 'short-000000000000000Z' } })
      expect(rig.arrived.at(-1)?.headers['x-api-key']).toBe('short-Aa1Bb2Cc3Dd4Ee5Z')
    })
    const socket = await rig.tunnel('api.test')
    const client = new WebSocket(`ws://api.test:${rig.tlsPort}/withdrawn`, {
      createConnection: () => socket,
      headers: { 'x-api-key': 'short-000000000000000Z' },
    } as never)
    await once(client, 'open')
    const closed = once(client, 'close')
    await rig.prisma.secret.deleteMany({ where: { name: 'SHORT' } })
    await closed
    await soon(async () => expect((await lastOutcome('/withdrawn'))?.outcome).toBe('cut:secret_withdrawn'))
  })
})

test('figures tell calls by outcome, and none by host or person', async () => {
  await rig.https('api.test', '/figures')
  await rig.https('other.test', '/figures', { headers: { a: secret.placeholder } })
  const figures = await (await fetch(`http://127.0.0.1:${rig.port}/metrics`)).text()
  expect(figures).toMatch(/arcx_proxy_calls_total\{outcome="passed",service="proxy"\} \d+/)
  expect(figures).toMatch(/arcx_proxy_calls_total\{outcome="refused:leak_attempted",service="proxy"\} \d+/)
  expect(figures).toMatch(/arcx_proxy_call_duration_seconds_count\{service="proxy",outcome="passed"\} \d+/)
  expect(figures).not.toContain('api.test')
  expect(figures).not.toContain(rig.workspaceId)
})

test('with another key for the deployment, secrets sealed by the former one go on, and without it nothing does', async () => {
  const [now, former] = ['n'.repeat(40), 'k'.repeat(40)]
  const both = await ProxyRig.start([secret], { ARC_SECRETS_KEY: now, ARC_SECRETS_KEY_FORMER: former })
  const alone = await ProxyRig.start([secret], { ARC_SECRETS_KEY: now })
  try {
    expect((await both.https('api.test', '/', { headers: { 'x-api-key': secret.placeholder } })).status).toBe(200)
    expect(both.arrived[0]?.headers['x-api-key']).toBe(secret.value)
    const got = await alone.https('api.test', '/')
    expect([got.status, codeOf(got)]).toEqual([503, 'secrets_unavailable'])
    expect(alone.arrived).toEqual([])
  } finally {
    await both.close()
    await alone.close()
  }
})
