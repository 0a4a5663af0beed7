import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createRunning, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

let arc: TestOrchestrator
let person: Person
let login: string
beforeAll(async () => {
  arc = await startTestOrchestrator()
  person = await arc.person()
  login = (await person.api.auth.me.query())?.login ?? ''
})
afterAll(() => arc?.destroy())

const headers = () => ({ authorization: `Bearer ${arc.adminToken}` })
const post = async (path: string, body: unknown) =>
  arc.send(path, {
    method: 'POST',
    headers: { ...headers(), 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

test('whoever runs the server sees everybody’s workspaces, stops, starts and deletes them, and it is recorded as theirs', async () => {
  const [mine, other] = await Promise.all([
    createRunning(person, 'watched-over'),
    arc.person().then((somebody) => somebody.api.workspaces.create.mutate({ name: 'another' })),
  ])
  const list = JSON.parse((await arc.send('/trpc/admin.workspaces.list', { headers: headers() })).body).result.data
  expect(list.map(({ name }: { name: string }) => name).toSorted()).toEqual(['another', 'watched-over'])
  expect(list.find(({ id }: { id: string }) => id === mine.id)).toMatchObject({ ownerLogin: login, state: 'running' })

  expect((await post('/trpc/admin.workspaces.stop', { workspaceId: mine.id })).status).toBe(200)
  await untilState(person, mine.id, 'stopped')
  expect((await post(`/api/admin/users/${login}/start`, {})).status).toBe(200)
  await untilState(person, mine.id, 'running')
  expect((await post(`/api/admin/users/${login}/stop`, {})).status).toBe(200)
  await untilState(person, mine.id, 'stopped')
  expect((await post('/trpc/admin.workspaces.remove', { workspaceId: mine.id })).status).toBe(200)
  await vi.waitFor(async () => expect(await person.api.workspaces.list.query()).toEqual([]), { timeout: 20_000 })

  const entries = await arc.prisma.auditEntry.findMany({
    where: { targetId: mine.id, actorKind: 'admin' },
    orderBy: { id: 'asc' },
  })
  expect(entries.map(({ action }) => action)).toEqual([
    'workspace.stop',
    'workspace.start',
    'workspace.stop',
    'workspace.remove',
  ])
  expect((await post('/trpc/admin.workspaces.stop', { workspaceId: other.id })).status).toBe(200)
})

test('of somebody whose login is in the names of hundreds of others, all is found all the same', async () => {
  const [somebody, another] = await Promise.all([arc.person(), arc.person()])
  const called = (person: Person, name: string) =>
    arc.prisma.user.update({ where: { id: person.userId }, data: { login: name } })
  await Promise.all([called(somebody, 'Common_Name'), called(another, 'common-name')])
  const createdAt = new Date(Date.now() - 3600_000)
  await arc.prisma.workspace.create({
    data: { id: crypto.randomUUID(), ownerId: somebody.userId, name: 'oldest', state: 'stopped', createdAt },
  })
  await arc.prisma.user.update({ where: { id: somebody.userId }, data: { createdAt } })
  await arc.prisma.workspace.createMany({
    data: Array.from({ length: 201 }, (_, index) => ({
      id: crypto.randomUUID(),
      ownerId: another.userId,
      name: `common_name-${index}`,
      state: 'stopped',
    })),
  })
  await arc.prisma.user.createMany({
    data: Array.from({ length: 201 }, (_, index) => ({
      id: crypto.randomUUID(),
      login: `common_name-${index}`,
      name: 'Another',
      status: 'suspended',
    })),
  })
  const started = await post('/api/admin/users/common_name/start', {})
  expect(JSON.parse(started.body)).toMatchObject([{ name: 'oldest' }])
  const id: unknown = JSON.parse(started.body)[0].id
  await vi.waitFor(
    async () => expect((await arc.prisma.workspace.findFirst({ where: { name: 'oldest' } }))?.state).toBe('running'),
    { timeout: 60_000 },
  )
  expect(JSON.parse((await post('/api/admin/users/COMMON_NAME/stop', {})).body)).toMatchObject([{ id }])
  const remove = (name: string) => arc.send(`/api/admin/users/${name}`, { method: 'DELETE', headers: headers() })
  expect((await remove('common%25')).status).toBe(404)
  expect((await remove('common_name')).status).toBe(204)
  expect(await arc.prisma.user.findUnique({ where: { id: another.userId } })).toMatchObject({ status: 'active' })

  await arc.prisma.user.deleteMany({ where: { name: 'Another' } })
  await arc.prisma.workspace.deleteMany({ where: { ownerId: another.userId } })
  await arc.prisma.user.delete({ where: { id: another.userId } })
  await vi.waitFor(async () => expect(await arc.prisma.user.findMany({ where: { id: somebody.userId } })).toEqual([]), {
    timeout: 30_000,
  })
})

test('what is searched for is no pattern', async () => {
  const [one, two] = await Promise.all([arc.person(), arc.person()])
  await arc.prisma.user.update({ where: { id: one.userId }, data: { login: 'under_score' } })
  await arc.prisma.user.update({ where: { id: two.userId }, data: { login: 'under-score' } })
  const found = async (search: string) => {
    const input = encodeURIComponent(JSON.stringify({ search }))
    const answer = await arc.send(`/trpc/admin.users.list?input=${input}`, { headers: headers() })
    return JSON.parse(answer.body).result.data.map(({ login }: { login: string }) => login)
  }
  expect(await found('DER_SCO')).toEqual(['under_score'])
  expect(await found('under%')).toEqual([])
  expect(await found('under')).toHaveLength(2)
  await arc.prisma.user.deleteMany({ where: { id: { in: [one.userId, two.userId] } } })
})

test('the overview counts people, workspaces, sessions and who waits', async () => {
  await arc.prisma.waitlistEntry.create({ data: { githubId: 9n, login: 'waiter', email: 'waiter@example.com' } })
  const overview = JSON.parse((await arc.send('/trpc/admin.overview', { headers: headers() })).body).result.data
  expect(overview).toMatchObject({ people: { active: 2 }, sessions: 2, waiting: 1 })
})

test('a member gets none of it, by no door', async () => {
  const cookie = { cookie: person.cookie, origin: arc.origin }
  for (const path of ['/trpc/admin.overview', '/trpc/admin.workspaces.list'])
    expect((await arc.send(path, { headers: cookie })).status).toBe(403)
  for (const path of [`/api/admin/users/${login}/stop`, `/api/admin/users/${login}/start`])
    expect((await arc.send(path, { method: 'POST', headers: cookie })).status).toBe(403)
  expect((await arc.send(`/api/admin/users/${login}`, { method: 'DELETE', headers: cookie })).status).toBe(403)
})
