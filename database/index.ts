import { Kysely, PostgresDialect, sql } from 'kysely'
import type { Transaction as KyselyTransaction } from 'kysely'
import pg from 'pg'
import { timeLimits } from './limits.ts'
import type { TimeLimits, Work } from './limits.ts'
import { BoundedPool } from './pool.ts'
import type { Schema } from './schema.ts'

export type Database = Kysely<Schema>
export type Transaction = KyselyTransaction<Schema>
export type { AnnouncementRow, ApiTokenRow, Schema, WorkspaceRow } from './schema.ts'

export interface DatabaseOptions {
  readonly maxConnections?: number
  /** What it is for, which decides how long anything may take. */
  readonly work?: Work
}

/**
 * A pool of connections. `destroy()` closes it. Where the database is away or too busy, whatever is asked of it throws
 * an `ArcError` `database_unavailable`, within the time limits of its kind of work.
 */
export function openDatabase(
  url: string,
  onConnectionError: (error: Error) => void,
  { maxConnections = 20, work = 'request' }: DatabaseOptions = {},
): Database {
  const limits: TimeLimits = timeLimits[work]
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: limits.connectMs,
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
    keepAlive: true,
    application_name: 'arcx',
  })
  // A connection that the server closes must not end the process, idle or between two queries of a transaction.
  pool.on('connect', (client) => client.on('error', onConnectionError))
  pool.on('error', () => undefined)
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool: new BoundedPool(pool, limits.answerMs) }) })
}

/** @throws when the database does not answer. */
export async function checkDatabase(database: Database): Promise<void> {
  await sql`SELECT 1`.execute(database)
}

/** Holds PostgreSQL's error codes against one: class 23, unique violation. */
export function isUniqueViolation(error: unknown, constraint: string): boolean {
  return error instanceof pg.DatabaseError && error.code === '23505' && error.constraint === constraint
}
