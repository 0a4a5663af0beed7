import { openDatabase } from '@arcx/database'
import type { Database } from '@arcx/database'
import { migrate } from '@arcx/prisma/migrate'
import { createEmptyDatabase } from './empty-database.ts'

export interface TestDatabase {
  readonly url: string
  readonly database: Database
  drop(): Promise<void>
}

/** An empty database with the present schema, on the run's server. */
export async function createDatabase(): Promise<TestDatabase> {
  const empty = await createEmptyDatabase()
  await migrate(empty.url)
  const database = openDatabase(empty.url, () => undefined, { maxConnections: 5, work: 'schema' })
  return {
    url: empty.url,
    database,
    async drop() {
      await database.destroy()
      await empty.drop()
    },
  }
}
