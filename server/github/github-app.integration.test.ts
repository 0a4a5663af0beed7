import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { gitHubPerson, startGitHub } from '@arcx/testing/github'
import type { GitHubDouble } from '@arcx/testing/github'
import { cookieSet, send } from '@arcx/testing/http'
import type { Answer } from '@arcx/testing/http'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

let github: GitHubDouble
let arc: TestOrchestrator
let admin: Person
let member: Person
const page = { accept: 'text/html' }

beforeAll(async () => {
  github = await startGitHub()
  arc = await startTestOrchestrator({ GITHUB_URL: `${github.url}/`, ARC_SIGNUP_MODE: 'open' })
  ;[admin, member] = await Promise.all([arc.person(), arc.person()])
  await arc.prisma.user.update({ where: { id: admin.userId }, data: { role: 'admin' } })
}, 120_000)
afterAll(async () => {
  await arc?.destroy()
  await github?.close()
})

const get = (path: string, person: Person, headers: Readonly<Record<string, string>> = page) =>
  arc.send(path, { headers: { ...headers, cookie: person.cookie } })

const unescaped = (html: string) => html.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&#39;', "'")
const attribute = (html: string, name: string) => unescaped(new RegExp(`${name}="([^"]*)"`).exec(html)?.[1] ?? '')

/** As the browser of an administrator goes to GitHub, makes an App there, and is about to come back. */
async function madeAtGitHub(person: Person, query = ''): Promise<{ readonly back: URL; readonly shown: Answer }> {
  const shown = await get(`/github/app/new${query}`, person)
  const action = new URL(attribute(shown.body, 'action'))
  const body = new URLSearchParams({ manifest: attribute(shown.body, 'value') }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const created = await send(Number(action.port), action.pathname + action.search, { method: 'POST', headers, body })
  return { back: new URL(attribute(created.body, 'href')), shown }
}

const event = (name: string, payload: object, secret: string) => {
  const body = JSON.stringify(payload)
  return arc.send('/webhooks/github', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-github-event': name,
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    },
    body,
  })
}

const options = async () => JSON.parse((await arc.send('/trpc/auth.options')).body).result.data

test('an administrator makes the App at GitHub, and by it people sign in and events are taken', async () => {
  expect(await options()).toMatchObject({ github: false })
  expect(await admin.api.admin.githubApp.get.query()).toBeNull()

  const { back, shown } = await madeAtGitHub(admin)
  expect(shown.headers['content-security-policy']).toContain(`form-action ${github.url};`)
  const manifest = JSON.parse(attribute(shown.body, 'value'))
  expect(manifest).toMatchObject({
    public: false,
    callback_urls: [`${arc.origin}/auth/callback`],
    hook_attributes: { url: `${arc.origin}/webhooks/github`, active: false },
  })

  const done = await get(back.pathname + back.search, admin)
  expect([done.status, done.headers.location]).toEqual([302, '/admin?tab=github'])
  const view = await admin.api.admin.githubApp.get.query()
  expect(view).toMatchObject({ name: manifest.name, ownerLogin: 'octo' })
  expect(view?.installUrl).toBe(`${github.url}/apps/${view?.url.split('/').at(-1)}/installations/new`)
  expect(await options()).toMatchObject({ github: true })

  const [app] = github.apps
  if (app === undefined) throw new Error('GitHub has made no App.')
  // What is stored says nothing of its keys, and neither does what is shown or logged.
  const [row] = await arc.prisma.gitHubApp.findMany()
  for (const text of [Buffer.from(row?.sealed ?? []).toString('latin1'), JSON.stringify(view), await arc.log()])
    for (const secret of [app.clientSecret, app.webhookSecret, app.privateKey.slice(100, 160)])
      expect(text).not.toContain(secret)
  expect((await event('ping', {}, app.webhookSecret)).status).toBe(202)
  expect((await event('ping', {}, 'another secret')).status).toBe(401)

  const { cookie, userId } = await signInByGitHub(900, 'grace')
  await event('github_app_authorization', { action: 'revoked', sender: { id: 901 } }, app.webhookSecret)
  await event('github_app_authorization', { action: 'revoked', sender: { id: 900 } }, app.webhookSecret)
  await vi.waitFor(async () => expect(await arc.prisma.session.count({ where: { userId, endedAt: null } })).toBe(0), {
    timeout: 20_000,
  })
  expect(JSON.parse((await arc.send('/trpc/auth.me', { headers: { cookie } })).body).result.data).toBeNull()
}, 60_000)

