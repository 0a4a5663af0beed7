import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { gitHubPerson, startGitHub } from '@arcx/testing/github'
import type { GitHubDouble } from '@arcx/testing/github'
import { cookieSet, send } from '@arcx/testing/http'
import type { Answer } from '@arcx/testing/http'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'

let github: GitHubDouble
let open: TestOrchestrator
let invite: TestOrchestrator
let stripe: TestOrchestrator

beforeAll(async () => {
  github = await startGitHub()
  const settings = {
    GITHUB_CLIENT_ID: github.clientId,
    GITHUB_CLIENT_SECRET: github.clientSecret,
    GITHUB_URL: github.url,
    ARC_GITHUB_RECHECK_SECONDS: '1',
    // Nothing is ordered here.
    ARC_STRIPE_SECRET_KEY: 'sk_test_none',
    ARC_STRIPE_PRICE_PRO: 'price_pro',
    ARC_STRIPE_PRICE_TEAM: 'price_team',
  }
  ;[open, invite, stripe] = (await Promise.all(
    ['open', 'invite', 'stripe'].map((mode) => startTestOrchestrator({ ...settings, ARC_SIGNUP_MODE: mode })),
  )) as [TestOrchestrator, TestOrchestrator, TestOrchestrator]
})
afterAll(async () => {
  await Promise.all([open, invite, stripe].map((arc) => arc?.destroy()))
  await github?.close()
})

const page = { accept: 'text/html' }
let visitors = 1
/** Another address each time, as other people’s are. */
const elsewhere = () => `127.0.1.${(visitors = (visitors % 250) + 1)}`

/** Goes to GitHub as a browser does; what it may come back with. */
async function toGitHub(arc: TestOrchestrator, query: Record<string, string> = {}) {
  const begun = await arc.send(`/auth/github?${new URLSearchParams(query)}`, { headers: page, from: elsewhere() })
  const authorize = new URL(begun.headers.location ?? '')
  const shown = await send(Number(authorize.port), authorize.pathname + authorize.search)
  const [authorized = '', cancelled = ''] = [...shown.body.matchAll(/href="([^"]+)"/g)].map((match) =>
    (match[1] ?? '').replaceAll('&amp;', '&'),
  )
  return {
    begun,
    authorize,
    authorized: new URL(authorized),
    cancelled: new URL(cancelled),
    nonce: `arc_oauth=${cookieSet(begun, 'arc_oauth')}`,
  }
}

const comeBack = (arc: TestOrchestrator, url: URL, cookie: string) =>
  arc.send(url.pathname + url.search, {
    headers: { ...page, cookie, 'user-agent': 'Firefox on Linux' },
    from: elsewhere(),
  })

async function signIn(arc: TestOrchestrator, query: Record<string, string> = {}): Promise<Answer> {
  const { authorized, nonce } = await toGitHub(arc, query)
  return comeBack(arc, authorized, nonce)
}

const sessionOf = (answer: Answer) => `arc_session=${cookieSet(answer, 'arc_session') ?? ''}`
const me = async (arc: TestOrchestrator, cookie: string) =>
  JSON.parse((await arc.send('/trpc/auth.me', { headers: { cookie } })).body).result.data
