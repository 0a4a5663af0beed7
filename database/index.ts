import { Kysely, PostgresDialect, sql } from 'kysely'
import type { Transaction as KyselyTransaction } from 'kysely'
import pg from 'pg'
import { openPool } from '@arcx/prisma/pool'
import type { PoolOptions } from '@arcx/prisma/pool'
import type { Schema } from './schema.ts'

export type Database = Kysely<Schema>
export type Transaction = KyselyTransaction<Schema>
export type { AnnouncementRow, ApiTokenRow, Schema, WorkspaceRow } from './schema.ts'

/** A pool of connections. `destroy()` closes it. What it throws: see `openPool`. */
export function openDatabase(
  url: string,
  onConnectionError: (error: Error) => void,
  options: PoolOptions = {},
): Database {
  return kyselyOver(openPool(url, onConnectionError, options))
}

export function kyselyOver(pool: pg.Pool): Database {
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
