import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { SessionId, TokenId, UserId, WorkspaceId } from '@arcx/router'
import type { Scope, SessionActor, TokenActor, Workspace } from '@arcx/router'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { WorkspaceLists } from './lists.ts'
import { WorkspacePresenter } from './presenter.ts'
import { WorkspaceStore } from './store.ts'

let database: TestDatabase
let store: WorkspaceStore
/** How often rows were read, and versions asked for. */
const asked = { rows: 0, versions: 0 }
let now = 0
let teamId: string
let actor: SessionActor
beforeAll(async () => {
  database = await createDatabase()
  store = new WorkspaceStore(database.prisma)
})
afterAll(() => database?.drop())
beforeEach(async () => {
  Object.assign(asked, { rows: 0, versions: 0 })
  teamId = randomUUID()
  actor = await person()
  await database.prisma.team.create({ data: { id: teamId, name: teamId } })
  await row(`own-${actor.login}`, { ownerId: actor.userId })
  await row(`team-${actor.login}`, { teamId })
})

const lists = (most?: number) =>
  new WorkspaceLists(
    {
      visibleTo: (userId) => ((asked.rows += 1), store.visibleTo(userId)),
      versionsOf: (userIds) => ((asked.versions += 1), store.versionsOf(userIds)),
    },
    new WorkspacePresenter((name) => `http://${name}.localhost`, null),
    { ...(most === undefined ? {} : { most }), now: () => now },
  )
const namesIn = (list: readonly Workspace[]) => list.map(({ name }) => name.split('-')[0])

async function person(): Promise<SessionActor> {
  const userId = UserId.parse(randomUUID())
  const login = userId.slice(0, 8)
  await database.prisma.user.create({ data: { id: userId, login, name: login } })
  const account = { login, name: login, role: 'member', tier: 'team', status: 'active' } as const
  const origin = { address: '127.0.0.1', requestId: 'r' }
  return { kind: 'user', via: 'session', userId, sessionId: SessionId.parse(randomUUID()), ...account, ...origin }
}

function tokenOf({ sessionId: _session, ...rest }: SessionActor, scopes: Scope[], ids: WorkspaceId[]): TokenActor {
  const bounds = { scopes, workspaceIds: ids, expiresAt: null }
  return { ...rest, via: 'token', tokenId: TokenId.parse(randomUUID()), ...bounds }
}

async function row(name: string, whose: { ownerId: string } | { teamId: string }): Promise<WorkspaceId> {
  const id = WorkspaceId.parse(randomUUID())
  await database.prisma.workspace.create({ data: { id, name, state: 'stopped', ...whose } })
  return id
}

test('a list is read once, and answered as the same object until something of it is another', async () => {
  const remembered = lists()
  const first = await remembered.of(actor)
  expect(namesIn(first)).toEqual(['own'])
  expect(Object.isFrozen(first) && first.every((each) => Object.isFrozen(each))).toBe(true)
  const others = await person()
  await row(`own-${others.login}`, { ownerId: others.userId })
  for (let count = 0; count < 5; count += 1) expect(await remembered.of(actor)).toBe(first)
  expect(asked).toEqual({ rows: 1, versions: 5 })
})

test('whatever changes behind its back is in the next answer, as nothing is taken on trust', async () => {
  const remembered = lists()
  const { workspace, membership } = database.prisma
  const { userId } = actor
  await remembered.of(actor)
  const next = async () => {
    const before = asked.rows
    const list = await remembered.of(actor)
    expect(asked.rows).toBe(before + 1)
    return list
  }
  await membership.create({ data: { teamId, userId, role: 'viewer' } })
  expect((await next()).map(({ may }) => may.includes('exec'))).toEqual([true, false])
  await membership.updateMany({ where: { teamId, userId }, data: { role: 'member' } })
  expect((await next()).map(({ may }) => may.includes('exec'))).toEqual([true, true])
  await workspace.updateMany({ where: { ownerId: userId }, data: { name: `renamed-${actor.login}` } })
  expect(namesIn(await next())).toEqual(['renamed', 'team'])
  await workspace.updateMany({ where: { ownerId: userId }, data: { lastActivityAt: new Date(7) } })
  expect((await next())[0]?.lastActivityAt).toBe(new Date(7).toISOString())
  await membership.deleteMany({ where: { teamId, userId } })
  expect(namesIn(await next())).toEqual(['renamed'])
  await row(`another-${actor.login}`, { ownerId: userId })
  expect(namesIn(await next())).toEqual(['another', 'renamed'])
  await workspace.deleteMany({ where: { ownerId: userId } })
  expect(await next()).toEqual([])
  expect(await remembered.of(actor)).toEqual([])
})

test('a token is answered by its own bounds, whatever its person was answered before', async () => {
  const remembered = lists()
  const other = await row(`other-${actor.login}`, { ownerId: actor.userId })
  expect(namesIn(await remembered.of(actor))).toEqual(['other', 'own'])
  const narrow = tokenOf(actor, ['workspaces:read'], [other])
  for (let count = 0; count < 2; count += 1) {
    const list = await remembered.of(narrow)
    expect(list.map(({ id, may }) => ({ id, may }))).toEqual([{ id: other, may: ['see'] }])
  }
  expect(namesIn(await remembered.of(tokenOf(actor, ['workspaces:read'], [])))).toEqual([])
  expect(namesIn(await remembered.of(actor))).toEqual(['other', 'own'])
})

test('no more is remembered than fits, and what was asked for last stays', async () => {
  const remembered = lists(5)
  const [second, third] = [await person(), await person()]
  for (const { userId, login } of [second, third]) await row(`own-${login}`, { ownerId: userId })
  const [mine] = [await remembered.of(actor), await remembered.of(second)]
  expect(await remembered.of(actor)).toBe(mine)
  await remembered.of(third)
  expect(asked.rows).toBe(3)
  expect(await remembered.of(actor)).toBe(mine)
  await remembered.of(second)
  expect(asked.rows).toBe(4)
  for (let count = 0; count < 5; count += 1) await row(`many${count}-${third.login}`, { ownerId: third.userId })
  expect(await remembered.of(third)).toHaveLength(6)
  expect(await remembered.of(third)).toHaveLength(6)
  expect(asked.rows).toBe(6)
})

test('what nobody has asked for in ten minutes is read again', async () => {
  const remembered = lists()
  await remembered.of(actor)
  now += 10 * 60_000 - 1
  await remembered.of(actor)
  expect(asked.rows).toBe(1)
  now += 10 * 60_000
  await remembered.of(actor)
  expect(asked.rows).toBe(2)
})
