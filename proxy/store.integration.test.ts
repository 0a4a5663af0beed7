import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { ProxyStore } from './store.ts'

let database: TestDatabase
let store: ProxyStore
const [ann, ben] = [randomUUID(), randomUUID()]
const [anns, bens, teams] = [randomUUID(), randomUUID(), randomUUID()]
const teamId = randomUUID()

beforeAll(async () => {
  database = await createDatabase()
  store = new ProxyStore(database.prisma, database.pool)
  const { prisma } = database
  await prisma.user.createMany({ data: [ann, ben].map((id, index) => ({ id, login: `p${index}`, name: 'x' })) })
  await prisma.team.create({ data: { id: teamId, name: 'pair' } })
  const workspace = { state: 'running', createdById: ann }
  await prisma.workspace.createMany({
    data: [
      { ...workspace, id: anns, name: 'anns', ownerId: ann },
      { ...workspace, id: bens, name: 'bens', ownerId: ben },
      { ...workspace, id: teams, name: 'teams', teamId },
    ],
  })
  const secret = (owner: object, name: string) => ({
    id: randomUUID(),
    name,
    sealed: Uint8Array.of(1),
    placeholder: name,
    hosts: [],
    ...owner,
  })
  const policy = (owner: object, host: string) => ({
    id: randomUUID(),
    fallback: 'closed',
    allow: [host],
    deny: [],
    ...owner,
  })
  const owners = { anns: { ownerId: ann }, bens: { ownerId: ben }, teams: { teamId }, alone: { workspaceId: anns } }
  await prisma.secret.createMany({ data: Object.entries(owners).map(([name, owner]) => secret(owner, name)) })
  await prisma.egressPolicy.createMany({ data: Object.entries(owners).map(([name, owner]) => policy(owner, name)) })
})
afterAll(() => database?.drop())

test.each([
  ['a person’s workspace', () => anns, ['alone', 'anns']],
  ['another person’s', () => bens, ['bens']],
  ['a team’s, whoever made it', () => teams, ['teams']],
])('%s has the secrets and the rules of its owner and its own, and nobody else’s', async (_, id, names) => {
  const rows = await store.tenant(id())
  expect(rows?.secrets.map(({ name }) => name).toSorted()).toEqual(names)
  expect(rows?.policies.flatMap(({ allow }) => allow).toSorted()).toEqual(names)
})

test('a workspace that is not there has nothing, not even an owner', async () => {
  expect(await store.tenant(randomUUID())).toBeNull()
})
