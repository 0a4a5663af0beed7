import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Workspace } from '@arcx/router'
import { cookieSet, send, upgrade } from '@arcx/testing/http'
import type { Answer, RequestOptions } from '@arcx/testing/http'
import { createRunning, runInside, startInside, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

let arc: TestOrchestrator
let owner: Person
let stranger: Person
let workspace: Workspace

/** A program of the workspace that shows what reaches it and says what a hostile one would. */
const hostileServer = `require('node:http').createServer((request, response) => {
  response.setHeader('set-cookie', ['arc_session=planted; Domain=localhost; Path=/', 'own=1; Domain=localhost'])
  response.setHeader('clear-site-data', '"cookies"')
  response.end(JSON.stringify(request.headers))
}).listen(8000)`

beforeAll(async () => {
  arc = await startTestOrchestrator()
  ;[owner, stranger] = await Promise.all([arc.person(), arc.person()])
  workspace = await createRunning(owner, 'door')
  await startInside(arc.engine, workspace.id, ['node', '-e', hostileServer])
  await vi.waitFor(
    async () => {
      const { exitCode } = await runInside(arc.engine, workspace.id, ['nc', '-z', '127.0.0.1', '8000'])
      expect(exitCode).toBe(0)
    },
    { timeout: 10_000 },
  )
})
afterAll(() => arc?.destroy())

const hostOf = (name: string) => `${name}.localhost:${arc.port}`
const originOf = (name: string) => `http://${hostOf(name)}`
const visit = (path: string, asked: RequestOptions = {}, name = 'door'): Promise<Answer> =>
  send(arc.port, path, { ...asked, headers: { host: hostOf(name), ...asked.headers } })
const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }

/** The way in, step by step as a browser goes it. */
async function enter(person: Person, path = '/', name = 'door') {
  const first = await visit(path, { headers: navigation }, name)
  const entry = cookieSet(first, 'arc_entry') ?? ''
  const asking = new URL(first.headers.location ?? '')
  const second = await arc.send(asking.pathname + asking.search, { headers: { ...navigation, cookie: person.cookie } })
  const entering = new URL(second.headers.location ?? '', arc.origin)
  const third = await visit(
    entering.pathname + entering.search,
    { headers: { ...navigation, cookie: `arc_entry=${entry}` } },
    name,
  )
  return { first, second, third, entering, entry, cookie: `arc_workspace=${cookieSet(third, 'arc_workspace') ?? ''}` }
}

describe('the way in', () => {
  test('leads through the control plane and back to the path first asked for, with a cookie of that host alone', async () => {
    const { first, second, third, cookie } = await enter(owner, '/?folder=/home/arc/project')
    expect(first.status).toBe(302)
    expect(first.headers.location).toMatch(`${arc.origin}/auth/workspace?name=door&to=`)
    expect(second.status).toBe(302)
    expect(third.headers.location).toBe('/?folder=/home/arc/project')
    const set = third.headers['set-cookie']?.find((line) => line.startsWith('arc_workspace='))
    expect(set).toMatch(/HttpOnly/)
    expect(set).toMatch(/SameSite=Lax/)
    expect(set).not.toMatch(/Domain/i)
    const answer = await visit('/healthz', { headers: { cookie } })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toHaveProperty('status')
  })

  test('Coder CVE-2026-55431: no URL carries anything that lasts; the code in it works once, for one browser and host', async () => {
    const { entering, entry, third } = await enter(owner)
    expect(third.status).toBe(302)
    const path = entering.pathname + entering.search
    expect((await visit(path, { headers: { ...navigation, cookie: `arc_entry=${entry}` } })).status).toBe(403)

    const other = await visit('/', { headers: navigation })
    const asking = new URL(other.headers.location ?? '')
    const coded = await arc.send(asking.pathname + asking.search, { headers: { ...navigation, cookie: owner.cookie } })
    const url = new URL(coded.headers.location ?? '')
    const stolen = await visit(url.pathname + url.search, {
      headers: { ...navigation, cookie: `arc_entry=${randomBytes(24).toString('base64url')}` },
    })
    expect(stolen.status).toBe(403)
    expect(cookieSet(stolen, 'arc_workspace')).toBeUndefined()
  })

  test('a code for one workspace opens no other', async () => {
    await createRunning(owner, 'next-door')
    const nonce = randomBytes(24).toString('base64url')
    const browser = createHash('sha256').update(nonce).digest('base64url')
    const coded = await arc.send(`/auth/workspace?${new URLSearchParams({ name: 'door', to: '/', browser })}`, {
      headers: { ...navigation, cookie: owner.cookie },
    })
    const url = new URL(coded.headers.location ?? '')
    expect(
      (await visit(url.pathname + url.search, { headers: { cookie: `arc_entry=${nonce}` } }, 'next-door')).status,
    ).toBe(403)
    const { cookie } = await enter(owner)
    expect((await visit('/healthz', { headers: { cookie } }, 'next-door')).status).toBe(401)
  })

  test('who is not signed in is led to sign-in, who may not is told no such workspace', async () => {
    const browser = 'x'.repeat(43)
    const unknown = await arc.send(`/auth/workspace?${new URLSearchParams({ name: 'door', browser })}`, {
      headers: navigation,
    })
    expect(unknown.headers.location).toMatch(/^\/sign-in\?to=/)
    const refused = await arc.send(`/auth/workspace?${new URLSearchParams({ name: 'door', browser })}`, {
      headers: { ...navigation, cookie: stranger.cookie },
    })
    expect(refused.headers.location).toMatch(/^\/open\/door/)
  })

  test('Gitpod CLC-1592: the way back is a path of the workspace’s host only', async () => {
    const { third } = await enter(owner, '//evil.com/x')
    expect(third.headers.location).toBe('/')
  })
})

