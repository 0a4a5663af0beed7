import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { z } from 'zod'
import type { Queries } from '../index.ts'

/** Somebody's writing in one text, without a long pause; `userId` null for the file itself, written by a program. */
export interface DocumentChangeRow {
  readonly documentId: string
  readonly path: string
  readonly userId: string | null
  readonly firstAt: Date
  readonly lastAt: Date
  readonly updates: number
}

const VersionCause = z.enum(['opened', 'saved', 'disk', 'restored'])
export type VersionCause = z.infer<typeof VersionCause>

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

/** Takes updates out of a text's tail, by their sequences, and keeps who wrote them when. Raw: what one statement deletes another groups. */
export async function foldUpdates(queries: Queries, documentId: string, sequences: readonly bigint[]): Promise<void> {
  await queries.$executeRaw`
    WITH "folded" AS (DELETE FROM "DocumentUpdate" WHERE "documentId" = ${documentId}::uuid AND "sequence" = ANY(${sequences.map(String)}::bigint[]) RETURNING "userId", "at")
    INSERT INTO "DocumentChange" ("documentId", "userId", "firstAt", "lastAt", "updates")
    SELECT ${documentId}::uuid, "userId", min("at"), max("at"), count(*) FROM "folded" GROUP BY "userId", date_bin('5 minutes', "at", 'epoch') ORDER BY min("at")
  `
}

/** Who wrote in a workspace's texts, the latest first; `path` for one text alone. */
export async function documentChanges(
  queries: Queries,
  workspaceId: string,
  path: string | null,
  limit: number,
): Promise<readonly DocumentChangeRow[]> {
  return await queries.$queryRaw<DocumentChangeRow[]>`
    WITH "own" AS (SELECT "id", "path" FROM "Document" WHERE "workspaceId" = ${workspaceId}::uuid AND (${path}::text IS NULL OR "path" = ${path})),
    "all" AS (
      SELECT "documentId", "userId", "firstAt", "lastAt", "updates" FROM "DocumentChange" WHERE "documentId" IN (SELECT "id" FROM "own")
      UNION ALL
      SELECT "documentId", "userId", "at", "at", 1 FROM "DocumentUpdate" WHERE NOT "isUnusable" AND "documentId" IN (SELECT "id" FROM "own")
    )
    SELECT "documentId", "path", "userId", min("firstAt") AS "firstAt", max("lastAt") AS "lastAt", sum("updates")::int AS "updates"
    FROM "all" JOIN "own" ON "own"."id" = "documentId"
    GROUP BY "documentId", "path", "userId", date_bin('5 minutes', "firstAt", 'epoch')
    ORDER BY max("lastAt") DESC LIMIT ${limit}
  `
}

/**
 * Keeps what a text's file holds now, where it is another than it held last; old versions make room. Resolves to the new
 * version’s id, or null.
 */
export async function addVersion(
  queries: Queries,
  version: {
    readonly documentId: string
    readonly userId: string | null
    readonly cause: VersionCause
    readonly text: string
  },
): Promise<string | null> {
  const { documentId, userId, cause, text } = version
  if ((await latestIf(queries, documentId, text)) !== null) return null
  const id = randomUUID()
  // Each is later than those before it, also within one transaction, whose own time stands still.
  await queries.$executeRaw`
    INSERT INTO "DocumentVersion" ("id", "documentId", "userId", "cause", "at", "letters", "text")
    VALUES (${id}::uuid, ${documentId}::uuid, ${userId}::uuid, ${cause}, clock_timestamp(), ${text.length}, ${await pack(text)})
  `
  await queries.$executeRaw`
    DELETE FROM "DocumentVersion" WHERE "id" IN (
      SELECT "id" FROM (
        SELECT "id",
          row_number() OVER (ORDER BY "at" DESC) AS "place",
          row_number() OVER (PARTITION BY date_bin('10 minutes', "at", 'epoch') ORDER BY "at" DESC) AS "placeInTime",
          sum(octet_length("text")) OVER (ORDER BY "at" DESC) AS "bytes"
        FROM "DocumentVersion" WHERE "documentId" = ${documentId}::uuid
      ) AS "placed"
      WHERE "place" > 1 AND ("place" > ${keptAtMost} OR ("place" > ${keptAll} AND "placeInTime" > 1) OR "bytes" > ${keptBytes})
    )
  `
  return id
}

/** The latest version of a text, where it is this one. */
export async function latestIf(
  queries: Queries,
  documentId: string,
  text: string,
): Promise<{ readonly userId: string | null; readonly cause: VersionCause } | null> {
  const row = await queries.documentVersion.findFirst({
    where: { documentId },
    select: { userId: true, cause: true, letters: true, text: true },
    orderBy: { at: 'desc' },
  })
  if (row === null || row.letters !== text.length) return null
  return (await unpack(row.text)).toString() === text
    ? { userId: row.userId, cause: VersionCause.parse(row.cause) }
    : null
}

const described = {
  id: true,
  documentId: true,
  document: { select: { path: true } },
  userId: true,
  at: true,
  cause: true,
  letters: true,
} as const

type Described = Omit<DocumentVersionRow, 'path' | 'cause'> & {
  readonly document: { readonly path: string }
  readonly cause: string
}

const versionOf = ({ id, documentId, document, userId, at, cause, letters }: Described): DocumentVersionRow => ({
  id,
  documentId,
  path: document.path,
  userId,
  at,
  cause: VersionCause.parse(cause),
  letters,
})

/** The latest first. */
export async function documentVersions(
  queries: Queries,
  workspaceId: string,
  path: string,
): Promise<readonly DocumentVersionRow[]> {
  const rows = await queries.documentVersion.findMany({
    where: { document: { workspaceId, path } },
    select: described,
    orderBy: { at: 'desc' },
  })
  return rows.map(versionOf)
}

export async function documentVersion(
  queries: Queries,
  workspaceId: string,
  id: string,
): Promise<(DocumentVersionRow & { readonly text: string }) | null> {
  const row = await queries.documentVersion.findFirst({
    where: { id, document: { workspaceId } },
    select: { ...described, text: true },
  })
  return row === null ? null : { ...versionOf(row), text: (await unpack(row.text)).toString() }
}
