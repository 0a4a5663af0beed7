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

  const entries = await arc.database
    .selectFrom('AuditEntry')
    .select(['action', 'actorId'])
    .where('targetId', '=', mine.id)
    .where('actorKind', '=', 'admin')
    .orderBy('id')
    .execute()
  expect(entries.map(({ action }) => action)).toEqual([
    'workspace.stop',
    'workspace.start',
    'workspace.stop',
    'workspace.remove',
  ])
  expect((await post('/trpc/admin.workspaces.stop', { workspaceId: other.id })).status).toBe(200)
})

test('the overview counts people, workspaces, sessions and who waits', async () => {
  await arc.database
    .insertInto('WaitlistEntry')
    .values({ githubId: 9, login: 'waiter', email: 'waiter@example.com' })
    .execute()
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
