import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cookieSet, send } from '@arcx/testing/http'
import { enterWorkspace } from '@arcx/testing/entry'
import { createRunning, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

/**
 * Every credential at every door: a session, a workspace's cookie, an API token, the admin and the internal token, and
 * one-time codes of each kind; of two people, two workspaces and their hosts. Each opens its own doors and no other.
 */
let arc: TestOrchestrator
const credentials = new Map<string, string>()
let visitors = 1
/** Another address each time: what is tried here are credentials, not limits. */
const elsewhere = () => `127.0.${2 + Math.floor((visitors += 1) / 250)}.${(visitors % 250) + 1}`

const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
const hostOf = (name: string) => `${name}.localhost:${arc.port}`

async function entryCode(person: Person, name: string): Promise<{ code: string; nonce: string }> {
  const first = await send(arc.port, '/', { headers: { ...navigation, host: hostOf(name) } })
  const asking = new URL(first.headers.location ?? '')
  const second = await arc.send(asking.pathname + asking.search, { headers: { ...navigation, cookie: person.cookie } })
  return {
    code: new URL(second.headers.location ?? '').searchParams.get('code') ?? '',
    nonce: cookieSet(first, 'arc_entry') ?? '',
  }
}

const verifier = 'v'.repeat(43)
const challenge = createHash('sha256').update(verifier).digest('base64url')

/** Each takes the text of a credential and tells whether it was let in, and where that matters, as whom. */
const doors: Readonly<Record<string, (text: string) => Promise<boolean>>> = {
  'session cookie of A': async (text) => (await me({ cookie: `arc_session=${text}` })) === 'A',
  'session cookie of B': async (text) => (await me({ cookie: `arc_session=${text}` })) === 'B',
  'bearer token of A': async (text) => (await me({ authorization: `Bearer ${text}` })) === 'A',
  'bearer token of B': async (text) => (await me({ authorization: `Bearer ${text}` })) === 'B',
  administration: async (text) =>
    (await arc.send('/trpc/admin.overview', { headers: { authorization: `Bearer ${text}` }, from: elsewhere() }))
      .status === 200,
  'administration by cookie': async (text) =>
    (await arc.send('/trpc/admin.overview', { headers: { cookie: `arc_session=${text}` }, from: elsewhere() }))
      .status === 200,
  services: async (text) =>
    (
      await arc.send('/internal/sign-in-link', {
        method: 'POST',
        headers: { authorization: `Bearer ${text}` },
        from: elsewhere(),
      })
    ).status === 200,
  'host of one': (text) => workspaceTakes('one', text),
  'host of two': (text) => workspaceTakes('two', text),
  'bearer at the host of one': async (text) =>
    (
      await send(arc.port, '/healthz', {
        headers: { host: hostOf('one'), authorization: `Bearer ${text}`, cookie: `arc_session=${text}` },
      })
    ).status === 200,
}

const names = new Map<string, string>()
async function me(headers: Record<string, string>): Promise<string | null> {
  const answer = await arc.send('/trpc/auth.me', { headers, from: elsewhere() })
  const who =
    answer.status === 200
      ? (JSON.parse(answer.body) as { result: { data: { userId: string } | null } }).result.data
      : null
  return who === null ? null : (names.get(who.userId) ?? 'somebody else')
}
const workspaceTakes = async (name: string, text: string) =>
  (await send(arc.port, '/healthz', { headers: { host: hostOf(name), cookie: `arc_workspace=${text}` } })).status ===
  200

/** One-time codes, where each is spent by a try that is its own: made anew for each door. */
const codes: Readonly<Record<string, () => Promise<string>>> = {
  'entry code of A for one': async () => (await entryCode(a, 'one')).code,
  'sign-in link': async () =>
    new URL(
      (
        JSON.parse(
          (
            await arc.send('/internal/sign-in-link', {
              method: 'POST',
              headers: { authorization: `Bearer ${arc.internalToken}` },
            })
          ).body,
        ) as { url: string }
      ).url,
    ).searchParams.get('code') ?? '',
  'program code': async () =>
    new URL(
      (await a.api.programs.authorize.mutate({ clientName: 'x', port: 5000, state: 's'.repeat(32), challenge })).url,
    ).searchParams.get('code') ?? '',
}
const codeDoors: Readonly<Record<string, { readonly own: string; readonly open: (code: string) => Promise<boolean> }>> =
  {
    'entry to one': {
      own: '',
      open: async (code) =>
        (await send(arc.port, `/_arcx/enter?code=${code}`, { headers: { host: hostOf('one'), cookie: 'arc_entry=x' } }))
          .status === 302,
    },
    'local sign-in': {
      own: 'sign-in link',
      open: async (code) => (await arc.send(`/auth/local?code=${code}`, { from: elsewhere() })).status === 302,
    },
    'program exchange': {
      own: 'program code',
      open: async (code) =>
        (
          await arc.send('/trpc/programs.exchange', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ code, verifier }),
            from: elsewhere(),
          })
        ).status === 200,
    },
  }

