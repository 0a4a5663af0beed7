import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { SessionId, UserId, WorkspaceId } from '@arcx/router'
import type { SessionActor } from '@arcx/router'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { openUnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { Egress } from './egress.ts'
import { Owners } from './owners.ts'
import { EgressStore } from './store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database?.drop())

test('of many pages that watch a workspace’s requests, however many it makes, what was written down is read once', async () => {
  const [userId, workspaceId] = [UserId.parse(randomUUID()), WorkspaceId.parse(randomUUID())]
  await database.prisma.user.create({ data: { id: userId, login: 'ann', name: 'Ann' } })
  await database.prisma.workspace.create({
    data: { id: workspaceId, ownerId: userId, createdById: userId, name: 'busy', state: 'running' },
  })
  const actor: SessionActor = {
    kind: 'user',
    via: 'session',
    userId,
    sessionId: SessionId.parse(randomUUID()),
    login: 'ann',
    name: 'Ann',
    role: 'member',
    tier: 'team',
    status: 'active',
    address: '127.0.0.1',
    requestId: 'test',
  }
  const store = new EgressStore(database.prisma)
  let reads = 0
  const heard = new Set<(ids: readonly string[] | null) => void>()
  const egress = new Egress(
    {
      rules: (owner) => store.rules(owner),
      setRules: (unit, owner, rules) => store.setRules(unit, owner, rules),
      records: (id, filter) => ((reads += 1), store.records(id, filter)),
    },
    openUnitOfWork(database.prisma, () => undefined),
    new Owners({
      teamsOf: async () => new Map(),
      workspaceOf: async (id) => (await database.prisma.workspace.findUnique({ where: { id } })) ?? undefined,
    }),
    (_id, hear) => {
      heard.add(hear)
      return () => heard.delete(hear)
    },
  )
  const over = new AbortController()
  const pages = Array.from({ length: 50 }, () =>
    egress.onCalls(actor, workspaceId, { refused: false, host: null, limit: 50 }, over.signal)[Symbol.asyncIterator](),
  )
  const next = () => Promise.all(pages.map(async (page) => (await page.next()).value?.data))
  for (const each of await next()) expect(each).toEqual({ type: 'snapshot', calls: [] })
  const before = reads
  const ids = [randomUUID(), randomUUID()]
  const coming = next()
  await database.prisma.egressRecord.createMany({
    data: ids.map((id) => ({
      id,
      workspaceId,
      userId,
      at: new Date(),
      method: 'GET',
      scheme: 'https',
      host: 'example.com',
      port: 443,
      path: '/',
      outcome: 'passed',
      status: 200,
      bytesUp: 1n,
      bytesDown: 1n,
      durationMs: 1,
      secrets: [],
      scrubbed: 0,
      redacted: {},
    })),
  })
  for (const hear of heard) hear(ids)
  for (const each of await coming)
    expect(each).toMatchObject({
      type: 'changed',
      calls: [{ url: 'https://example.com/' }, { url: 'https://example.com/' }],
    })
  expect(reads - before).toBe(1)
  over.abort()
})
