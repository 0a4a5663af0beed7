import { randomUUID } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { cookieSet, upgrade } from '@arcx/testing/http'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

let arc: TestOrchestrator
let person: Person
beforeAll(async () => {
  arc = await startTestOrchestrator()
  person = await arc.person()
})
afterAll(() => arc?.destroy())

const json = { 'content-type': 'application/json' }
const signInLink = async () => {
  const answer = await arc.send('/internal/sign-in-link', {
    method: 'POST',
    headers: { authorization: `Bearer ${arc.internalToken}` },
  })
  return new URL(JSON.parse(answer.body).url)
}

test.each([
  ['a page', '/', 200],
  ['an answer of the router', '/trpc/auth.me', 200],
  ['a refusal of the router', '/trpc/workspaces.list', 401],
  ['what is not there', '/nothing', 404],
  ['a refused route', '/api/invites', 401],
])('%s says to browsers what they may do with it', async (_what, path, status) => {
  const answer = await arc.send(path, { headers: path === '/' ? { accept: 'text/html' } : {} })
  expect(answer.status).toBe(status)
  expect(answer.headers).toMatchObject({
    'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
    'x-content-type-options': 'nosniff',
    'referrer-policy': expect.stringMatching(/same-origin|no-referrer/),
    'x-request-id': expect.stringMatching(/^[\da-f-]{36}$/),
  })
})

describe('the local sign-in link', () => {
  test('signs in once, with a host-only, HTTP-only, lax cookie, and leads to the dashboard', async () => {
    const link = await signInLink()
    const answer = await arc.send(link.pathname + link.search, { headers: { accept: 'text/html' } })
    expect(answer.status).toBe(302)
    expect(answer.headers.location).toBe('/dashboard')
    const set = answer.headers['set-cookie']?.join()
    expect(set).toMatch(/HttpOnly/)
    expect(set).toMatch(/SameSite=Lax/)
    expect(set).not.toMatch(/Domain/i)
    const me = await arc.send('/trpc/auth.me', {
      headers: { cookie: `arc_session=${cookieSet(answer, 'arc_session')}` },
    })
    expect(JSON.parse(me.body).result.data).toMatchObject({ role: 'admin', tier: 'team' })

    const again = await arc.send(link.pathname + link.search, { headers: { accept: 'text/html' } })
    expect(again.status).toBe(401)
    expect(again.body).toContain('npm run sign-in')
    expect(again.headers['set-cookie']).toBeUndefined()
  })

  test('of many at once, one gets in', async () => {
    const link = await signInLink()
    const answers = await Promise.all(Array.from({ length: 8 }, () => arc.send(link.pathname + link.search)))
    expect(answers.filter(({ status }) => status === 302)).toHaveLength(1)
  })

  test('is given out for the internal token alone; the admin token does not open that door', async () => {
    for (const authorization of [`Bearer ${arc.adminToken}`, 'Bearer ', 'Bearer wrong', `bearer${arc.internalToken}`]) {
      expect((await arc.send('/internal/sign-in-link', { method: 'POST', headers: { authorization } })).status).toBe(
        401,
      )
    }
    expect((await arc.send('/internal/sign-in-link', { method: 'POST' })).status).toBe(401)
  })

  test('a spent or made-up code is recorded', async () => {
    await arc.send('/auth/local?code=made-up')
    const entry = await arc.prisma.auditEntry.findFirstOrThrow({ where: { outcome: 'refused:sign_in_link_spent' } })
    expect(entry).toMatchObject({ actorKind: 'service', action: 'session.start' })
  })
})

test('sign-out ends the session, also for who kept its cookie', async () => {
  const leaver = await arc.person()
  const answer = await arc.send('/auth/sign-out', {
    method: 'POST',
    headers: { cookie: leaver.cookie, origin: arc.origin },
  })
  expect(answer.status).toBe(204)
  expect(answer.headers['set-cookie']?.join()).toMatch(/^arc_session=;.*Max-Age=0/)
  expect(await leaver.api.auth.me.query()).toBeNull()
})