describe('a workspace that has been renamed', () => {
  test('leads whoever came in by its old name to the new one, and nobody else', async () => {
    const { id } = await createRunning(owner, 'former')
    const { cookie } = await enter(owner, '/', 'former')
    const { id: teamId } = await owner.api.teams.create.mutate({ name: 'gate-crew' })
    const [member, guest] = await Promise.all([arc.person(), arc.person()])
    await arc.prisma.membership.createMany({
      data: [
        { teamId, userId: member.userId, role: 'member' },
        { teamId, userId: guest.userId, role: 'member' },
      ],
    })
    await arc.prisma.workspace.update({ where: { id }, data: { ownerId: null, teamId } })
    // What was written past the server is known to it a moment later.
    const guests = await vi.waitFor(
      async () => {
        const { cookie: entered } = await enter(guest, '/', 'former')
        expect(entered).not.toBe('arc_workspace=')
        return entered
      },
      { timeout: 10_000 },
    )
    await owner.api.workspaces.stop.mutate({ workspaceId: id })
    await untilState(owner, id, 'stopped')
    await owner.api.workspaces.rename.mutate({ workspaceId: id, name: 'latter' })
    const at = (path: string, headers: Record<string, string>) => visit(path, { headers }, 'former')
    const payload = encodeURIComponent(`[["openFile","vscode-remote://${hostOf('former')}/home/arc/project/a"]]`)
    const led = await vi.waitFor(
      async () => {
        const answer = await at(`/?folder=/home/arc/project&payload=${payload}`, { ...navigation, cookie })
        expect(answer.status).toBe(302)
        return new URL(answer.headers.location ?? '')
      },
      { timeout: 10_000 },
    )
    expect([led.origin, led.pathname, led.searchParams.get('folder'), led.searchParams.get('payload')]).toEqual([
      originOf('latter'),
      '/',
      '/home/arc/project',
      `[["openFile","vscode-remote://${hostOf('latter')}/home/arc/project/a"]]`,
    ])
    expect((await at('//evil.com/x', { ...navigation, cookie })).headers.location).toBe(`${originOf('latter')}/`)
    // An open window is told, and may still hand over what was typed in it.
    const ticket = (shown = cookie) =>
      visit(
        '/_arcx/collab/ticket',
        { method: 'POST', headers: { cookie: shown, origin: originOf('former') } },
        'former',
      )
    expect(JSON.parse((await ticket()).body)).toMatchObject({ renamed: true, may: 'write', userId: owner.userId })
    expect((await ticket(cookie.slice(0, -2))).status).toBe(401)

    // Who may not open it any more, who never came in, and who shows the cookie with no session behind it learn nothing.
    await owner.api.teams.members.remove.mutate({ teamId, userId: guest.userId })
    const nothing = async (headers: Record<string, string>) => {
      const answer = await at('/', { ...navigation, ...headers })
      expect(JSON.stringify([answer.status, answer.headers, answer.body])).not.toContain('latter')
      return answer.status
    }
    await vi.waitFor(async () => expect(await nothing({ cookie: guests })).toBe(404), { timeout: 10_000 })
    expect((await ticket(guests)).status).toBe(404)
    expect(await nothing({})).toBe(302)

    // Somebody else's workspace of that name tells nobody that it is there, and opens for its own person.
    await createRunning(stranger, 'former')
    await enter(stranger, '/', 'former')
    expect((await at('/', { ...navigation, cookie })).headers.location).toBe(`${originOf('latter')}/`)
    expect(JSON.parse((await ticket()).body)).toMatchObject({ renamed: true, userId: owner.userId })
  })
})

