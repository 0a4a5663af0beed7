import { randomUUID } from 'node:crypto'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FileVersionId, SessionId, UserId, WorkspaceId } from '@arcx/router'
import type { SessionActor } from '@arcx/router'
import { addVersion } from '@arcx/prisma/sql/document-history'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import type { ExecRequest, Execution } from '../runtime/port.ts'
import { openUnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { FileHistory } from './history.ts'
import { HistoryStore } from './store.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database?.drop())

const actor: SessionActor = {
  kind: 'user',
  via: 'session',
  userId: UserId.parse(randomUUID()),
  sessionId: SessionId.parse(randomUUID()),
  login: 'ann',
  name: 'Ann',
  role: 'member',
  tier: 'free',
  status: 'active',
  address: '127.0.0.1',
  requestId: randomUUID(),
}

/** One file whose earlier version is `before`, and which holds `now`. */
async function file(name: string, before: string, now: string, onWrite: () => Promise<number>) {
  const [userId, workspaceId, documentId] = [randomUUID(), WorkspaceId.parse(randomUUID()), randomUUID()]
  await database.prisma.user.create({ data: { id: userId, login: name, name } })
  await database.prisma.workspace.create({ data: { id: workspaceId, ownerId: userId, name, state: 'running' } })
  await database.prisma.document.create({ data: { id: documentId, workspaceId, path: 'a.txt' } })
  await addVersion(database.prisma, { documentId, userId, cause: 'saved', text: before })
  const [version] = await database.prisma.documentVersion.findMany({ where: { documentId } })
  const seen = { holds: now, transactions: [] as number[] }

  /** A container that takes its time: what of the database is held while it does. */
  async function run(_container: unknown, { command }: ExecRequest): Promise<Execution> {
    const [open] = await database.prisma.$queryRaw<{ count: number }[]>`
      SELECT count(*)::int AS "count" FROM pg_stat_activity
      WHERE "datname" = current_database() AND "state" LIKE 'idle in transaction%'`
    seen.transactions.push(open?.count ?? -1)
    const input = new PassThrough()
    const writes = command.length === 6
    const written = writes ? text(input) : null
    const exitCode = writes ? await onWrite() : 0
    return {
      input,
      endInput: () => undefined,
      output: (async function* () {
        if (written === null) yield { stream: 'stdout' as const, bytes: Buffer.from(seen.holds) }
        else if (exitCode === 0) seen.holds = await written
      })(),
      exitCode: async () => exitCode,
      resize: async () => undefined,
      signal: async () => undefined,
      destroy: () => undefined,
    }
  }

  const history = new FileHistory({
    store: new HistoryStore(database.prisma),
    unitOfWork: openUnitOfWork(database.prisma, () => undefined),
    workspaces: { get: async () => undefined, running: async () => ({ workspaceId, incarnation: 1, name }) },
    runtime: { exec: run },
  })
  return {
    seen,
    restore: () => history.restore(actor, workspaceId, FileVersionId.parse(version?.id)),
    causes: async () =>
      (await database.prisma.documentVersion.findMany({ where: { documentId }, orderBy: { at: 'asc' } })).map(
        ({ cause }) => cause,
      ),
    entries: () =>
      database.prisma.auditEntry.count({ where: { action: 'workspace.restore-file', targetId: workspaceId } }),
  }
}

test('no transaction is open while the container reads and writes, and what it will hold is known before it is written', async () => {
  const known: string[][] = []
  const { seen, restore, causes, entries } = await file('slow', 'one\n', 'two\n', async () => {
    known.push(await causes())
    return 0
  })
  expect(await restore()).toBe(true)
  expect(seen).toEqual({ holds: 'one\n', transactions: [0, 0] })
  expect(known).toEqual([['saved', 'disk', 'restored']])
  expect(await entries()).toBe(1)
})

test('where it cannot be written, nothing is said to have been restored', async () => {
  const { seen, restore, causes, entries } = await file('full', 'one\n', 'two\n', async () => 1)
  await expect(restore()).rejects.toMatchObject({ code: 'restore_failed' })
  expect(seen.holds).toBe('two\n')
  expect(await causes()).toEqual(['saved', 'disk'])
  expect(await entries()).toBe(0)
})
