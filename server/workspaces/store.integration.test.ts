import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import type { ServiceActor } from '@arcx/router'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { openUnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import { NameTaken, WorkspaceStore } from './store.ts'

let database: TestDatabase
let store: WorkspaceStore
beforeAll(async () => {
  database = await createDatabase()
  store = new WorkspaceStore(database.prisma)
})
afterAll(() => database?.drop())

const actor: ServiceActor = { kind: 'service', service: 'test' }
const within = <T>(work: (unit: Unit) => Promise<T>) => openUnitOfWork(database.prisma, () => undefined)(actor, work)

async function person(login: string): Promise<string> {
  const id = randomUUID()
  await database.prisma.user.create({ data: { id, login, name: login } })
  return id
}

async function row(name: string, whose: { ownerId: string } | { teamId: string }): Promise<WorkspaceId> {
  const id = WorkspaceId.parse(randomUUID())
  await database.prisma.workspace.create({ data: { id, name, state: 'stopped', ...whose } })
  return id
}

test('somebody’s list holds their own and their teams’ workspaces by name, with their role, and nobody else’s', async () => {
  const [ann, ben, nobody] = [await person('ann'), await person('ben'), await person('nobody')]
  const [theirs, others] = [randomUUID(), randomUUID()]
  await database.prisma.team.createMany({
    data: [
      { id: theirs, name: 'theirs' },
      { id: others, name: 'others' },
    ],
  })
  await database.prisma.membership.createMany({
    data: [
      { teamId: theirs, userId: ann, role: 'viewer' },
      { teamId: theirs, userId: ben, role: 'owner' },
      { teamId: others, userId: ben, role: 'owner' },
    ],
  })
  await row('c-own', { ownerId: ann })
  await row('b-team', { teamId: theirs })
  await row('a-other-team', { teamId: others })
  await row('d-of-ben', { ownerId: ben })
  const list = async (userId: string) => (await store.visibleTo(userId)).rows.map(({ name, role }) => `${name} ${role}`)
  expect(await list(ann)).toEqual(['b-team viewer', 'c-own null'])
  expect(await list(ben)).toEqual(['a-other-team owner', 'b-team owner', 'd-of-ben null'])
  expect(await list(nobody)).toEqual([])
  const [, own] = (await store.visibleTo(ann)).rows
  expect(own).toEqual({ ...(await store.byName('c-own')), role: null, version: expect.any(String) })
})

test('the version of what somebody sees is another after each change of it, whoever makes it, and of nothing else', async () => {
  const [cora, dan] = [await person('cora'), await person('dan')]
  const teamId = randomUUID()
  await database.prisma.team.create({ data: { id: teamId, name: 'cora-and-dan' } })
  const own = await row('own-of-cora', { ownerId: cora })
  const ofTeam = await row('of-cora-and-dan', { teamId })
  const { membership, workspace } = database.prisma
  const versions = async () => {
    const both = await store.versionsOf([cora, dan])
    for (const userId of [cora, dan]) expect((await store.visibleTo(userId)).version).toBe(both.get(userId))
    return { cora: both.get(cora), dan: both.get(dan) }
  }
  const changes: readonly [string, () => Promise<unknown>, 'cora' | 'both'][] = [
    ['joined', () => membership.create({ data: { teamId, userId: cora, role: 'owner' } }), 'cora'],
    ['role', () => membership.updateMany({ where: { teamId, userId: cora }, data: { role: 'viewer' } }), 'cora'],
    ['activity', () => store.active(own, new Date()), 'cora'],
    [
      'state',
      () => within((unit) => store.change(unit, { id: own, from: ['stopped'] }, { state: 'starting' })),
      'cora',
    ],
    ['name', () => within((unit) => store.change(unit, { id: own, from: ['starting'] }, { name: 'cora-s' })), 'cora'],
    ['disk', () => within((unit) => store.noteDiskUse(unit, own, { bytes: 1, files: 1 })), 'cora'],
    ['the same again', () => workspace.updateMany({ where: { id: own }, data: { name: 'cora-s' } }), 'cora'],
    ['created', () => row('another-of-cora', { ownerId: cora }), 'cora'],
    ['the other joined', () => membership.create({ data: { teamId, userId: dan, role: 'admin' } }), 'both'],
    ['of a team', () => store.active(ofTeam, new Date()), 'both'],
    ['removed', () => workspace.deleteMany({ where: { id: own } }), 'cora'],
    ['left', () => membership.deleteMany({ where: { teamId, userId: cora } }), 'cora'],
  ]
  let before = await versions()
  expect(await versions()).toEqual(before)
  for (const [what, change, whose] of changes) {
    await change()
    const after = await versions()
    expect(after.cora === before.cora, `${what}: cora`).toBe(what === 'the other joined')
    expect(after.dan === before.dan, `${what}: dan`).toBe(whose !== 'both')
    before = after
  }
  expect([...(await store.versionsOf([randomUUID()])).values()]).toEqual([''])
})

test('a change meets only the row that is meant, and counts as one', async () => {
  const id = await row('changed', { ownerId: await person('owner') })
  const change = (from: readonly ('stopped' | 'running')[], incarnation?: number) =>
    within((unit) => store.change(unit, { id, from, incarnation }, { state: 'starting', isNextIncarnation: true }))
  expect(await change(['running'])).toBeNull()
  expect(await change(['stopped'], 5)).toBeNull()
  expect(await change(['stopped'], 0)).toMatchObject({ state: 'starting', incarnation: 1, revision: 2n })
  expect(await change(['stopped'], 0)).toBeNull()
})

test('a name that is taken is said so, and what was done in the same unit is undone', async () => {
  const ownerId = await person('names')
  const id = await row('mine', { ownerId })
  await row('taken', { ownerId })
  const done = within(async (unit) => {
    await store.change(unit, { id, from: ['stopped'] }, { reason: 'undone' })
    await store.change(unit, { id, from: ['stopped'] }, { name: 'taken' })
  })
  await expect(done).rejects.toThrow(NameTaken)
  expect(await store.byId(id)).toMatchObject({ name: 'mine', reason: null, revision: 1n })
})