test('a workspace’s host knows no session of the control plane’s', async () => {
  expect((await visit('/healthz', { headers: { cookie: owner.cookie } })).status).toBe(401)
  expect((await visit('/trpc/workspaces.list', { headers: { cookie: owner.cookie } })).status).toBe(401)
})

test('a forged, a changed and an expired cookie are strangers', async () => {
  const { cookie } = await enter(owner)
  const value = cookie.slice('arc_workspace='.length)
  const [session, user, id, expiry, signature] = value.split('.')
  for (const forged of [
    `${session}.${stranger.userId}.${id}.${expiry}.${signature}`,
    `${session}.${user}.${id}.${Number(expiry) + 999}.${signature}`,
    value.slice(0, -2),
    'x',
  ]) {
    expect((await visit('/healthz', { headers: { cookie: `arc_workspace=${forged}` } })).status).toBe(401)
  }
})

test('code-server CVE-2025-47269, coder/boundary spoofed headers: what reaches a workspace’s program holds nothing of ours', async () => {
  const { cookie } = await enter(owner)
  const answer = await visit('/proxy/8000/', {
    headers: {
      cookie: `${cookie}; arc_session=abc; own=2`,
      authorization: 'Bearer arcx_secret',
      'x-forwarded-for': '6.6.6.6',
      'x-arcx-user': 'root',
    },
  })
  expect(answer.status).toBe(200)
  const seen = JSON.parse(answer.body)
  expect(seen.cookie).toBe('own=2')
  expect(seen.authorization).toBeUndefined()
  expect(seen['x-arcx-user']).toBeUndefined()
  expect(JSON.stringify(seen)).not.toContain('6.6.6.6')
  expect(answer.headers['set-cookie']).toEqual(['own=1'])
  expect(answer.headers['clear-site-data']).toBeUndefined()
  expect(answer.headers['content-security-policy']).toContain("frame-ancestors 'self'")
  for (const path of ['/proxy/8000@evil.com/', '/proxy/0/', '/proxy/70000/'])
    expect((await visit(path, { headers: { cookie } })).status).toBe(400)
})

describe('Gitpod CVE-2023-0957, code-server CVE-2023-26114, Dockhand CVE-2026-57169: upgrades are checked as requests are', () => {
  const path = '/stable-0?reconnectionToken=1'

  test('only from its own origin', async () => {
    const { cookie } = await enter(owner)
    for (const origin of [undefined, 'null', arc.origin, originOf('next-door'), 'http://evil.com']) {
      const answer = await upgrade(arc.port, path, {
        host: hostOf('door'),
        cookie,
        ...(origin === undefined ? {} : { origin }),
      })
      expect(answer.status).toBe(403)
    }
    const answer = await upgrade(arc.port, path, { host: hostOf('door'), cookie, origin: originOf('door') })
    expect(answer.status).toBe(101)
    answer.socket?.destroy()
  })

  test('only with its own cookie', async () => {
    for (const cookie of ['', owner.cookie, 'arc_workspace=x']) {
      expect((await upgrade(arc.port, path, { host: hostOf('door'), cookie, origin: originOf('door') })).status).toBe(
        401,
      )
    }
  })
})

test('JupyterHub CVE-2020-36191: a change comes from its own origin alone', async () => {
  const { cookie } = await enter(owner)
  expect((await visit('/proxy/8000/', { method: 'POST', headers: { cookie } })).status).toBe(403)
  expect((await visit('/proxy/8000/', { method: 'POST', headers: { cookie, origin: arc.origin } })).status).toBe(403)
  expect((await visit('/proxy/8000/', { method: 'POST', headers: { cookie, origin: originOf('door') } })).status).toBe(
    200,
  )
})

test('jupyter-server-proxy CVE-2024-35225: an error page echoes nothing and runs nothing', async () => {
  const { cookie } = await enter(owner)
  const answer = await visit('/proxy/%3Cscript%3Ealert(1)%3C%2Fscript%3E/', { headers: { ...navigation, cookie } })
  expect(answer.status).toBe(400)
  expect(answer.body).not.toContain('<script')
  expect(answer.headers['content-security-policy']).toMatch(/default-src 'none'/)
})

