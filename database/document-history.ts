import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
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

export type VersionCause = 'opened' | 'saved' | 'disk' | 'restored'

/** What a text's file held at a moment. */
export interface DocumentVersionRow {
  readonly id: string
  readonly documentId: string
  readonly path: string
  readonly userId: string | null
  readonly at: Date
  readonly cause: VersionCause
  readonly letters: number
}

/** So many of the latest are all kept; of older ones, the last of every ten minutes. */
const keptAll = 100
const keptAtMost = 500
const keptBytes = 16 * 1024 * 1024

const [pack, unpack] = [promisify(gzip), promisify(gunzip)]

/** Takes updates out of a text's tail, by their sequences, and keeps who wrote them when. */
export async function foldUpdates(
  transaction: Transaction,
  documentId: string,
  sequences: readonly string[],
): Promise<void> {
  await sql`
    WITH "folded" AS (DELETE FROM "DocumentUpdate" WHERE "documentId" = ${documentId} AND "sequence" = ANY(${sequences}::bigint[]) RETURNING "userId", "at")
    INSERT INTO "DocumentChange" ("documentId", "userId", "firstAt", "lastAt", "updates")
    SELECT ${documentId}::uuid, "userId", min("at"), max("at"), count(*) FROM "folded" GROUP BY "userId", date_bin('5 minutes', "at", 'epoch') ORDER BY min("at")
  `.execute(transaction)
}

/** Who wrote in a workspace's texts, the latest first; `path` for one text alone. */
export async function documentChanges(
  database: Database,
  workspaceId: string,
  path: string | null,
  limit: number,
): Promise<readonly DocumentChangeRow[]> {
  const { rows } = await sql<DocumentChangeRow>`
    WITH "own" AS (SELECT "id", "path" FROM "Document" WHERE "workspaceId" = ${workspaceId} AND (${path}::text IS NULL OR "path" = ${path})),
    "all" AS (
      SELECT "documentId", "userId", "firstAt", "lastAt", "updates" FROM "DocumentChange" WHERE "documentId" IN (SELECT "id" FROM "own")
      UNION ALL
      SELECT "documentId", "userId", "at", "at", 1 FROM "DocumentUpdate" WHERE NOT "isUnusable" AND "documentId" IN (SELECT "id" FROM "own")
    )
    SELECT "documentId", "path", "userId", min("firstAt") AS "firstAt", max("lastAt") AS "lastAt", sum("updates")::int AS "updates"
    FROM "all" JOIN "own" ON "own"."id" = "documentId"
    GROUP BY "documentId", "path", "userId", date_bin('5 minutes', "firstAt", 'epoch')
    ORDER BY max("lastAt") DESC LIMIT ${limit}
  `.execute(database)
  return rows
}

/** Keeps what a text's file holds now, where it is another than it held last; old versions make room. */
export async function addVersion(
  transaction: Transaction,
  version: {
    readonly documentId: string
    readonly userId: string | null
    readonly cause: VersionCause
    readonly text: string
  },
): Promise<void> {
  const { documentId, userId, cause, text } = version
  if ((await latestIf(transaction, documentId, text)) !== null) return
  // Each is later than those before it, also within one transaction.
  await transaction
    .insertInto('DocumentVersion')
    .values({
      id: randomUUID(),
      documentId,
      userId,
      cause,
      at: sql<Date>`clock_timestamp()`,
      letters: text.length,
      text: await pack(text),
    })
    .execute()
  await sql`
    DELETE FROM "DocumentVersion" WHERE "id" IN (
      SELECT "id" FROM (
        SELECT "id",
          row_number() OVER (ORDER BY "at" DESC) AS "place",
          row_number() OVER (PARTITION BY date_bin('10 minutes', "at", 'epoch') ORDER BY "at" DESC) AS "placeInTime",
          sum(octet_length("text")) OVER (ORDER BY "at" DESC) AS "bytes"
        FROM "DocumentVersion" WHERE "documentId" = ${documentId}
      ) AS "placed"
      WHERE "place" > 1 AND ("place" > ${keptAtMost} OR ("place" > ${keptAll} AND "placeInTime" > 1) OR "bytes" > ${keptBytes})
    )
  `.execute(transaction)
}

/** The latest version of a text, where it is this one. */
export async function latestIf(
  transaction: Transaction,
  documentId: string,
  text: string,
): Promise<{ readonly userId: string | null; readonly cause: VersionCause } | null> {
  const row = await transaction
    .selectFrom('DocumentVersion')
    .select(['userId', 'cause', 'letters', 'text'])
    .where('documentId', '=', documentId)
    .orderBy('at', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined || row.letters !== text.length) return null
  return (await unpack(row.text)).toString() === text ? row : null
}

const versionsWithin = (database: Database, workspaceId: string) =>
  database
    .selectFrom('DocumentVersion')
    .innerJoin('Document', 'Document.id', 'DocumentVersion.documentId')
    .where('workspaceId', '=', workspaceId)
    .select(['DocumentVersion.id', 'documentId', 'path', 'userId', 'at', 'cause', 'letters'])

/** The latest first. */
export function documentVersions(
  database: Database,
  workspaceId: string,
  path: string,
): Promise<readonly DocumentVersionRow[]> {
  return versionsWithin(database, workspaceId).where('path', '=', path).orderBy('at', 'desc').execute()
}

export async function documentVersion(
  database: Database,
  workspaceId: string,
  id: string,
): Promise<(DocumentVersionRow & { readonly text: string }) | null> {
  const row = await versionsWithin(database, workspaceId)
    .where('DocumentVersion.id', '=', id)
    .select('text')
    .executeTakeFirst()
  return row === undefined ? null : { ...row, text: (await unpack(row.text)).toString() }
}
