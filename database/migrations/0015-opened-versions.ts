import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What a file held when it was first opened is nobody's writing. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    ALTER TABLE "DocumentVersion" DROP CONSTRAINT "DocumentVersion_cause_check";
    ALTER TABLE "DocumentVersion" ADD CONSTRAINT "DocumentVersion_cause_check" CHECK ("cause" IN ('opened', 'saved', 'disk', 'restored'));
  `.execute(db)
}
