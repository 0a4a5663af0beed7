import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noRules } from '@arcx/router'
import type { CallFilter, EgressRules, ServiceActor } from '@arcx/router'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { openUnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { OwnerColumns } from './owners.ts'
import { EgressStore } from './store.ts'

let database: TestDatabase
let store: EgressStore
let unitOfWork: UnitOfWork
beforeAll(async () => {
  database = await createDatabase()
  store = new EgressStore(database.prisma)
  unitOfWork = openUnitOfWork(database.prisma, () => undefined)
})
afterAll(() => database?.drop())

const actor: ServiceActor = { kind: 'service', service: 'test' }
const set = (owner: OwnerColumns, rules: EgressRules) => unitOfWork(actor, (unit) => store.setRules(unit, owner, rules))

async function person(login: string): Promise<OwnerColumns> {
  const id = randomUUID()
  await database.prisma.user.create({ data: { id, login, name: login } })
  return { ownerId: id, teamId: null, workspaceId: null }
}

test('somebody who has set no rules has none, whatever others have set', async () => {
  const [ann, ben] = [await person('ann'), await person('ben')]
  const teamId = randomUUID()
  await database.prisma.team.create({ data: { id: teamId, name: 'writers' } })
  const team = { ownerId: null, teamId, workspaceId: null }
  const limits = [{ host: 'api.example.com', requestsPerMinute: 10, megabytesPerHour: null }]
  const rules: EgressRules = { ...noRules, fallback: 'closed', deny: ['x.example.com'], limits }
  await set(ann, rules)
  expect(await store.rules(ben)).toBeNull()
  expect(await store.rules(team)).toBeNull()
  expect(await store.rules({ ownerId: null, teamId: null, workspaceId: randomUUID() })).toBeNull()
  await set(team, noRules)
  expect(await store.rules(ann)).toEqual(rules)
  expect(await store.rules(team)).toEqual(noRules)
})

test('of several who set the same rules at once each succeeds', async () => {
  const cleo = await person('cleo')
  await Promise.all(
    Array.from({ length: 12 }, (_, index) => set(cleo, { ...noRules, allow: [`h${index}.example.com`] })),
  )
  expect((await store.rules(cleo))?.allow).toHaveLength(1)
  expect(await database.prisma.egressPolicy.count({ where: { ownerId: cleo.ownerId ?? '' } })).toBe(1)
})

test('requests are found by what stands in their host, letter by letter, the newest first', async () => {
  const workspaceId = randomUUID()
  const hosts = ['a_b.example.com', 'axb.example.com', 'a%b.example.com', 'other.test']
  const record = {
    method: 'GET',
    scheme: 'https',
    port: 443,
    path: '/',
    status: 200,
    bytesUp: 5n,
    bytesDown: 2n ** 40n,
    durationMs: 1,
    secrets: [],
    scrubbed: 0,
    redacted: { 'github-pat': 2 },
  }
  await database.prisma.egressRecord.createMany({
    data: [
      ...hosts.map((host, index) => ({
        ...record,
        id: randomUUID(),
        workspaceId,
        host,
        at: new Date(index * 1000),
        outcome: index === 1 ? 'refused:host_refused' : 'passed',
      })),
      {
        ...record,
        id: randomUUID(),
        workspaceId: randomUUID(),
        host: 'a_b.example.com',
        at: new Date(0),
        outcome: 'open',
      },
    ],
  })
  const all = { refused: false, host: null, before: null, limit: 100 }
  const found = async (filter: Partial<CallFilter>) =>
    (await store.records(workspaceId, { ...all, ...filter })).map(({ host }) => host)
  expect(await found({})).toEqual(hosts.toReversed())
  expect(await found({ host: 'A_B' })).toEqual(['a_b.example.com'])
  expect(await found({ host: 'a%b' })).toEqual(['a%b.example.com'])
  expect(await found({ host: '\\' })).toEqual([])
  expect(await found({ refused: true })).toEqual(['axb.example.com'])
  expect(await found({ before: new Date(2000).toISOString(), limit: 1 })).toEqual(['axb.example.com'])
  expect((await store.records(workspaceId, all))[0]).toMatchObject({
    bytesDown: 2n ** 40n,
    redacted: { 'github-pat': 2 },
  })
})
