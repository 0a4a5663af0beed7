import type { Queries } from '../index.ts'

interface Most {
  readonly count: number
  readonly bytes: number
}

/**
 * Of what was announced of a text the latest is kept, and as much before it as may be; the oldest goes. Raw, as Prisma has no
 * window functions.
 */
export async function keepAnnouncements(
  queries: Queries,
  documentId: string,
  { ofPerson, ofText }: { readonly ofPerson: Most; readonly ofText: Most },
): Promise<void> {
  await queries.$executeRaw`
    DELETE FROM "DocumentAnnouncement" WHERE "documentId" = ${documentId}::uuid AND "hash" IN (
      SELECT "hash" FROM (
        SELECT "hash",
          row_number() OVER "own" AS "ownPlace", sum(octet_length("state")) OVER "own" AS "ownBytes",
          row_number() OVER "all" AS "place", sum(octet_length("state")) OVER "all" AS "bytes"
        FROM "DocumentAnnouncement" WHERE "documentId" = ${documentId}::uuid
        WINDOW "own" AS (PARTITION BY "userId" ORDER BY "at" DESC, "hash" ROWS UNBOUNDED PRECEDING), "all" AS (ORDER BY "at" DESC, "hash" ROWS UNBOUNDED PRECEDING)
      ) AS "placed"
      WHERE "place" > 1 AND ("ownPlace" > ${ofPerson.count} OR "ownBytes" > ${ofPerson.bytes} OR "place" > ${ofText.count} OR "bytes" > ${ofText.bytes})
    )
  `
}