test('a way back that was used, that somebody else began, or that GitHub knows nothing of makes nothing', async () => {
  const before = await admin.api.admin.githubApp.get.query()
  const refused = async (answer: Promise<Answer>) => {
    const { status, body } = await answer
    expect([status, body]).toMatchObject([409, expect.stringContaining('Begin again')])
  }
  const { back } = await madeAtGitHub(admin)
  const other = await arc.person()
  await arc.prisma.user.update({ where: { id: other.userId }, data: { role: 'admin' } })
  await refused(get(back.pathname + back.search, other))
  // Whoever tried has used it up.
  await refused(get(back.pathname + back.search, admin))
  const { back: second } = await madeAtGitHub(admin)
  second.searchParams.set('code', '0'.repeat(40))
  await refused(get(second.pathname + second.search, admin))
  await refused(get('/github/app/created', admin))
  await refused(get(`/github/app/created?code=${'x'.repeat(5000)}&state=y`, admin))
  await refused(get('/github/app/created?code=a&code=b&state=c', admin))
  expect(await admin.api.admin.githubApp.get.query()).toEqual(before)
})

test('only an administrator makes one, and for a name that can be an organization', async () => {
  const json = { accept: 'application/json' }
  for (const path of ['/github/app/new', '/github/app/created?code=a&state=b'])
    expect(JSON.parse((await get(path, member, json)).body).error.code).toBe('forbidden')
  expect((await arc.send('/github/app/new')).status).toBe(401)
  for (const organization of ['../evil', 'a b', '-a', 'a'.repeat(40), '"><script>'])
    expect((await get(`/github/app/new?${new URLSearchParams({ organization })}`, admin, json)).status).toBe(409)
  const { back } = await madeAtGitHub(admin, '?organization=engines')
  await get(back.pathname + back.search, admin)
  expect(await admin.api.admin.githubApp.get.query()).toMatchObject({ ownerLogin: 'engines' })
  // The new one stands in place of the other.
  expect(await arc.prisma.gitHubApp.count()).toBe(1)
})