describe('JupyterHub CVE-2020-36191: a change needs this very origin', () => {
  test.each([undefined, 'null', 'http://evil.com', 'http://a.localhost', 'https://localhost'])(
    '%s is refused',
    async (origin) => {
      const headers = { ...json, cookie: person.cookie, ...(origin === undefined ? {} : { origin }) }
      for (const path of ['/trpc/workspaces.create', '/dashboard/workspace', '/auth/sign-out']) {
        expect((await arc.send(path, { method: 'POST', headers, body: '{"name":"csrf"}' })).status).toBe(403)
      }
      expect(await person.api.workspaces.list.query()).toEqual([])
    },
  )

  test('a workspace’s origin is not this one', async () => {
    const origin = `http://a.localhost:${arc.port}`
    expect(
      (
        await arc.send('/trpc/workspaces.create', {
          method: 'POST',
          headers: { ...json, cookie: person.cookie, origin },
          body: '{"name":"csrf"}',
        })
      ).status,
    ).toBe(403)
  })

  test('Coder GHSA-m3cr-vc2j-pm27: no link changes anything', async () => {
    const input = encodeURIComponent(JSON.stringify({ name: 'by-link' }))
    const answer = await arc.send(`/trpc/workspaces.create?input=${input}`, { headers: { cookie: person.cookie } })
    expect(answer.status).toBe(405)
    await arc.send('/dashboard?create=by-link', { headers: { cookie: person.cookie, accept: 'text/html' } })
    expect(await person.api.workspaces.list.query()).toEqual([])
  })
})

describe('Dockhand CVE-2026-57169: the router’s WebSocket', () => {
  test.each([
    ['without a session', () => ({ origin: arc.origin }), 401],
    ['from another origin', () => ({ origin: 'http://evil.com', cookie: person.cookie }), 403],
    ['from a workspace’s origin', () => ({ origin: `http://a.localhost:${arc.port}`, cookie: person.cookie }), 403],
    ['from nowhere', () => ({ cookie: person.cookie }), 403],
    ['from its own page', () => ({ origin: arc.origin, cookie: person.cookie }), 101],
  ] as const)('%s', async (_name, headers, status) => {
    const answer = await upgrade(arc.port, '/trpc', { host: `localhost:${arc.port}`, ...headers() })
    answer.socket?.destroy()
    expect(answer.status).toBe(status)
  })

  test('elsewhere there is none', async () => {
    expect(
      (await upgrade(arc.port, '/other', { host: `localhost:${arc.port}`, origin: arc.origin, cookie: person.cookie }))
        .status,
    ).toBe(404)
    expect(
      (await upgrade(arc.port, '/trpc', { host: 'evil.com', origin: arc.origin, cookie: person.cookie })).status,
    ).toBe(421)
  })
})

test('only its own names are served (DNS rebinding)', async () => {
  for (const host of ['evil.com', `evil.com:${arc.port}`, 'localhost', 'localhost:1']) {
    expect([400, 421]).toContain((await arc.send('/trpc/auth.me', { headers: { host, cookie: person.cookie } })).status)
  }
  const led = await arc.send('/dashboard', { headers: { host: `127.0.0.1:${arc.port}` } })
  expect(led.headers.location).toBe(`${arc.origin}/dashboard`)
})

describe('the reference’s POST /dashboard/workspace', () => {
  const post = (body: string, headers: Record<string, string> = {}) =>
    arc.send('/dashboard/workspace', {
      method: 'POST',
      headers: { ...json, origin: arc.origin, cookie: person.cookie, ...headers },
      body,
    })

  test('creates and answers with the URL', async () => {
    const answer = await post('{"name":"by-route"}')
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toEqual({ url: `http://by-route.localhost:${arc.port}` })
    const [created] = await person.api.workspaces.list.query()
    expect(created).toMatchObject({ name: 'by-route' })
  })

  test('refuses as the router does', async () => {
    expect((await post('{"name":"by-route"}')).status).toBe(409)
    expect(JSON.parse((await post('{"name":"WWW"}')).body)).toMatchObject({
      error: { kind: 'Invalid', code: 'workspace_name_invalid', details: { suggestion: 'www-1' } },
    })
    expect((await post('{"name":"x"}', { cookie: '' })).status).toBe(401)
  })

  test.each(['', '{}', '{"name":5}', '[]', '{"name":', 'null'])('%j is a clear error', async (body) => {
    const answer = await post(body)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body).error.message).not.toMatch(/stack|node_modules/)
  })
})

test('bad input to a procedure is a typed 400 without our insides', async () => {
  for (const body of ['{"workspaceId":"1"}', '{}', '[]', '"x"']) {
    const answer = await arc.send('/trpc/workspaces.start', {
      method: 'POST',
      headers: { ...json, origin: arc.origin, cookie: person.cookie },
      body,
    })
    expect(answer.status).toBe(400)
    expect(answer.body).not.toMatch(/node_modules|\.ts:/)
  }
  const large = await arc.send('/trpc/workspaces.create', {
    method: 'POST',
    headers: { ...json, origin: arc.origin, cookie: person.cookie },
    body: JSON.stringify({ name: 'x'.repeat(2_000_000) }),
  })
  expect(large.status).toBe(413)
})

