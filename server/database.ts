import { checkDatabase, openPool, openPrisma } from '@arcx/prisma'
import type { Database } from '@arcx/prisma'
import type { Log } from '@arcx/service-kit/log'

export interface Databases {
  /** For what somebody waits for. */
  readonly database: Database
  /** For what nobody waits for, and takes many rows along. */
  readonly background: Database
  /** @throws when the database does not answer. */
  check(): Promise<void>
  close(): Promise<void>
}

/** The one database, by two pools of connections, so that neither kind of work waits for the other. */
export function openDatabases(url: string, log: Log): Databases {
  const onConnectionError = (error: Error) => log.warn({ err: error }, 'a database connection was lost')
  const pool = openPool(url, onConnectionError)
  const backgroundPool = openPool(url, onConnectionError, { work: 'background', maxConnections: 2 })
  const database = openPrisma(pool)
  return {
    database,
    background: openPrisma(backgroundPool, 'background'),
    check: () => checkDatabase(database),
    async close() {
      await Promise.all([backgroundPool.end(), pool.end()])
    },
  }
}