test('a team’s workspaces find a placeholder for the token of its installation, which is renewed and never shown', async () => {
  const { id: teamId } = await member.api.teams.create.mutate({ name: 'engines' })
  const { id: otherId } = await member.api.teams.create.mutate({ name: 'boilers' })
  const secretOf = async () => await arc.prisma.secret.findFirst({ where: { teamId, name: 'GITHUB_TOKEN' } })
  const given = async (count: number) =>
    vi.waitFor(() => expect(github.installationTokens.length).toBeGreaterThanOrEqual(count), { timeout: 20_000 })
  github.installations.push(
    { id: 11, account: 'octo-org', suspended: false },
    { id: 12, account: 'asleep', suspended: true },
  )
  expect(await admin.api.admin.githubApp.installations.query()).toEqual([
    { id: 11, account: 'octo-org', repositories: 'selected', isSuspended: false, team: null },
    { id: 12, account: 'asleep', repositories: 'selected', isSuspended: true, team: null },
  ])

  // One that was suspended keeps no other from its token.
  await admin.api.admin.githubApp.connect.mutate({ installationId: 12, team: 'boilers' })
  await admin.api.admin.githubApp.connect.mutate({ installationId: 11, team: 'engines' })
  await given(1)
  const first = await vi.waitFor(
    async () => {
      const secret = await secretOf()
      expect(secret).not.toBeNull()
      return secret
    },
    { timeout: 20_000 },
  )
  const [shown] = await member.api.secrets.list.query({ teamId })
  expect(shown).toMatchObject({ name: 'GITHUB_TOKEN', managedBy: 'github-app', hosts: ['127.0.0.1'] })
  expect(shown?.placeholder).toMatch(/^ghs_/)
  expect(await member.api.secrets.list.query({ teamId: otherId })).toEqual([])
  const managed = { data: { arc: { code: 'secret_managed' } } }
  const id = shown?.id ?? ('' as never)
  await expect(member.api.secrets.remove.mutate({ id })).rejects.toMatchObject(managed)
  await expect(member.api.secrets.grants.mutate({ id, hosts: ['evil.example'] })).rejects.toMatchObject(managed)

  await admin.api.admin.githubApp.connect.mutate({ installationId: 11, team: 'engines' })
  await vi.waitFor(
    async () => {
      const second = await secretOf()
      expect(second).not.toBeNull()
      expect(Buffer.from(second?.sealed ?? []).equals(Buffer.from(first?.sealed ?? []))).toBe(false)
    },
    { timeout: 20_000 },
  )
  expect(await arc.log()).not.toContain(github.installationTokens[0])

  // What people set under that name stays theirs.
  await admin.api.admin.githubApp.connect.mutate({ installationId: 11, team: null })
  expect(await secretOf()).toBeNull()
  await member.api.secrets.set.mutate({
    teamId,
    name: 'GITHUB_TOKEN',
    value: 'a token of their own',
    hosts: ['github.com'],
  })
  const before = github.installationTokens.length
  await admin.api.admin.githubApp.connect.mutate({ installationId: 11, team: 'engines' })
  await given(before + 1)
  expect(await member.api.secrets.list.query({ teamId })).toMatchObject([{ managedBy: null, hosts: ['github.com'] }])

  for (const [wanted, code] of [
    [{ installationId: 99, team: 'engines' }, 'github_installation_missing'],
    [{ installationId: 11, team: 'nobody' }, 'team_not_found'],
  ] as const)
    await expect(admin.api.admin.githubApp.connect.mutate(wanted)).rejects.toMatchObject({ data: { arc: { code } } })
}, 90_000)

test('once it is removed nobody signs in by it, its events are refused, and the record names it', async () => {
  const secret = github.apps.at(-1)?.webhookSecret ?? ''
  await admin.api.admin.githubApp.remove.mutate()
  expect(await options()).toMatchObject({ github: false })
  expect((await arc.send('/auth/github')).status).toBe(403)
  expect((await event('ping', {}, secret)).status).toBe(404)
  await expect(admin.api.admin.githubApp.remove.mutate()).rejects.toMatchObject({
    data: { arc: { code: 'github_app_missing' } },
  })
  const record = await arc.prisma.auditEntry.findMany({
    where: { action: { startsWith: 'github-app.' }, outcome: 'ok' },
  })
  expect(new Set(record.map(({ action }) => action))).toEqual(new Set(['github-app.set', 'github-app.remove']))
})

async function signInByGitHub(
  id: number,
  login: string,
): Promise<{ readonly cookie: string; readonly userId: string }> {
  github.person = gitHubPerson(id, login)
  const begun = await arc.send('/auth/github', { headers: page })
  const authorize = new URL(begun.headers.location ?? '')
  const shown = await send(Number(authorize.port), authorize.pathname + authorize.search)
  const back = new URL(attribute(shown.body, 'href'))
  const nonce = `arc_oauth=${cookieSet(begun, 'arc_oauth')}`
  const answer = await arc.send(back.pathname + back.search, { headers: { ...page, cookie: nonce } })
  const cookie = `arc_session=${cookieSet(answer, 'arc_session') ?? ''}`
  const { userId } = JSON.parse((await arc.send('/trpc/auth.me', { headers: { cookie } })).body).result.data
  return { cookie, userId }
}