test('JupyterHub CVE-2021-41247: signing out ends workspace sessions and open sockets', async () => {
  const leaver = await arc.person()
  await createRunning(leaver, 'left')
  const { cookie } = await enter(leaver, '/', 'left')
  const { socket } = await upgrade(arc.port, '/stable-0?reconnectionToken=1', {
    host: hostOf('left'),
    cookie,
    origin: originOf('left'),
  })
  if (socket === null) throw new Error('The upgrade was refused.')
  socket.resume()
  const live = leaver.live()
  await live.api.auth.me.query()
  const closed = once(socket, 'close')
  const signedOutAt = Date.now()
  await leaver.api.auth.signOut.mutate()
  await closed
  expect(Date.now() - signedOutAt).toBeLessThan(2000)
  expect((await visit('/healthz', { headers: { cookie } }, 'left')).status).toBe(401)
  expect(await leaver.api.auth.me.query()).toBeNull()
  await live.close()
})

test('Coder GHSA-j6xf-jwrj-v5qp: what opened a workspace opens none that later has its name', async () => {
  const first = await createRunning(owner, 'reused')
  const { cookie } = await enter(owner, '/', 'reused')
  expect((await visit('/healthz', { headers: { cookie } }, 'reused')).status).toBe(200)
  await owner.api.workspaces.remove.mutate({ workspaceId: first.id })
  await vi.waitFor(
    async () => expect((await owner.api.workspaces.list.query()).some(({ name }) => name === 'reused')).toBe(false),
    { timeout: 20_000 },
  )
  await createRunning(owner, 'reused')
  expect((await visit('/healthz', { headers: { cookie } }, 'reused')).status).toBe(401)
})

test('a stopped workspace leads to the page that starts it; a program is told it does not run', async () => {
  const resting = await createRunning(owner, 'resting')
  const { cookie } = await enter(owner, '/', 'resting')
  await owner.api.workspaces.stop.mutate({ workspaceId: resting.id })
  await untilState(owner, resting.id, 'stopped')
  const page = await visit('/?folder=/a', { headers: { ...navigation, cookie } }, 'resting')
  expect(page.status).toBe(302)
  expect(page.headers.location).toBe(`${arc.origin}/open/resting?to=%2F%3Ffolder%3D%2Fa`)
  expect((await visit('/api', { headers: { cookie } }, 'resting')).status).toBe(503)
})

test('large bodies pass both ways unharmed', async () => {
  const { cookie } = await enter(owner)
  await startInside(arc.engine, workspace.id, [
    'node',
    '-e',
    "require('node:http').createServer((q, r) => q.pipe(r)).listen(8001)",
  ])
  const body = randomBytes(6 * 2 ** 20).toString('base64')
  await vi.waitFor(
    async () => {
      const answer = await visit('/proxy/8001/', {
        method: 'POST',
        body,
        headers: { cookie, origin: originOf('door') },
      })
      expect(answer.status).toBe(200)
      expect(createHash('sha256').update(answer.body).digest('hex')).toBe(
        createHash('sha256').update(body).digest('hex'),
      )
    },
    { timeout: 10_000 },
  )
})

describe('an edge that asks (Traefik’s ForwardAuth)', () => {
  const ask = (headers: Record<string, string>, host = hostOf('door')) =>
    arc.send('/auth/verify', {
      headers: {
        'x-forwarded-host': host,
        'x-forwarded-method': 'GET',
        'x-forwarded-uri': '/?folder=/home/arc',
        ...headers,
      },
    })

  test('is told as the gateway would say it: open for its person, a way in for a stranger’s page, else refused', async () => {
    const { cookie } = await enter(owner)
    const open = await ask({ cookie })
    expect(open.status).toBe(200)
    expect(open.headers['x-arcx-user']).toBe(owner.userId)
    const way = await ask(navigation)
    expect(way.status).toBe(302)
    expect(way.headers.location).toContain('/auth/workspace?name=door&to=%2F%3Ffolder%3D%2Fhome%2Farc')
    expect(cookieSet(way, 'arc_entry')).toBeDefined()
    expect((await ask({})).status).toBe(401)
    expect((await ask({ cookie: owner.cookie })).status).toBe(401)
    expect((await ask({ cookie, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' })).status).toBe(403)
    expect((await ask({ cookie, 'sec-websocket-key': 'x' })).status).toBe(403)
    expect((await ask({ cookie, 'sec-websocket-key': 'x', origin: originOf('door') })).status).toBe(200)
    expect((await ask({ cookie, 'x-forwarded-method': 'POST' })).status).toBe(403)
    expect((await ask({ cookie }, hostOf('another'))).status).not.toBe(200)
  })

  test('for the control plane’s own host it knows the session, and nobody else', async () => {
    expect((await ask({ cookie: owner.cookie }, `localhost:${arc.port}`)).headers['x-arcx-user']).toBe(owner.userId)
    expect((await ask({}, `localhost:${arc.port}`)).status).toBe(401)
  })
})
