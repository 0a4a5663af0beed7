import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, expect, test, vi } from 'vitest'
import { createEmptyDatabase } from '@arcx/testing/empty-database'
import type { EmptyDatabase } from '@arcx/testing/empty-database'
import { UnknownMigrations, migrate } from './migrate.ts'

/** Databases with rows in every table, as earlier versions made and migrated them with Kysely. */
const directory = join(import.meta.dirname, 'upgrades')
const dumps = (await readdir(directory)).toSorted()
const migrations = (await readdir(join(import.meta.dirname, 'migrations')))
  .filter((name) => /^\d{4}_/.test(name))
  .toSorted()

const databases: EmptyDatabase[] = []
afterEach(async () => {
  await Promise.all(databases.splice(0).map((database) => database.drop()))
})

async function created(): Promise<EmptyDatabase> {
  const database = await createEmptyDatabase()
  databases.push(database)
  return database
}

async function restored(dump: string): Promise<EmptyDatabase> {
  const database = await created()
  await database.query(await readFile(join(directory, dump), 'utf8'))
  return database
}

const names = async (database: EmptyDatabase): Promise<readonly string[]> =>
  (
    await database.query<{ name: string }>(
      `SELECT relname AS "name" FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    )
  ).map(({ name }) => name)

const isData = (name: string) => !name.includes('migration')

/** Every row of every table, as JSON with the text form of each value. */
async function contents(
  database: EmptyDatabase,
): Promise<Readonly<Record<string, readonly Record<string, unknown>[]>>> {
  const tables = (await names(database)).filter(isData)
  return Object.fromEntries(
    await Promise.all(
      tables.map(async (table) => {
        const rows = await database.query<{ row: Record<string, unknown> }>(
          `SELECT to_jsonb("${table}") AS "row" FROM "${table}" ORDER BY to_jsonb("${table}")::text`,
        )
        return [table, rows.map(({ row }) => row)] as const
      }),
    ),
  )
}

/** What becomes of a row; anything else stays as it is. */
function carriedOver(table: string, row: Record<string, unknown>): Record<string, unknown> {
  if (table === 'ApiToken') {
    const { workspaceIds } = row
    return { ...row, workspaceIds: workspaceIds ?? [], allWorkspaces: workspaceIds === null }
  }
  if (table !== 'User') return row
  const { standing: status = 'active', ...rest } = row
  return { ...rest, status }
}

/** Columns, constraints and indexes, each as PostgreSQL words it. */
async function structure(database: EmptyDatabase): Promise<readonly string[]> {
  const rows = await database.query<{ part: string }>(`
    SELECT format('%s.%s %s %s %s %s', attrelid::regclass, attname, format_type(atttypid, atttypmod), attnotnull, attidentity, pg_get_expr(adbin, adrelid)) AS "part"
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
    ORDER BY 1`)
  return rows.map(({ part }) => part)
}

test('there are dumps of the first version and of the last one before Prisma', () => {
  expect(dumps).toEqual(expect.arrayContaining(['0001.sql', '0017.sql']))
})

test.each(dumps)('a database that an earlier version made is taken over with all that it holds: %s', async (dump) => {
  const [database, fresh] = await Promise.all([restored(dump), created()])
  const before = await contents(database)
  expect(Object.values(before).every((rows) => rows.length > 0)).toBe(true)
  const [applied] = await Promise.all([migrate(database.url), migrate(fresh.url)])
  expect(applied.every((name) => Number(name.slice(0, 4)) > Number(dump.slice(0, 4)))).toBe(true)
  const after = await contents(database)
  for (const [table, rows] of Object.entries(before)) {
    expect(after[table], table).toHaveLength(rows.length)
    expect(after[table], table).toEqual(
      expect.arrayContaining(rows.map((row) => expect.objectContaining(carriedOver(table, row)))),
    )
  }
  expect(await structure(database)).toEqual(await structure(fresh))
  expect((await names(database)).filter((name) => !isData(name))).toEqual(['_prisma_migrations'])
  expect(await migrate(database.url)).toEqual([])
})

test('a token for all workspaces stays one for all, and one for some or for none does not become one', async () => {
  const database = await restored('0017.sql')
  await migrate(database.url)
  const tokens = await database.query(
    'SELECT "name", "allWorkspaces" AS "all", cardinality("workspaceIds") AS "listed" FROM "ApiToken" ORDER BY "name"',
  )
  expect(tokens).toEqual([
    { name: 'bound', all: false, listed: 1 },
    { name: 'ci', all: true, listed: 0 },
    { name: 'none', all: false, listed: 0 },
  ])
  await expect(database.query(`UPDATE "ApiToken" SET "allWorkspaces" = true WHERE "name" = 'bound'`)).rejects.toThrow(
    'ApiToken_all_or_listed',
  )
})

test('a number that is given to a new row follows those of the rows that were there', async () => {
  const database = await restored('0017.sql')
  await migrate(database.url)
  const [row] = await database.query<{ id: string }>(
    `INSERT INTO "OutboxEvent" ("subject", "payload") VALUES ('a', '{}') RETURNING "id"`,
  )
  expect(Number(row?.id)).toBe(6)
})

test('a start that is killed in the midst of it leaves the database as it was, and the next one brings it up to date', async () => {
  const database = await restored('0014.sql')
  const before = [await names(database), await contents(database)]
  const holder = new pg.Client({ connectionString: database.url })
  await holder.connect()
  // One of the last migrations waits for that, with all before it done.
  await holder.query('BEGIN; LOCK TABLE "DocumentUpdate"')
  const start = spawn(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { migrate } from ${JSON.stringify(join(import.meta.dirname, 'migrate.ts'))}; await migrate(${JSON.stringify(database.url)})`,
  ])
  const ended = once(start, 'exit')
  await vi.waitFor(
    async () => {
      const waiting = await database.query(
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%isUnusable%' AND datname = current_database()`,
      )
      expect(waiting.length).toBe(1)
    },
    { timeout: 20_000 },
  )
  start.kill('SIGKILL')
  await ended
  await holder.query('COMMIT')
  await holder.end()
  await vi.waitFor(async () => {
    expect(
      await database.query(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = 'arcx-migrate' AND datname = current_database()`,
      ),
    ).toEqual([])
  })
  expect([await names(database), await contents(database)]).toEqual(before)
  expect(await migrate(database.url)).toEqual(migrations.slice(14))
})

test('several that start at once apply each migration once', async () => {
  const database = await created()
  const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)))
  expect(applied.map(({ length }) => length).toSorted()).toEqual([0, 0, 0, migrations.length])
})

test('a database that a newer version has migrated is left alone, and the error says what to start', async () => {
  const database = await created()
  await migrate(database.url)
  await database.query(
    `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at") VALUES ('1', 'a', '9999_later', now())`,
  )
  await expect(migrate(database.url)).rejects.toThrow(/9999_later.*newer arcx/)
  await expect(migrate(database.url)).rejects.toBeInstanceOf(UnknownMigrations)
})

test('a migration that was changed after it had been applied is refused', async () => {
  const database = await created()
  await migrate(database.url)
  await database.query(
    `UPDATE "_prisma_migrations" SET "checksum" = 'other' WHERE "migration_name" = '0003_audit_chain'`,
  )
  await expect(migrate(database.url)).rejects.toThrow('0003_audit_chain was changed')
})
