import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Database } from '@arcx/database'

export type CodePurpose = 'sign-in' | 'workspace-entry' | 'github' | 'program'

const hashOf = (code: string) => createHash('sha256').update(code).digest()

/** Makes a code that can be exchanged once, within its time. Only its hash is stored. */
export async function issueCode(
  database: Database,
  purpose: CodePurpose,
  claims: unknown,
  lifetimeSeconds: number,
): Promise<string> {
  const code = randomBytes(32).toString('base64url')
  await database
    .insertInto('Code')
    .values({
      hash: hashOf(code),
      purpose,
      claims: JSON.stringify(claims),
      expiresAt: new Date(Date.now() + lifetimeSeconds * 1000),
    })
    .execute()
  return code
}

/** Exchanges a code: of any number at once, one gets its claims, the rest `null`. */
export async function redeemCode<S extends z.ZodType>(
  database: Database,
  purpose: CodePurpose,
  code: string,
  claims: S,
): Promise<z.infer<S> | null> {
  const row = await database
    .deleteFrom('Code')
    .where('hash', '=', hashOf(code))
    .where('purpose', '=', purpose)
    .where('expiresAt', '>', sql<Date>`now()`)
    .returning('claims')
    .executeTakeFirst()
  return row === undefined ? null : claims.parse(row.claims)
}

export async function sweepCodes(database: Database): Promise<void> {
  await database
    .deleteFrom('Code')
    .where('expiresAt', '<', sql<Date>`now()`)
    .execute()
}