const asAdmin = async (arc: TestOrchestrator, path: string, body?: unknown) => {
  const headers = {
    authorization: `Bearer ${arc.adminToken}`,
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  const answer = await arc.send(
    path,
    body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
  )
  return { status: answer.status, data: JSON.parse(answer.body) }
}

describe('the way through GitHub', () => {
  test('goes out with state and PKCE, and comes back to a session and the page first asked for', async () => {
    github.person = gitHubPerson(100, 'ada')
    const { begun, authorize, authorized, nonce } = await toGitHub(open, { to: '/workspaces/a?tab=log' })
    expect(begun.status).toBe(302)
    expect(authorize.origin + authorize.pathname).toBe(`${github.url}/login/oauth/authorize`)
    expect(authorize.searchParams.get('state')).toMatch(/^[\w-]{43}$/)
    expect(authorize.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
    expect(authorize.search).not.toContain(github.clientSecret)
    const answer = await comeBack(open, authorized, nonce)
    expect(answer.status).toBe(302)
    expect(answer.headers.location).toBe('/workspaces/a?tab=log')
    expect(await me(open, sessionOf(answer))).toMatchObject({
      login: 'ada',
      name: 'ADA',
      role: 'member',
      tier: 'free',
      status: 'active',
    })
    const row = await open.prisma.user.findUniqueOrThrow({ where: { githubId: 100n } })
    expect(row.email).toBe('ada@example.com')
  })

  test('a renamed login stays the same person, and whoever takes the old login is another', async () => {
    github.person = gitHubPerson(200, 'before')
    const first = await me(open, sessionOf(await signIn(open)))
    github.person = gitHubPerson(200, 'after')
    const second = await me(open, sessionOf(await signIn(open)))
    expect(second.userId).toBe(first.userId)
    expect(second.login).toBe('after')
    github.person = gitHubPerson(201, 'before')
    expect((await me(open, sessionOf(await signIn(open)))).userId).not.toBe(first.userId)
  })

  test('of two sign-ins of one new person at once, one account comes', async () => {
    github.person = gitHubPerson(300, 'twin')
    const answers = await Promise.all([signIn(open), signIn(open), signIn(open)])
    for (const answer of answers) expect(answer.status).toBe(302)
    expect(await open.prisma.user.findMany({ where: { githubId: 300n } })).toHaveLength(1)
  })

  test('Gitpod CLC-1592: only own paths are gone to afterwards', async () => {
    github.person = gitHubPerson(100, 'ada')
    for (const to of ['//evil.com', 'https://evil.com', '/\\evil.com', '/sign-in'])
      expect((await signIn(open, { to })).headers.location).toBe('/dashboard')
  })
})

describe('what fails leaves nothing half made, says so and offers another try', () => {
  async function expectRefusal(answer: Answer, status: number, words: RegExp) {
    expect(answer.status).toBe(status)
    expect(answer.body).toMatch(words)
    expect(answer.body).toContain('href="/sign-in"')
    expect(cookieSet(answer, 'arc_session')).toBeUndefined()
  }

  test('denied', async () => {
    github.person = gitHubPerson(400, 'denier')
    const { cancelled, nonce } = await toGitHub(open)
    await expectRefusal(await comeBack(open, cancelled, nonce), 401, /did not let arcx know/)
    expect(await open.prisma.user.findMany({ where: { githubId: 400n } })).toEqual([])
  })

  test('replayed', async () => {
    github.person = gitHubPerson(401, 'replayer')
    const { authorized, nonce } = await toGitHub(open)
    expect((await comeBack(open, authorized, nonce)).status).toBe(302)
    await expectRefusal(await comeBack(open, authorized, nonce), 401, /used already, has expired/)
  })

  test('forged: a state of nobody’s, and a callback begun in another browser', async () => {
    const forged = new URL(`${open.origin}/auth/callback?code=x&state=${'a'.repeat(43)}`)
    await expectRefusal(await comeBack(open, forged, 'arc_oauth=x'), 401, /begun in another browser/)
    const { authorized } = await toGitHub(open)
    await expectRefusal(await comeBack(open, authorized, 'arc_oauth=stolen'), 401, /begun in another browser/)
    const again = await toGitHub(open)
    await expectRefusal(await comeBack(open, again.authorized, ''), 401, /begun in another browser/)
  })

  test('expired', async () => {
    const { authorized, nonce } = await toGitHub(open)
    await open.prisma.code.updateMany({
      where: { purpose: 'github' },
      data: { expiresAt: new Date(Date.now() - 1000) },
    })
    await expectRefusal(await comeBack(open, authorized, nonce), 401, /has expired/)
  })

  test('a code of GitHub’s that it does not know', async () => {
    const { authorized, nonce } = await toGitHub(open)
    authorized.searchParams.set('code', 'made-up')
    await expectRefusal(await comeBack(open, authorized, nonce), 401, /did not confirm/)
  })

  test('GitHub away, and an address that is not verified', async () => {
    github.person = gitHubPerson(402, 'patient')
    github.outage = 502
    await expectRefusal(await signIn(open), 401, /could not be asked/)
    github.outage = null
    github.person = {
      ...gitHubPerson(402, 'patient'),
      emails: [{ email: 'a@example.com', primary: true, verified: false }],
    }
    await expectRefusal(await signIn(open), 401, /no verified primary/)
    expect(await open.prisma.user.findMany({ where: { githubId: 402n } })).toEqual([])
  })

  test('a hostile name on an error page is only text', async () => {
    github.person = { ...gitHubPerson(403, '<script>alert(1)</script>') }
    const answer = await signIn(invite)
    expect(answer.body).not.toContain('<script>')
  })
})

describe('sign-up modes', () => {
  test('invite: without a code, a waitlist that an admin turns into an invitation', async () => {
    github.person = gitHubPerson(500, 'waiter')
    const first = await signIn(invite)
    expect(first.body).toContain('waiter, you are on the waitlist')
    expect(cookieSet(first, 'arc_session')).toBeUndefined()
    await signIn(invite)
    const { data } = await asAdmin(invite, '/trpc/admin.waitlist.list')
    expect(data.result.data.filter((entry: { login: string }) => entry.login === 'waiter')).toMatchObject([
      { githubId: 500, email: 'waiter@example.com', invitedAt: null },
    ])
    expect((await asAdmin(invite, '/trpc/admin.waitlist.invite', { githubId: 500 })).status).toBe(200)
    expect(await me(invite, sessionOf(await signIn(invite)))).toMatchObject({ login: 'waiter' })
  })

  test('invite: a code lets in as many as it has uses, also at once', async () => {
    const made = await asAdmin(invite, '/api/invites', { max_uses: 2, expires_days: 1 })
    expect(made.status).toBe(200)
    expect(made.data.url).toBe(`${invite.origin}/sign-in?invite=${made.data.code}`)
    const trips = []
    for (let id = 510; id < 514; id += 1) {
      github.person = gitHubPerson(id, `guest-${id}`)
      trips.push(await toGitHub(invite, { invite: made.data.code }))
    }
    const answers = await Promise.all(trips.map(({ authorized, nonce }) => comeBack(invite, authorized, nonce)))
    expect(answers.filter((answer) => cookieSet(answer, 'arc_session') !== undefined)).toHaveLength(2)
    const { data } = await asAdmin(invite, '/api/invites')
    expect(data.find((each: { id: string }) => each.id === made.data.id)).toMatchObject({ uses: 2, state: 'used' })
    expect(JSON.stringify(data)).not.toContain(made.data.code)
  })

  test('invite: the link of an invitation to a team lets in as many as it is for, into the team; one by login lets in that person', async () => {
    const owner = await invite.person()
    const { id: teamId } = await owner.api.teams.create.mutate({ name: 'inviters' })
    const { url } = await owner.api.teams.invites.create.mutate({ teamId, role: 'viewer' })
    const code = new URL(url).searchParams.get('code') ?? ''
    github.person = gitHubPerson(900, 'by-link')
    const answer = await signIn(invite, { invite: code, to: `/join?code=${code}` })
    expect(answer.headers.location).toBe('/teams/inviters')
    github.person = gitHubPerson(901, 'too-late')
    expect(cookieSet(await signIn(invite, { invite: code }), 'arc_session')).toBeUndefined()
    await owner.api.teams.invites.create.mutate({ teamId, login: 'By-Login' })
    github.person = gitHubPerson(902, 'by-login')
    expect((await signIn(invite)).headers.location).toBe('/dashboard')
    expect(
      (await owner.api.teams.get.query({ teamId })).members.map(({ login, role }) => `${login} ${role}`),
    ).toContain('by-link viewer')
    expect((await owner.api.teams.get.query({ teamId })).members.map(({ login }) => login)).not.toContain('by-login')
  })

  test('invite: one by login lets in nobody whose own login would match it as a pattern', async () => {
    const owner = await invite.person()
    const { id: teamId } = await owner.api.teams.create.mutate({ name: 'patterns' })
    await owner.api.teams.invites.create.mutate({ teamId, login: 'carl-z' })
    for (const [index, login] of ['carl_z', '%', 'CARL%'].entries()) {
      github.person = { ...gitHubPerson(910 + index, `pattern-${index}`), login }
      expect((await signIn(invite)).body).toContain('waitlist')
    }
    github.person = gitHubPerson(920, 'Carl-Z')
    expect((await signIn(invite)).headers.location).toBe('/dashboard')
  })

  test('invite: a revoked and an expired code let nobody in', async () => {
    for (const [id, how] of [
      [520, 'revoked'],
      [521, 'expired'],
    ] as const) {
      const { data } = await asAdmin(invite, '/api/invites', {})
      if (how === 'revoked') await asAdmin(invite, '/trpc/admin.invites.revoke', { id: data.id })
      else
        await invite.prisma.inviteCode.update({
          where: { id: data.id },
          data: { expiresAt: new Date(Date.now() - 1000) },
        })
      github.person = gitHubPerson(id, `late-${id}`)
      expect((await signIn(invite, { invite: data.code })).body).toContain('waitlist')
    }
  })

  test('stripe: the account waits for its payment, may do nothing, and can sign out', async () => {
    github.person = gitHubPerson(530, 'payer')
    const answer = await signIn(stripe)
    expect(answer.headers.location).toBe('/waiting')
    const cookie = sessionOf(answer)
    expect(await me(stripe, cookie)).toMatchObject({ status: 'waiting_payment' })
    const refused = await stripe.send('/trpc/workspaces.list', { headers: { cookie } })
    expect(refused.status).toBe(403)
    expect(JSON.parse(refused.body).error.data.arc.code).toBe('payment_awaited')
    expect((await stripe.send('/auth/verify', { headers: { cookie } })).status).toBe(401)
    expect(
      (await stripe.send('/auth/sign-out', { method: 'POST', headers: { cookie, origin: stripe.origin } })).status,
    ).toBe(204)
  })

  test('changing the mode locks nobody out who is in', async () => {
    github.person = gitHubPerson(540, 'settled')
    // In by `open`; the row is then looked at by `invite`.
    await signIn(open)
    const row = await open.prisma.user.findUniqueOrThrow({ where: { githubId: 540n } })
    await invite.prisma.user.create({ data: { id: row.id, githubId: 540n, login: row.login, name: row.name } })
    expect(await me(invite, sessionOf(await signIn(invite)))).toMatchObject({ userId: row.id })
  })
})

describe('sessions', () => {
  const call = async (cookie: string, path: string, body: unknown = {}) =>
    open.send(`/trpc/${path}`, {
      method: 'POST',
      headers: { cookie, origin: open.origin, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  test('are listed with device and address, and ended one by one and all at once', async () => {
    github.person = gitHubPerson(600, 'many')
    const cookies = [
      sessionOf(await signIn(open)),
      sessionOf(await signIn(open)),
      sessionOf(await signIn(open)),
    ] as const
    const list = async (cookie: string) =>
      JSON.parse((await open.send('/trpc/auth.sessions.list', { headers: { cookie } })).body).result?.data
    const seen = await list(cookies[0])
    expect(seen).toHaveLength(3)
    expect(seen.filter((session: { current: boolean }) => session.current)).toHaveLength(1)
    expect(seen[0]).toMatchObject({ address: expect.stringMatching(/^127\./), userAgent: 'Firefox on Linux' })
    const other = seen.find((session: { current: boolean }) => !session.current)
    expect((await call(cookies[0], 'auth.sessions.end', { sessionId: other.id })).status).toBe(200)
    expect((await call(cookies[0], 'auth.sessions.end', { sessionId: other.id })).status).toBe(404)
    expect(await list(cookies[0])).toHaveLength(2)
    expect((await call(cookies[0], 'auth.sessions.endOthers')).status).toBe(200)
    expect(await list(cookies[0])).toHaveLength(1)
    // The audit log says which device it was.
    const recorded = await open.prisma.auditEntry.findMany({
      where: { outcome: 'ok', targetId: { in: seen.map(({ id }: { id: string }) => id) } },
      orderBy: { id: 'asc' },
      select: { action: true, targetName: true },
    })
    expect(recorded).toEqual(
      ['session.start', 'session.start', 'session.start', 'session.end', 'session.end'].map((action) => ({
        action,
        targetName: 'Firefox on Linux',
      })),
    )
    expect(await me(open, cookies[1])).toBeNull()
    expect(await me(open, cookies[2])).toBeNull()
  })

  test('nobody ends another’s', async () => {
    github.person = gitHubPerson(601, 'victim')
    const victim = sessionOf(await signIn(open))
    const [target] = JSON.parse((await open.send('/trpc/auth.sessions.list', { headers: { cookie: victim } })).body)
      .result.data
    github.person = gitHubPerson(602, 'attacker')
    const attacker = sessionOf(await signIn(open))
    expect((await call(attacker, 'auth.sessions.end', { sessionId: target.id })).status).toBe(404)
    expect(await me(open, victim)).toMatchObject({ login: 'victim' })
  })

  test('Coder GHSA-3rw9-wmc8-8948: they end soon after GitHub has taken back its word, and only then', async () => {
    github.person = gitHubPerson(700, 'revoker')
    const theirs = sessionOf(await signIn(open))
    github.person = gitHubPerson(701, 'stayer')
    const others = sessionOf(await signIn(open))
    const rows = await open.prisma.session.findMany({
      where: { user: { githubId: { in: [700n, 701n] } } },
      select: { grant: true },
    })
    expect(rows).toHaveLength(2)
    for (const { grant } of rows) expect(Buffer.from(grant ?? []).toString('latin1')).not.toContain('gho_')
    // While GitHub is out of order nobody is signed out.
    github.outage = 503
    const checkedAt = async () =>
      (
        await open.prisma.session.findFirstOrThrow({
          where: { user: { githubId: 700n } },
          select: { grantCheckedAt: true },
        })
      ).grantCheckedAt?.getTime() ?? 0
    const before = await checkedAt()
    await vi.waitFor(async () => expect(await checkedAt()).toBeGreaterThan(before), { timeout: 20_000 })
    expect(await me(open, theirs)).not.toBeNull()
    github.outage = null
    github.revoke(700)
    await vi.waitFor(async () => expect(await me(open, theirs)).toBeNull(), { timeout: 20_000 })
    expect(await me(open, others)).toMatchObject({ login: 'stayer' })
  })

  test('Coder GHSA-3rw9-wmc8-8948: they end when unused, and at the latest absolutely', async () => {
    github.person = gitHubPerson(603, 'old')
    for (const column of ['expiresAt', 'endsAt'] as const) {
      const cookie = sessionOf(await signIn(open))
      const id = cookie.split('=')[1]?.split('.')[0] ?? ''
      await open.prisma.session.update({ where: { id }, data: { [column]: new Date(Date.now() - 1000) } })
      expect(await me(open, cookie)).toBeNull()
    }
  })
})

describe('administering', () => {
  test('a wrong token is 401, recorded, and after a few tries told to wait; a right cookie beside it changes nothing', async () => {
    github.person = gitHubPerson(700, 'cookie-holder')
    const cookie = sessionOf(await signIn(open))
    const attempts = []
    for (let index = 0; index < 12; index += 1)
      attempts.push(
        await open.send('/api/admin/users', { headers: { authorization: `Bearer wrong-${index}`, cookie } }),
      )
    expect(attempts[0]?.status).toBe(401)
    expect(attempts.at(-1)?.status).toBe(429)
    expect(Number(attempts.at(-1)?.headers['retry-after'])).toBeGreaterThan(0)
    const entries = await open.prisma.auditEntry.findMany({ where: { action: 'token.use' } })
    expect(entries.length).toBeGreaterThanOrEqual(10)
    // The right one is still taken.
    expect((await asAdmin(open, '/api/admin/users')).status).toBe(200)
  })

  test('the internal token opens no admin’s door, nor does a member’s session', async () => {
    expect(
      (await stripe.send('/api/invites', { headers: { authorization: `Bearer ${stripe.internalToken}` } })).status,
    ).toBe(401)
    github.person = gitHubPerson(701, 'member')
    const cookie = sessionOf(await signIn(open))
    const answer = await open.send('/trpc/admin.users.list', { headers: { cookie } })
    expect(answer.status).toBe(403)
    expect((await open.send('/api/invites', { headers: { cookie } })).status).toBe(403)
  })

  test('people are found, raised, and suspended: then their sessions end and they do not come back until reinstated', async () => {
    github.person = gitHubPerson(702, 'findable')
    const cookie = sessionOf(await signIn(open))
    const input = encodeURIComponent(JSON.stringify({ search: 'FINDABLE@' }))
    const { data } = await asAdmin(open, `/trpc/admin.users.list?input=${input}`)
    expect(data.result.data).toMatchObject([{ login: 'findable', status: 'active', workspaces: 0 }])
    const userId = data.result.data[0].id
    await asAdmin(open, '/trpc/admin.users.setTier', { userId, tier: 'pro' })
    await asAdmin(open, '/trpc/admin.users.setRole', { userId, role: 'admin' })
    expect(await me(open, cookie)).toMatchObject({ tier: 'pro', role: 'admin' })
    expect((await open.send('/trpc/admin.users.list', { headers: { cookie } })).status).toBe(200)
    await asAdmin(open, '/trpc/admin.users.suspend', { userId })
    expect(await me(open, cookie)).toBeNull()
    const refused = await signIn(open)
    expect(refused.status).toBe(403)
    expect(refused.body).toContain('suspended')
    await asAdmin(open, '/trpc/admin.users.reinstate', { userId })
    expect(await me(open, sessionOf(await signIn(open)))).toMatchObject({ login: 'findable' })
    const actions = await open.prisma.auditEntry.findMany({
      where: { targetId: userId },
      select: { action: true, actorKind: true, actorId: true },
      orderBy: { id: 'asc' },
    })
    expect(actions).toEqual(
      ['tier-pro', 'role-admin', 'suspend', 'reinstate'].map((verb) => ({
        action: `user.${verb}`,
        actorKind: 'admin',
        actorId: 'admin token',
      })),
    )
  })
})
