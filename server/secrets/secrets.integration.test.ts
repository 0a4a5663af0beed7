import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { UserId, WorkspaceId } from '@arcx/router'
import type { SessionActor } from '@arcx/router'
import type { Database } from '@arcx/database'
import { Envelopes } from '@arcx/service-kit/envelopes'
import { createDatabase } from '@arcx/testing/database'
import { Holders } from '../egress/holders.ts'
import { Secrets } from './secrets.ts'

let database: Database
let drop: () => Promise<void>
beforeAll(async () => {
  ;({ database, drop } = await createDatabase())
})
afterAll(() => drop?.())

const key = () => randomBytes(32).toString('hex')
const value = 'sk-live-abcdefghijklmnop'

async function somebody() {
  const [userId, workspaceId] = [UserId.parse(randomUUID()), WorkspaceId.parse(randomUUID())]
  await database
    .insertInto('User')
    .values({ id: userId, login: `u-${userId.slice(0, 8)}`, name: 'Somebody' })
    .execute()
  await database
    .insertInto('Workspace')
    .values({
      id: workspaceId,
      ownerId: userId,
      name: `w-${workspaceId.slice(0, 8)}`,
      state: 'stopped',
      step: null,
      reason: null,
    })
    .execute()
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
  const holders = new Holders({
    teamsOf: async () => new Map(),
    workspaceOf: async (id) => ({ id, ownerId: userId, teamId: null, createdById: userId }),
  })
  return {
    actor,
    userId,
    workspaceId,
    secretsWith: (envelopes: Envelopes) => new Secrets({ database, envelopes, holders }),
  }
}

test('the deployment’s key is changed: at the next start each secret is sealed under the new one, and the old one opens none', async () => {
  const [old, now] = [key(), key()]
  const { actor, secretsWith } = await somebody()
  const before = await secretsWith(new Envelopes(old)).set(actor, {
    holder: { kind: 'self' },
    name: 'KEY',
    value,
    hosts: ['api.example.com'],
    places: [],
  })
  const between = secretsWith(new Envelopes(now, [old]))
  expect(await between.renewSeals()).toBe(1)
  expect(await between.renewSeals()).toBe(0)
  const { sealed } = await database
    .selectFrom('Secret')
    .select('sealed')
    .where('id', '=', before.id)
    .executeTakeFirstOrThrow()
  expect(new Envelopes(now).open(sealed, before.id)).toBe(value)
  expect(new Envelopes(old).open(sealed, before.id)).toBeNull()
  const [after] = await between.list(actor, { kind: 'self' })
  expect(after).toEqual(before)
})

test('what neither key opens is left as it is', async () => {
  const { actor, secretsWith } = await somebody()
  const { id } = await secretsWith(new Envelopes(key())).set(actor, {
    holder: { kind: 'self' },
    name: 'KEY',
    value,
    hosts: ['api.example.com'],
    places: [],
  })
  const before = await database.selectFrom('Secret').select('sealed').where('id', '=', id).executeTakeFirstOrThrow()
  await secretsWith(new Envelopes(key(), [key()])).renewSeals()
  expect(await database.selectFrom('Secret').select('sealed').where('id', '=', id).executeTakeFirstOrThrow()).toEqual(
    before,
  )
})

test('a workspace’s own secret comes before its person’s of the same name, and goes with the workspace', async () => {
  const { actor, userId, workspaceId, secretsWith } = await somebody()
  const secrets = secretsWith(new Envelopes(key()))
  const mine = await secrets.set(actor, {
    holder: { kind: 'self' },
    name: 'KEY',
    value,
    hosts: ['api.example.com'],
    places: [],
  })
  const own = await secrets.set(actor, {
    holder: { kind: 'workspace', workspaceId },
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
  await database.deleteFrom('Workspace').where('id', '=', workspaceId).execute()
  expect(await database.selectFrom('Secret').select('id').where('id', '=', own.id).execute()).toEqual([])
})

test('another grant leaves the value and its placeholder as they are', async () => {
  const { actor, secretsWith } = await somebody()
  const envelopes = new Envelopes(key())
  const secrets = secretsWith(envelopes)
  const { id, placeholder } = await secrets.set(actor, {
    holder: { kind: 'self' },
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
  const { sealed } = await database.selectFrom('Secret').select('sealed').where('id', '=', id).executeTakeFirstOrThrow()
  expect(envelopes.open(sealed, id)).toBe(value)
  const other = await somebody()
  await expect(other.secretsWith(envelopes).grants(other.actor, id, ['*.example.org'], [])).rejects.toThrow(
    'no such secret',
  )
})
