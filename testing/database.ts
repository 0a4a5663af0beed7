import { openPool, openPrisma } from '@arcx/prisma'
import type { Database, Pool } from '@arcx/prisma'
import { migrate } from '@arcx/prisma/migrate'
import { createEmptyDatabase } from './empty-database.ts'
import type { EmptyDatabase } from './empty-database.ts'

export interface TestDatabase {
  readonly url: string
  readonly prisma: Database
  readonly pool: Pool
  drop(): Promise<void>
}

/** A database with the present schema, on the run's server. `before`: what an earlier version left in it. */
export async function createDatabase(
  before: (empty: EmptyDatabase) => Promise<void> = async () => undefined,
): Promise<TestDatabase> {
  const empty = await createEmptyDatabase()
  await before(empty)
  await migrate(empty.url)
  const pool = openPool(empty.url, () => undefined, { maxConnections: 5, work: 'schema' })
  return {
    url: empty.url,
    prisma: openPrisma(pool, 'schema'),
    pool,
    async drop() {
      await pool.end()
      await empty.drop()
    },
  }
}