test('pages carry a strict policy, and assets may be kept for ever', async () => {
  const page = await arc.send('/dashboard', { headers: { accept: 'text/html' } })
  expect(page.status).toBe(200)
  expect(page.headers['content-security-policy']).toMatch(
    /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/,
  )
  expect(page.headers['x-content-type-options']).toBe('nosniff')
  expect(page.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  const asset = /src="(\/assets\/[^"]+)"/.exec(page.body)?.[1] ?? ''
  expect((await arc.send(asset)).headers['cache-control']).toContain('immutable')
  expect((await arc.send('/no/such/thing')).status).toBe(404)
})

test('Coder CVE-2026-111926: there is no debug endpoint', async () => {
  for (const path of [
    '/debug',
    '/debug/pprof',
    '/env',
    '/internal/env',
    '/.env',
    '/secrets.env',
    '/..%2f..%2fpackage.json',
  ])
    expect((await arc.send(path)).status).toBeGreaterThanOrEqual(400)
})

test('health, readiness and metrics', async () => {
  for (const path of ['/healthz', '/health']) expect(JSON.parse((await arc.send(path)).body)).toEqual({ status: 'ok' })
  expect(JSON.parse((await arc.send('/readyz')).body)).toMatchObject({
    ready: true,
    dependencies: { database: 'ok', bus: 'ok', engine: 'ok', disk: 'ok', 'team-state': expect.any(String) },
  })
  const metrics = (await arc.send('/metrics')).body
  for (const name of [
    'arcx_workspaces_known_count',
    'arcx_http_request_duration_seconds_bucket',
    'arcx_gateway_connections_open_count',
    'process_resident_memory_bytes',
    'arcx_log_lines_dropped_total',
    'arcx_disk_free_bytes',
  ])
    expect(metrics).toContain(name)
})

test('the log is JSON with request ids, and holds no cookie, code or token', async () => {
  const link = await signInLink()
  const answer = await arc.send(link.pathname + link.search)
  await arc.send('/trpc/auth.me', { headers: { cookie: person.cookie } })
  const id = answer.headers['x-request-id']
  await vi.waitFor(async () => expect(await arc.log()).toContain(String(id)), { timeout: 20_000 })
  const log = await arc.log()
  for (const line of log.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
  for (const secret of [
    link.searchParams.get('code') ?? '',
    person.cookie.split('=')[1] ?? '',
    cookieSet(answer, 'arc_session') ?? '',
    arc.internalToken,
    arc.adminToken,
  ])
    expect(log).not.toContain(secret)
})

test('too many tries at sign-in are told when to come again', async () => {
  const answers = []
  for (let index = 0; index < 25; index += 1) answers.push(await arc.send('/auth/local?code=guess'))
  const refused = answers.find(({ status }) => status === 429)
  expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0)
  expect(JSON.parse(refused?.body ?? '{}')).toMatchObject({ error: { code: 'too_many_requests' } })
})

test('creating without end is told to wait, by person and with Retry-After; another person is not', async () => {
  const [eager, other] = await Promise.all([arc.person(), arc.person()])
  const create = (cookie: string) =>
    arc.send('/trpc/workspaces.create', {
      method: 'POST',
      headers: { cookie, origin: arc.origin, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Not A Name' }),
    })
  const answers = await Promise.all(Array.from({ length: 70 }, () => create(eager.cookie)))
  const limited = answers.filter(({ status }) => status === 429)
  expect(limited).toHaveLength(10)
  expect(Number(limited[0]?.headers['retry-after'])).toBeGreaterThan(0)
  expect(JSON.parse(limited[0]?.body ?? '{}').error.data.arc).toMatchObject({ code: 'too_many_requests' })
  expect((await create(other.cookie)).status).toBe(400)
})

test('a part of the pages that was built after the server began is served; what lies hidden beside it, above it or not there at all is not', async () => {
  const name = `late-${randomUUID()}.js`
  const files = [name, `.${name}`].map((each) =>
    fileURLToPath(new URL(`../../web/dist/assets/${each}`, import.meta.url)),
  )
  onTestFinished(async () => void (await Promise.all(files.map((file) => rm(file, { force: true })))))
  await Promise.all(files.map((file) => writeFile(file, 'late()')))
  const answer = await arc.send(`/assets/${name}`)
  expect([answer.status, answer.body, answer.headers['cache-control']]).toEqual([
    200,
    'late()',
    'public, max-age=31536000, immutable',
  ])
  for (const path of [
    `/assets/.${name}`,
    '/assets/none.js',
    '/assets/../../package.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/..%2fpackage.json',
    '/assets',
  ]) {
    const refused = await arc.send(path)
    expect([path, [403, 404].includes(refused.status), refused.body.includes('workspaces')]).toEqual([
      path,
      true,
      false,
    ])
  }
  // Any other address is a page's.
  const page = await arc.send('/workspaces/some', { headers: { accept: 'text/html' } })
  expect([page.status, page.headers['cache-control']]).toEqual([200, 'no-cache'])
})
