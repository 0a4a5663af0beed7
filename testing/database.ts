import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { openDatabase } from '@arcx/database'
import type { Database } from '@arcx/database'
import { migrate } from '@arcx/database/migrate'
import { testRun } from './run.ts'

export interface TestDatabase {
  readonly url: string
  readonly database: Database
  drop(): Promise<void>
}

/** An empty database with the present schema, on the run's server. */
export async function createDatabase(): Promise<TestDatabase> {
  const server = testRun().ARCX_TEST_DATABASE_URL
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(server, sql`CREATE DATABASE ${sql.id(name)}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const database = openDatabase(url.href, () => undefined, { maxConnections: 5, work: 'schema' })
  await migrate(database)
  return {
    url: url.href,
    database,
    async drop() {
      await database.destroy()
      await onServer(server, sql`DROP DATABASE IF EXISTS ${sql.id(name)} WITH (FORCE)`)
    },
  }
}

async function onServer(url: string, statement: ReturnType<typeof sql>): Promise<void> {
  const database = openDatabase(url, () => undefined, { maxConnections: 1, work: 'schema' })
  try {
    await statement.execute(database)
  } finally {
    await database.destroy()
  }
}
