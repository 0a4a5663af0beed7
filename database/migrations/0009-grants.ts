import { sql } from 'kysely'
import type { Kysely } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // The identity provider's token of a session, sealed; asked at intervals whether it still stands.
  await sql`
    ALTER TABLE "Session" ADD COLUMN "grant" bytea;
    ALTER TABLE "Session" ADD COLUMN "grantCheckedAt" timestamptz;
    CREATE INDEX "Session_grant" ON "Session" ("grantCheckedAt") WHERE "grant" IS NOT NULL AND "endedAt" IS NULL;
  `.execute(db)
}
