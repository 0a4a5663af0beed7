import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { createTRPCClient, createWSClient, httpBatchLink, wsLink } from '@trpc/client'
import { TRPCClientError } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { AppRouter, NewApiToken, Scope, Workspace, WorkspaceChange } from '@arcx/router'
import { makeToken } from '../credentials/token.ts'
import { startBus } from '@arcx/testing/bus'
import { createDatabase } from '@arcx/testing/database'
import { upgrade } from '@arcx/testing/http'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

let arc: TestOrchestrator
let person: Person
let first: Workspace
let second: Workspace

beforeAll(async () => {
  arc = await startTestOrchestrator()
  person = await arc.person()
  ;[first, second] = await Promise.all([
    person.api.workspaces.create.mutate({ name: 'first' }),
    person.api.workspaces.create.mutate({ name: 'second' }),
  ])
})
afterAll(() => arc?.destroy())

const make = (
  scopes: Scope[],
  rest: { workspaceIds?: Workspace['id'][]; expiresDays?: number | null } = {},
  by: Person = person,
) => by.api.tokens.create.mutate({ name: 'test', scopes, ...rest })
const apiOf = ({ token }: Pick<NewApiToken, 'token'>) =>
  createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${arc.origin}/trpc`, headers: { authorization: `Bearer ${token}` } })],
  })

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  return error instanceof TRPCClientError ? (error as TRPCClientError<AppRouter>).data?.arc?.code : undefined
}

test('a token is shown once, kept as a hash, and listed by its ending with when it was last used', async () => {
  const made = await make(['workspaces:read'])
  expect(made.token).toMatch(/^arcx_[0-9A-Za-z]{38}$/)
  expect(await apiOf(made).auth.me.query()).toMatchObject({ userId: person.userId })
  const listed = (await person.api.tokens.list.query()).find(({ id }) => id === made.id)
  expect(listed).toMatchObject({
    shown: `arcx_…${made.token.slice(-4)}`,
    scopes: ['workspaces:read'],
    lastUsedAt: expect.any(String),
  })
  expect(JSON.stringify(listed)).not.toContain(made.token)
  const dump = inspect([await arc.prisma.apiToken.findMany(), await arc.prisma.auditEntry.findMany()], {
    depth: null,
    maxArrayLength: null,
    maxStringLength: null,
  })
  expect(dump).not.toContain(made.token)
  expect(await arc.log()).not.toContain(made.token)
})

describe('scopes', () => {
  test.each([
    [['workspaces:read'], { list: true, stop: false, create: false }],
    [['workspaces:write'], { list: true, stop: true, create: true }],
    [['workspaces:exec'], { list: false, stop: false, create: false }],
  ] as const)('%j', async (scopes, expected) => {
    const { workspaces } = apiOf(await make([...scopes]))
    const outcome = async (work: Promise<unknown>) => (await codeOf(work)) !== 'scope_missing'
    expect(await outcome(workspaces.list.query())).toBe(expected.list)
    expect(await outcome(workspaces.get.query({ workspaceId: first.id }))).toBe(expected.list)
    expect(await outcome(workspaces.stop.mutate({ workspaceId: first.id }))).toBe(expected.stop)
    // The name is refused in any case, but only behind the scope.
    expect(await outcome(workspaces.create.mutate({ name: 'www' }))).toBe(expected.create)
  })

  test('a token for one workspace sees and touches no other, and creates none', async () => {
    const { workspaces } = apiOf(await make(['workspaces:write'], { workspaceIds: [first.id] }))
    expect((await workspaces.list.query()).map(({ name }) => name)).toEqual(['first'])
    expect(await codeOf(workspaces.get.query({ workspaceId: second.id }))).toBe('workspace_not_found')
    expect(await codeOf(workspaces.remove.mutate({ workspaceId: second.id }))).toBe('workspace_not_found')
    expect(await codeOf(workspaces.create.mutate({ name: 'third' }))).toBe('forbidden')
  })

  test('a token without that scope makes no other token; none ends a session or signs out', async () => {
    const api = apiOf(await make(['workspaces:write', 'workspaces:exec']))
    expect(await codeOf(api.tokens.create.mutate({ name: 'more', scopes: ['workspaces:write'] }))).toBe('scope_missing')
    expect(await codeOf(api.tokens.list.query())).toBe('scope_missing')
    expect(await codeOf(api.auth.sessions.list.query())).toBe('session_needed')
    expect(await codeOf(api.auth.signOut.mutate())).toBe('session_needed')
  })

  test('a token with that scope makes others for no more than itself, which end no later, and any token ends itself', async () => {
    const parent = await person.api.tokens.create.mutate({
      name: 'parent',
      scopes: ['tokens', 'workspaces:read'],
      expiresDays: 7,
    })
    const api = apiOf(parent)
    expect(await codeOf(api.tokens.create.mutate({ name: 'more', scopes: ['workspaces:write'] }))).toBe('forbidden')
    for (const expiresDays of [90, null]) {
      const child = await api.tokens.create.mutate({ name: 'less', scopes: ['workspaces:read'], expiresDays })
      expect(child.expiresAt).toBe(parent.expiresAt)
      expect(await apiOf(child).workspaces.list.query()).toBeInstanceOf(Array)
    }
    const { id } = await person.api.workspaces.create.mutate({ name: 'bound-to' })
    const bound = await person.api.tokens.create.mutate({
      name: 'bound',
      scopes: ['tokens', 'workspaces:read'],
      workspaceIds: [id],
    })
    expect(await codeOf(apiOf(bound).tokens.create.mutate({ name: 'unbound', scopes: ['workspaces:read'] }))).toBe(
      'forbidden',
    )
    const asBound = await apiOf(bound).tokens.create.mutate({
      name: 'as-bound',
      scopes: ['workspaces:read'],
      workspaceIds: [id],
    })
    expect((await apiOf(bound).tokens.list.query()).map(({ name }) => name)).toEqual(['as-bound', 'bound'])
    expect(await codeOf(apiOf(bound).tokens.revoke.mutate({ id: parent.id }))).toBe('token_not_found')
    expect(await codeOf(apiOf(bound).tokens.revoke.mutate({ id: asBound.id }))).toBeUndefined()
    await api.tokens.revokeOwn.mutate()
    expect(await codeOf(api.tokens.list.query())).toBe('token_wrong')
  })

  test('administering takes the scope and the person’s right, both', async () => {
    expect(await codeOf(make(['admin']))).toBe('forbidden')
    const admin = await arc.person()
    await arc.prisma.user.update({ where: { id: admin.userId }, data: { role: 'admin' } })
    const [narrow, wide] = await vi.waitFor(
      () => Promise.all([make(['workspaces:write'], {}, admin), make(['admin'], {}, admin)]),
      { timeout: 10_000 },
    )
    expect(await codeOf(apiOf(narrow).admin.users.list.query())).toBe('scope_missing')
    expect((await apiOf(wide).admin.users.list.query()).length).toBeGreaterThan(1)
    await arc.prisma.user.update({ where: { id: admin.userId }, data: { role: 'member' } })
    expect(await codeOf(apiOf(wide).admin.users.list.query())).toBe('forbidden')
  })

  test('nobody makes a token for another’s workspace, or revokes another’s token', async () => {
    const stranger = await arc.person()
    expect(await codeOf(make(['workspaces:read'], { workspaceIds: [first.id] }, stranger))).toBe('workspace_not_found')
    const { id } = await make(['workspaces:read'])
    expect(await codeOf(stranger.api.tokens.revoke.mutate({ id }))).toBe('token_not_found')
  })
})

describe('a token for no workspace is not one for all', () => {
  const seen = async (api: ReturnType<typeof apiOf>) => (await api.workspaces.list.query()).map(({ name }) => name)

  test('where it was made by this version', async () => {
    const all = await make(['workspaces:read', 'tokens'])
    const none = await make(['workspaces:read', 'tokens'], { workspaceIds: [first.id] })
    await arc.prisma.apiToken.update({ where: { id: none.id }, data: { workspaceIds: [] } })
    expect(await seen(apiOf(all))).toEqual(expect.arrayContaining(['first', 'second']))
    expect(await seen(apiOf(none))).toEqual([])
    expect(await codeOf(apiOf(none).workspaces.get.query({ workspaceId: first.id }))).toBe('workspace_not_found')
    expect(await codeOf(apiOf(none).tokens.create.mutate({ name: 'x', scopes: ['tokens'] }))).toBe('forbidden')
    const listed = await person.api.tokens.list.query()
    expect(listed.find(({ id }) => id === all.id)?.workspaceIds).toBeNull()
    expect(listed.find(({ id }) => id === none.id)?.workspaceIds).toEqual([])
  })

  test('where an earlier version made it', async () => {
    const [all, some, none] = [makeToken(), makeToken(), makeToken()]
    const owner = '00000000-0000-4000-8000-000000000001'
    const workspace = '00000000-0000-4000-8000-000000000030'
    const database = await createDatabase(async (empty) => {
      await empty.query(await readFile(new URL('../../prisma/upgrades/0017.sql', import.meta.url), 'utf8'))
      await empty.query(`UPDATE "Workspace" SET "state" = 'stopped'`)
      for (const [token, workspaceIds] of [
        [all, null],
        [some, [workspace]],
        [none, []],
      ] as const)
        await empty.query(
          `INSERT INTO "ApiToken" ("id", "userId", "name", "hash", "ending", "scopes", "workspaceIds")
           VALUES (gen_random_uuid(), $1, 'old', sha256($2::bytea), 'abcd', '{workspaces:read}', $3)`,
          [owner, token, workspaceIds],
        )
    })
    const bus = await startBus()
    const upgraded = await startTestOrchestrator({}, { database, bus })
    try {
      const idsOf = async (token: string) => {
        const headers = { authorization: `Bearer ${token}` }
        const answer = await upgraded.send('/trpc/workspaces.list', { headers })
        return JSON.parse(answer.body).result.data.map(({ id }: { id: string }) => id)
      }
      expect((await idsOf(all)).toSorted()).toEqual([workspace, '00000000-0000-4000-8000-000000000032'])
      expect(await idsOf(some)).toEqual([workspace])
      expect(await idsOf(none)).toEqual([])
    } finally {
      await upgraded.destroy()
    }
  })
})

test('an expired, a revoked, a mistyped and a suspended person’s token are unknown', async () => {
  const [expired, revoked, mistyped] = await Promise.all([
    make(['workspaces:read']),
    make(['workspaces:read'], { expiresDays: null }),
    make(['workspaces:read']),
  ])
  await arc.prisma.apiToken.update({ where: { id: expired.id }, data: { expiresAt: new Date(Date.now() - 1000) } })
  await person.api.tokens.revoke.mutate({ id: revoked.id })
  const changed = mistyped.token.slice(0, -1) + (mistyped.token.endsWith('0') ? '1' : '0')
  for (const token of [expired.token, revoked.token, changed])
    expect(await codeOf(apiOf({ token }).workspaces.list.query())).toBe('token_wrong')
  const leaver = await arc.person()
  const theirs = await make(['workspaces:read'], {}, leaver)
  await arc.prisma.user.update({ where: { id: leaver.userId }, data: { status: 'suspended' } })
  expect(await codeOf(apiOf(theirs).workspaces.list.query())).toBe('token_wrong')
})

test('a token works over the WebSocket too, and revoking it closes that within 2 s', async () => {
  const made = await make(['workspaces:read'], { workspaceIds: [first.id] })
  class WithToken extends WebSocket {
    constructor(url: string | URL) {
      super(url, { headers: { authorization: `Bearer ${made.token}` } })
    }
  }
  const closed = Promise.withResolvers<number | undefined>()
  const client = createWSClient({
    url: `${arc.origin.replace('http', 'ws')}/trpc`,
    WebSocket: WithToken as unknown as typeof globalThis.WebSocket,
    onClose: (cause) => closed.resolve(cause?.code),
  })
  const api = createTRPCClient<AppRouter>({ links: [wsLink({ client })] })
  const changes: WorkspaceChange[] = []
  api.workspaces.onChange.subscribe(undefined, { onData: ({ data }) => changes.push(data) })
  await vi.waitFor(() => expect(changes[0]).toMatchObject({ type: 'snapshot', workspaces: [{ name: 'first' }] }), {
    timeout: 20_000,
  })
  const revokedAt = Date.now()
  await person.api.tokens.revoke.mutate({ id: made.id })
  expect(await closed.promise).toBe(4401)
  expect(Date.now() - revokedAt).toBeLessThan(2000)
  await client.close()
})

test('a workspace’s host takes no token, and the router’s socket no wrong one', async () => {
  const { token } = await make(['workspaces:write'])
  const headers = { host: `first.localhost:${arc.port}`, authorization: `Bearer ${token}` }
  expect((await arc.send('/healthz', { headers })).status).toBe(401)
  expect(
    (await upgrade(arc.port, '/stable', { ...headers, origin: `http://first.localhost:${arc.port}` })).status,
  ).toBe(401)
  expect(
    (
      await upgrade(arc.port, '/trpc', {
        host: `localhost:${arc.port}`,
        authorization: 'Bearer wrong',
        cookie: person.cookie,
        origin: arc.origin,
      })
    ).status,
  ).toBe(401)
})

test('the plain route takes a token as the router does', async () => {
  const { token } = await make(['workspaces:read'])
  const answer = await arc.send('/dashboard/workspace', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"name":"by-token"}',
  })
  expect(answer.status).toBe(403)
  expect(JSON.parse(answer.body).error.code).toBe('scope_missing')
})
