import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What was stored of a text and turned out to be of no use: it is kept, and not read any more. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE "DocumentUpdate" ADD "isUnusable" boolean NOT NULL DEFAULT false`.execute(db)
}
