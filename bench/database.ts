import { randomBytes, randomUUID } from 'node:crypto'
import pg from 'pg'
import { DocumentStore, updatesOf } from '@arcx/collab/documents/store'
import { ProxyStore } from '@arcx/proxy/store'
import { WorkspaceStore } from '@arcx/server/workspaces/store'
import { createLog } from '@arcx/service-kit/log'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { median } from './table.ts'
import type { Row, Table } from './table.ts'

const rounds = 5
const seconds = 1
const atOnce = 4

interface Query {
  readonly what: string
  prisma(): Promise<unknown>
  bare(pool: pg.Pool): Promise<unknown>
}

/** The queries that are asked most, by Prisma and by bare `pg`, in turns; the same rows, the same number at once. */
export async function benchDatabase(): Promise<Table> {
  const database = await createDatabase()
  const pool = new pg.Pool({ connectionString: database.url, max: 5 })
  try {
    const queries = await prepared(database)
    const rows: Row[] = []
    for (const { what, prisma, bare } of queries) {
      const [ours, theirs]: [number[], number[]] = [[], []]
      for (let round = 0; round < rounds; round += 1) {
        ours.push(await perSecond(prisma))
        theirs.push(await perSecond(() => bare(pool)))
      }
      rows.push({ what, ours: median(ours), peer: median(theirs), unit: 'per second' })
    }
    return { title: `Queries, ${atOnce} at once, ${seconds} s each (median of ${rounds})`, peer: 'bare pg', rows }
  } finally {
    await pool.end()
    await database.drop()
  }
}

async function perSecond(ask: () => Promise<unknown>): Promise<number> {
  await ask()
  const begun = performance.now()
  const end = begun + seconds * 1000
  let count = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (performance.now() < end) {
        await ask()
        count += 1
      }
    }),
  )
  return (count * 1000) / (performance.now() - begun)
}

async function prepared({ prisma, pool }: TestDatabase): Promise<readonly Query[]> {
  const [userId, sessionId, workspaceId, documentId] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  await prisma.user.create({ data: { id: userId, login: 'ann', name: 'Ann' } })
  const later = new Date(Date.now() + 86_400_000)
  await prisma.session.create({
    data: { id: sessionId, userId, address: '192.0.2.1', userAgent: 'x', expiresAt: later, endsAt: later },
  })
  await prisma.workspace.createMany({
    data: Array.from({ length: 20 }, (_, index) => ({
      id: index === 0 ? workspaceId : randomUUID(),
      ownerId: userId,
      name: `row-${index}`,
      state: 'stopped',
    })),
  })
  await prisma.document.create({ data: { id: documentId, workspaceId, path: 'a.ts' } })
  const update = Uint8Array.from(randomBytes(60))
  await prisma.documentUpdate.createMany({
    data: Array.from({ length: 200 }, () => ({ documentId, update, userId })),
  })
  const appended = randomUUID()
  await prisma.document.create({ data: { id: appended, workspaceId, path: 'b.ts' } })
  const store = new ProxyStore(prisma, pool)
  const workspaces = new WorkspaceStore(prisma)
  const documents = new DocumentStore(prisma, createLog('bench', 'fatal'))
  return [
    {
      what: 'a session with its user',
      prisma: () => prisma.session.findUnique({ where: { id: sessionId }, include: { user: true } }),
      bare: (pool) =>
        pool.query(
          'SELECT "Session".*, "User".* FROM "Session" JOIN "User" ON "User"."id" = "Session"."userId" WHERE "Session"."id" = $1',
          [sessionId],
        ),
    },
    {
      what: 'a list of 20 workspaces',
      prisma: () => workspaces.visibleTo(userId),
      bare: (pool) => pool.query(listWorkspaces, [userId]),
    },
    {
      what: '500 records of outgoing requests',
      prisma: () => store.writeRecords(recordsOf(workspaceId)),
      bare: (pool) => pool.query(insertRecords, [recordsOf(workspaceId)]),
    },
    {
      what: 'an update of a text, stored',
      prisma: () => documents.append(appended, [{ update, userId }]),
      bare: (pool) =>
        pool.query('INSERT INTO "DocumentUpdate" ("documentId", "update", "userId") VALUES ($1, $2, $3)', [
          appended,
          Buffer.from(update),
          userId,
        ]),
    },
    {
      what: '200 updates of a text, loaded',
      prisma: () => updatesOf(prisma, documentId),
      bare: (pool) =>
        pool.query(
          'SELECT "sequence", "update" FROM "DocumentUpdate" WHERE "documentId" = $1 AND NOT "isUnusable" ORDER BY "sequence"',
          [documentId],
        ),
    },
  ]
}

const recordsOf = (workspaceId: string): string =>
  JSON.stringify(
    Array.from({ length: 500 }, () => ({
      id: randomUUID(),
      workspaceId,
      userId: null,
      at: new Date().toISOString(),
      method: 'GET',
      scheme: 'https',
      host: 'registry.example.org',
      port: 443,
      path: '/a/path',
      outcome: 'passed',
      status: 200,
      bytesUp: 100,
      bytesDown: 4000,
      durationMs: 12,
      secrets: [],
      scrubbed: 0,
      redacted: {},
    })),
  )

const listWorkspaces = `
  SELECT "Workspace".*, NULL AS "role" FROM "Workspace" WHERE "ownerId" = $1
  UNION ALL
  SELECT "Workspace".*, "Membership"."role" FROM "Membership" JOIN "Workspace" ON "Workspace"."teamId" = "Membership"."teamId"
  WHERE "Membership"."userId" = $1
  ORDER BY "name"`

const insertRecords = `
  INSERT INTO "EgressRecord" ("id", "workspaceId", "userId", "at", "method", "scheme", "host", "port", "path", "outcome", "status", "bytesUp", "bytesDown", "durationMs", "secrets", "scrubbed", "redacted")
  SELECT "id", "workspaceId", "userId", "at", "method", "scheme", "host", "port", "path", "outcome", "status", "bytesUp", "bytesDown", "durationMs", "secrets", "scrubbed", "redacted"
  FROM jsonb_to_recordset($1::jsonb) AS told (
    "id" uuid, "workspaceId" uuid, "userId" uuid, "at" timestamptz, "method" text, "scheme" text, "host" text, "port" integer, "path" text, "outcome" text, "status" integer,
    "bytesUp" bigint, "bytesDown" bigint, "durationMs" integer, "secrets" text[], "scrubbed" integer, "redacted" jsonb
  )
  ON CONFLICT ("id") DO UPDATE SET "outcome" = excluded."outcome" WHERE "EgressRecord"."outcome" = 'open'`