let a: Person
let b: Person
/** Which credentials open which doors; all else is shut. */
const opens: Readonly<Record<string, readonly string[]>> = {
  'session of A': ['session cookie of A'],
  'session of B': ['session cookie of B'],
  'API token of A': ['bearer token of A'],
  'API token of B': ['bearer token of B'],
  'cookie of A at one': ['host of one'],
  'cookie of B at two': ['host of two'],
  'admin token': ['administration'],
  'internal token': ['services'],
  'device code': [],
  'entry cookie': [],
  'team link': [],
  'invitation code': [],
}

beforeAll(async () => {
  arc = await startTestOrchestrator()
  ;[a, b] = await Promise.all([arc.person(), arc.person()])
  names.set(a.userId, 'A').set(b.userId, 'B')
  await Promise.all([createRunning(a, 'one'), createRunning(b, 'two')])
  const value = (cookie: string) => cookie.slice(cookie.indexOf('=') + 1)
  const { id: teamId } = await a.api.teams.create.mutate({ name: 'team-a' })
  credentials
    .set('session of A', value(a.cookie))
    .set('session of B', value(b.cookie))
    .set(
      'API token of A',
      (
        await a.api.tokens.create.mutate({
          name: 'a',
          scopes: ['workspaces:read', 'workspaces:write', 'workspaces:exec'],
        })
      ).token,
    )
    .set('API token of B', (await b.api.tokens.create.mutate({ name: 'b', scopes: ['workspaces:read'] })).token)
    .set('cookie of A at one', value(await enterWorkspace(arc, a, 'one')))
    .set('cookie of B at two', value(await enterWorkspace(arc, b, 'two')))
    .set('admin token', arc.adminToken)
    .set('internal token', arc.internalToken)
    .set('device code', (await a.api.programs.beginDevice.mutate({ clientName: 'x' })).deviceCode)
    .set('entry cookie', (await entryCode(a, 'one')).nonce)
    .set('team link', new URL((await a.api.teams.invites.create.mutate({ teamId })).url).searchParams.get('code') ?? '')
    .set(
      'invitation code',
      (
        JSON.parse(
          (
            await arc.send('/api/invites', {
              method: 'POST',
              headers: { authorization: `Bearer ${arc.adminToken}`, 'content-type': 'application/json' },
              body: '{}',
            })
          ).body,
        ) as { code: string }
      ).code,
    )
})
afterAll(() => arc?.destroy())

test.each(Object.keys(opens))('%s opens its own doors and no other', async (name) => {
  const text = credentials.get(name) ?? ''
  expect(text.length).toBeGreaterThan(10)
  const opened: string[] = []
  for (const [door, open] of Object.entries(doors)) if (await open(text)) opened.push(door)
  expect(opened).toEqual(opens[name])
  for (const { open } of Object.values(codeDoors)) expect(await open(text)).toBe(false)
})

test.each(Object.keys(codes))('%s, made anew for each, opens no door but its own, and that once', async (name) => {
  const make = codes[name] ?? (async () => '')
  for (const open of Object.values(doors)) expect(await open(await make())).toBe(false)
  for (const { own, open } of Object.values(codeDoors)) {
    const code = await make()
    expect(await open(code)).toBe(own === name)
    expect(await open(code)).toBe(false)
  }
})

test('an entry code opens its workspace to its browser alone: not another’s host, not another browser, not twice', async () => {
  const enter = (name: string, code: string, nonce: string) =>
    send(arc.port, `/_arcx/enter?code=${code}`, { headers: { host: hostOf(name), cookie: `arc_entry=${nonce}` } })
  const first = await entryCode(a, 'one')
  expect((await enter('two', first.code, first.nonce)).status).toBe(403)
  const second = await entryCode(a, 'one')
  expect((await enter('one', second.code, (await entryCode(b, 'two')).nonce)).status).toBe(403)
  const third = await entryCode(a, 'one')
  expect((await enter('one', third.code, third.nonce)).status).toBe(302)
  expect((await enter('one', third.code, third.nonce)).status).toBe(403)
})

test('one flipped bit, wherever it is, and no credential opens its door', async () => {
  const cases = Object.entries(opens).flatMap(([name, own]) =>
    own.map((door) => ({ text: credentials.get(name) ?? '', door })),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...cases),
      fc.nat(),
      fc.integer({ min: 0, max: 6 }),
      async ({ text, door }, at, bit) => {
        const index = at % text.length
        const flipped =
          text.slice(0, index) + String.fromCharCode(text.charCodeAt(index) ^ (1 << bit)) + text.slice(index + 1)
        // What no header may hold never arrives.
        fc.pre(/^[\x21-\x7e]+$/.test(flipped) && !/[;,"\\]/.test(flipped))
        expect(await doors[door]?.(flipped)).toBe(false)
      },
    ),
    { numRuns: 400 },
  )
  // The end of a signature, where base64 has bits to spare, in each way that it can be written.
  for (const { text, door } of cases)
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
      if (last !== text.at(-1)) expect(await doors[door]?.(text.slice(0, -1) + last)).toBe(false)
})
