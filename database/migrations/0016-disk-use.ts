import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** How much room a workspace's files took when they were last measured. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE "Workspace" ADD COLUMN "diskBytes" bigint;
    ALTER TABLE "Workspace" ADD COLUMN "diskFiles" bigint;
  `.execute(db)
}
