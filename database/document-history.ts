import { sql } from 'kysely'
import type { Database, Transaction } from './index.ts'

/** Somebody's writing in one text, without a long pause; `userId` null for the file itself, written by a program. */
export interface DocumentChangeRow {
  readonly documentId: string
  readonly path: string
  readonly userId: string | null
  readonly firstAt: Date
  readonly lastAt: Date
  readonly updates: number
}

/** Takes updates out of a text's tail, by their sequences, and keeps who wrote them when. */
export async function foldUpdates(transaction: Transaction, documentId: string, sequences: readonly string[]): Promise<void> {
  await sql`
    WITH "folded" AS (DELETE FROM "DocumentUpdate" WHERE "documentId" = ${documentId} AND "sequence" = ANY(${sequences}::bigint[]) RETURNING "userId", "at")
    INSERT INTO "DocumentChange" ("documentId", "userId", "firstAt", "lastAt", "updates")
    SELECT ${documentId}::uuid, "userId", min("at"), max("at"), count(*) FROM "folded" GROUP BY "userId", date_bin('5 minutes', "at", 'epoch') ORDER BY min("at")
  `.execute(transaction)
}

/** Who wrote in a workspace's texts, the latest first; `path` for one text alone. */
export async function documentChanges(database: Database, workspaceId: string, path: string | null, limit: number): Promise<readonly DocumentChangeRow[]> {
  const { rows } = await sql<DocumentChangeRow>`
    WITH "own" AS (SELECT "id", "path" FROM "Document" WHERE "workspaceId" = ${workspaceId} AND (${path}::text IS NULL OR "path" = ${path})),
    "all" AS (
      SELECT "documentId", "userId", "firstAt", "lastAt", "updates" FROM "DocumentChange" WHERE "documentId" IN (SELECT "id" FROM "own")
      UNION ALL
      SELECT "documentId", "userId", "at", "at", 1 FROM "DocumentUpdate" WHERE "documentId" IN (SELECT "id" FROM "own")
    )
    SELECT "documentId", "path", "userId", min("firstAt") AS "firstAt", max("lastAt") AS "lastAt", sum("updates")::int AS "updates"
    FROM "all" JOIN "own" ON "own"."id" = "documentId"
    GROUP BY "documentId", "path", "userId", date_bin('5 minutes', "firstAt", 'epoch')
    ORDER BY max("lastAt") DESC LIMIT ${limit}
  `.execute(database)
  return rows
}
