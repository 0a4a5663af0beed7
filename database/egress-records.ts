import { sql } from 'kysely'
import type { Database } from './index.ts'

/**
 * Writes calls of workspaces down, each as it was last told: `json` is an array of them, with the columns' names. As one
 * parameter, since thousands a second come: what each row costs this process is nearly nothing.
 */
export async function writeEgressRecords(database: Database, json: string): Promise<void> {
  await sql`
    INSERT INTO "EgressRecord" ("id", "workspaceId", "userId", "at", "method", "scheme", "host", "port", "path", "outcome", "status", "bytesUp", "bytesDown", "durationMs", "secrets", "scrubbed", "redacted")
    SELECT "id", "workspaceId", "userId", "at", "method", "scheme", "host", "port", "path", "outcome", "status", "bytesUp", "bytesDown", "durationMs", "secrets", "scrubbed", "redacted"
    FROM jsonb_to_recordset(${json}::jsonb) AS told (
      "id" uuid, "workspaceId" uuid, "userId" uuid, "at" timestamptz, "method" text, "scheme" text, "host" text, "port" integer, "path" text, "outcome" text, "status" integer,
      "bytesUp" bigint, "bytesDown" bigint, "durationMs" integer, "secrets" text[], "scrubbed" integer, "redacted" jsonb
    )
    ON CONFLICT ("id") DO UPDATE SET
      "outcome" = excluded."outcome", "status" = excluded."status", "bytesUp" = excluded."bytesUp", "bytesDown" = excluded."bytesDown", "durationMs" = excluded."durationMs",
      "secrets" = excluded."secrets", "scrubbed" = excluded."scrubbed", "redacted" = excluded."redacted"
    -- What is over stays as it is: a journal that is read again may know of its beginning alone.
    WHERE "EgressRecord"."outcome" = 'open'
  `.execute(database)
}
