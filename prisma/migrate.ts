import { createHash, randomUUID } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'

/** What the Prisma CLI locks while it migrates, so that neither works beside the other. */
const migrationLock = 72_707_369

/** The applied migrations differ from those that are here: this database was made by a newer version, or by another product. */
export class UnknownMigrations extends Error {
  override readonly name = 'UnknownMigrations'
}

interface Migration {
  readonly name: string
  readonly sql: string
  /** SHA-256 of the file, as hexadecimal digits. */
  readonly checksum: string
}

/** The table as Prisma’s schema engine makes it. */
const historyTable = `
  CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL,
    "checksum" VARCHAR(64) NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "migration_name" VARCHAR(255) NOT NULL,
    "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ,
    "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
    "applied_steps_count" INTEGER NOT NULL DEFAULT 0
  )`

/**
 * Brings the database at `url` up to date, and returns the names of the migrations that it applied. All of it is one
 * transaction: whoever is killed in between leaves the database as it was. Several processes may call it at once: one
 * works, the others wait. A database that was made before Prisma (by Kysely) is taken over as it is.
 * @throws UnknownMigrations where the database is not one that these migrations lead to.
 */
export async function migrate(
  url: string,
  directory = join(import.meta.dirname, 'migrations'),
): Promise<readonly string[]> {
  const migrations = await readMigrations(directory)
  const client = new pg.Client({ connectionString: url, application_name: 'arcx-migrate' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock])
    await client.query(historyTable)
    await adoptKysely(client, migrations)
    const applied = await appliedMigrations(client, migrations)
    const missing = migrations.filter(({ name }) => !applied.has(name))
    for (const migration of missing) {
      await client.query(migration.sql)
      await record(client, migration)
    }
    await client.query('COMMIT')
    return missing.map(({ name }) => name)
  } finally {
    await client.end()
  }
}

/** Each folder is a migration; they are applied in the order of their names. */
async function readMigrations(directory: string): Promise<readonly Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true })
  const names = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).toSorted()
  return await Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(directory, name, 'migration.sql'), 'utf8')
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}

/** The names of those that are applied already. */
async function appliedMigrations(client: pg.Client, migrations: readonly Migration[]): Promise<ReadonlySet<string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; is_finished: boolean }>(
    `SELECT "migration_name", "checksum", "finished_at" IS NOT NULL AS "is_finished"
     FROM "_prisma_migrations" WHERE "rolled_back_at" IS NULL`,
  )
  const known = new Map(migrations.map(({ name, checksum }) => [name, checksum]))
  for (const { migration_name: name, checksum, is_finished: isFinished } of rows) {
    if (!known.has(name))
      throw new UnknownMigrations(
        `The database has the migration ${name}, which this version does not know: a newer arcx made it. Start that one.`,
      )
    if (known.get(name) !== checksum)
      throw new UnknownMigrations(`The migration ${name} was changed after it had been applied.`)
    if (!isFinished)
      throw new UnknownMigrations(
        `The migration ${name} was begun by other means and did not end. See prisma migrate resolve.`,
      )
  }
  return new Set(rows.map((row) => row.migration_name))
}

/** Kysely’s migrations had the same content, under names with hyphens. */
async function adoptKysely(client: pg.Client, migrations: readonly Migration[]): Promise<void> {
  const found = await client.query<{ exists: boolean }>(
    `SELECT to_regclass('kysely_migration') IS NOT NULL AS "exists"`,
  )
  if (found.rows[0]?.exists !== true) return
  const { rows } = await client.query<{ name: string }>('SELECT "name" FROM "kysely_migration" ORDER BY "name"')
  const known = new Map(migrations.map((migration) => [migration.name, migration]))
  for (const { name } of rows) {
    const migration = known.get(name.replaceAll('-', '_'))
    if (migration === undefined)
      throw new UnknownMigrations(`The database has the migration ${name}, which this version does not know.`)
    await record(client, migration)
  }
  await client.query('DROP TABLE "kysely_migration", "kysely_migration_lock"')
}

async function record(client: pg.Client, { name, checksum }: Migration): Promise<void> {
  await client.query(
    `INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at", "applied_steps_count")
     VALUES ($1, $2, $3, now(), 1)`,
    [randomUUID(), checksum, name],
  )
}
