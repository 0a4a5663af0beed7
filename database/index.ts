import { Kysely, PostgresDialect, sql } from 'kysely'
import type { Transaction as KyselyTransaction } from 'kysely'
import pg from 'pg'
import type { Schema } from './schema.ts'

export type Database = Kysely<Schema>
export type Transaction = KyselyTransaction<Schema>
export type { AnnouncementRow, ApiTokenRow, Schema, WorkspaceRow } from './schema.ts'

/** A pool of connections. `destroy()` closes it. */
export function openDatabase(url: string, onConnectionError: (error: Error) => void, maxConnections = 20): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 5000,
    application_name: 'arcx',
  })
  // A connection that the server closes must not end the process, idle or between two queries of a transaction.
  pool.on('connect', (client) => client.on('error', onConnectionError))
  pool.on('error', () => undefined)
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
}

/** @throws when the database does not answer. */
export async function checkDatabase(database: Database): Promise<void> {
  await sql`SELECT 1`.execute(database)
}

/** Holds PostgreSQL's error codes against one: class 23, unique violation. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === constraint
}
