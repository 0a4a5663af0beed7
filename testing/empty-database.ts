import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { testRun } from './run.ts'

export interface EmptyDatabase {
  readonly url: string
  query<R extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<readonly R[]>
  drop(): Promise<void>
}

/** A database with nothing in it, on the run's server. */
export async function createEmptyDatabase(): Promise<EmptyDatabase> {
  const server = testRun().ARCX_TEST_DATABASE_URL
  const name = `test_${randomBytes(6).toString('hex')}`
  await onServer(server, `CREATE DATABASE "${name}"`)
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => undefined)
  return {
    url,
    query: async <R extends pg.QueryResultRow>(sql: string, values: readonly unknown[] = []) =>
      (await pool.query<R>(sql, [...values])).rows,
    async drop() {
      await pool.end()
      await onServer(server, `DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`)
    },
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(statement).finally(() => client.end())
}
