import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UserId, WorkspaceId } from '@arcx/router'
import type { SessionActor } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { Envelopes } from '@arcx/service-kit/envelopes'
import { createDatabase } from '@arcx/testing/database'
import { Owners } from '../egress/owners.ts'
import { openUnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { Secrets } from './secrets.ts'
import { SecretStore } from './store.ts'

let database: Database
let drop: () => Promise<void>
beforeAll(async () => {
  ;({ prisma: database, drop } = await createDatabase())
})
afterAll(() => drop?.())

const key = () => randomBytes(32).toString('hex')
const value = 'sk-live-abcdefghijklmnop'

async function somebody() {
  const [userId, workspaceId] = [UserId.parse(randomUUID()), WorkspaceId.parse(randomUUID())]
  await database.user.create({ data: { id: userId, login: `u-${userId.slice(0, 8)}`, name: 'Somebody' } })
  await database.workspace.create({
    data: { id: workspaceId, ownerId: userId, name: `w-${workspaceId.slice(0, 8)}`, state: 'stopped' },
  })
  const actor: SessionActor = {
    kind: 'user',
    via: 'session',
    userId,
    sessionId: randomUUID(),
    login: 'somebody',
    tier: 'free',
    isAdmin: false,
    origin: { address: '127.0.0.1', userAgent: null },
  } as never
  const owners = new Owners({
    teamsOf: async () => new Map(),
    workspaceOf: async (id) => ({ id, ownerId: userId, teamId: null, createdById: userId }),
  })
  return {
    actor,
    userId,
    workspaceId,
    secretsWith: (envelopes: Envelopes) =>
      new Secrets({
        store: new SecretStore(database),
        unitOfWork: openUnitOfWork(database, () => undefined),
        envelopes,
        owners,
      }),
  }
}

const sealedOf = async (id: string) =>
  (await database.secret.findUniqueOrThrow({ where: { id }, select: { sealed: true } })).sealed

test('the deployment’s key is changed: at the next start each secret is sealed under the new one, and the old one opens none', async () => {
  const [old, now] = [key(), key()]
  const { actor, secretsWith } = await somebody()
  const before = await secretsWith(new Envelopes(old)).set(actor, {
    owner: { kind: 'self' },
    name: 'KEY',
    value,
    hosts: ['api.example.com'],
    places: [],
  })
  const between = secretsWith(new Envelopes(now, [old]))
  expect(await between.renewSeals()).toBe(1)
  expect(await between.renewSeals()).toBe(0)
  const sealed = await sealedOf(before.id)
  expect(new Envelopes(now).open(sealed, before.id)).toBe(value)
  expect(new Envelopes(old).open(sealed, before.id)).toBeNull()
  const [after] = await between.list(actor, { kind: 'self' })
  expect(after).toEqual(before)
})

test('what neither key opens is left as it is', async () => {
  const { actor, secretsWith } = await somebody()
  const { id } = await secretsWith(new Envelopes(key())).set(actor, {
    owner: { kind: 'self' },
    name: 'KEY',
    value,
    hosts: ['api.example.com'],
    places: [],
  })
  const before = await sealedOf(id)
  await secretsWith(new Envelopes(key(), [key()])).renewSeals()
  expect(await sealedOf(id)).toEqual(before)
})

test('a workspace’s own secret comes before its person’s of the same name, and goes with the workspace', async () => {
  const { actor, userId, workspaceId, secretsWith } = await somebody()
  const secrets = secretsWith(new Envelopes(key()))
  const mine = await secrets.set(actor, {
    owner: { kind: 'self' },
    name: 'KEY',
    value,
    hosts: ['api.example.com'],
    places: [],
  })
  const own = await secrets.set(actor, {
    owner: { kind: 'workspace', workspaceId },
    name: 'KEY',
    value,
    hosts: ['api.example.org'],
    places: ['header'],
  })
  expect(own).toMatchObject({ workspaceId, places: ['header'] })
  expect(own.placeholder).not.toBe(mine.placeholder)
  expect(await secrets.environmentOf({ id: workspaceId, ownerId: userId, teamId: null })).toEqual({
    KEY: own.placeholder,
  })
  expect(await secrets.environmentOf({ id: randomUUID(), ownerId: userId, teamId: null })).toEqual({
    KEY: mine.placeholder,
  })
  expect(await secrets.list(actor, { kind: 'workspace', workspaceId })).toEqual([own])
  await database.workspace.delete({ where: { id: workspaceId } })
  expect(await database.secret.count({ where: { id: own.id } })).toBe(0)
})

test('another grant leaves the value and its placeholder as they are', async () => {
  const { actor, secretsWith } = await somebody()
  const envelopes = new Envelopes(key())
  const secrets = secretsWith(envelopes)
  const { id, placeholder } = await secrets.set(actor, {
    owner: { kind: 'self' },
    name: 'KEY',
    value,
    hosts: ['api.example.com'],
    places: [],
  })
  expect(await secrets.grants(actor, id, ['*.example.org'], ['basic'])).toMatchObject({
    placeholder,
    hosts: ['*.example.org'],
    places: ['basic'],
  })
  expect(envelopes.open(await sealedOf(id), id)).toBe(value)
  const other = await somebody()
  await expect(other.secretsWith(envelopes).grants(other.actor, id, ['*.example.org'], [])).rejects.toThrow(
    'no such secret',
  )
})

test('of several who set a secret of the same name at once, each succeeds and there is one', async () => {
  const { actor, secretsWith } = await somebody()
  const secrets = secretsWith(new Envelopes(key()))
  await Promise.all(
    Array.from({ length: 8 }, () =>
      secrets.set(actor, { owner: { kind: 'self' }, name: 'KEY', value, hosts: ['api.example.com'], places: [] }),
    ),
  )
  expect(await secrets.list(actor, { kind: 'self' })).toHaveLength(1)
})

test('nobody finds another’s secrets among their own', async () => {
  const [ann, ben] = await Promise.all([somebody(), somebody()])
  const envelopes = new Envelopes(key())
  const [ofAnn, ofBen] = [ann.secretsWith(envelopes), ben.secretsWith(envelopes)]
  const wanted = { owner: { kind: 'self' }, name: 'KEY', value, hosts: ['api.example.com'], places: [] } as const
  const kept = await ofAnn.set(ann.actor, { ...wanted, hosts: [...wanted.hosts], places: [] })
  expect(await ofBen.list(ben.actor, { kind: 'self' })).toEqual([])
  expect(await ofBen.environmentOf({ id: ben.workspaceId, ownerId: ben.userId, teamId: null })).toEqual({})
  expect(await ofBen.environmentOf({ id: randomUUID(), ownerId: null, teamId: randomUUID() })).toEqual({})
  expect(await ofAnn.list(ann.actor, { kind: 'self' })).toEqual([kept])
})
