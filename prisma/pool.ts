import pg from 'pg'
import { ArcError } from '@arcx/router'
import { timeLimits } from './limits.ts'
import type { Work } from './limits.ts'
import { DatabaseTimeout, asClientError, unavailabilityOf } from './unavailable.ts'

export interface PoolOptions {
  readonly maxConnections?: number
  /** What it is for, which decides how long anything may take. */
  readonly work?: Work
}

/**
 * A pool of connections to PostgreSQL. Where the database is away or too busy, whatever is asked of it throws an
 * `ArcError` `database_unavailable`, within the time limits of its kind of work.
 */
export function openPool(
  url: string,
  onConnectionError: (error: Error) => void,
  { maxConnections = 20, work = 'request' }: PoolOptions = {},
): pg.Pool {
  const limits = timeLimits[work]
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: limits.connectMs,
    statement_timeout: limits.statementMs,
    lock_timeout: limits.lockMs,
    idle_in_transaction_session_timeout: limits.idleInTransactionMs,
    keepAlive: true,
    application_name: 'arcx',
  })
  pool.on('connect', (client) => {
    // A connection that the server closes must not end the process, idle or between two queries of a transaction.
    client.on('error', onConnectionError)
    bound(client, limits.answerMs)
  })
  pool.on('error', () => undefined)
  const connect = pool.connect.bind(pool)
  return Object.assign(pool, {
    connect: () =>
      connect().catch((error: unknown) => {
        throw carried(asClientError(error))
      }),
    query: async (query: pg.QueryConfig) => {
      const client = await pool.connect()
      try {
        return await client.query(query)
      } finally {
        client.release()
      }
    },
  })
}

/**
 * A connection answers within `answerMs` (0: whenever it likes) or is closed, so that it does not go back into the pool;
 * nor does one whose server is away.
 */
function bound(client: pg.PoolClient, answerMs: number): void {
  const ask = client.query.bind(client)
  Object.assign(client, {
    query: async (query: string & pg.QueryConfig, values?: unknown[]) => {
      const late = Promise.withResolvers<never>()
      const timer =
        answerMs === 0
          ? undefined
          : setTimeout(() => late.reject(new DatabaseTimeout(`No answer within ${answerMs} ms.`)), answerMs)
      const answer = values === undefined ? ask(query) : ask(query, values)
      try {
        return await Promise.race([answer, late.promise])
      } catch (error) {
        // It still waits where it was given up; what becomes of it is nobody's concern.
        answer.catch(() => undefined)
        if (unavailabilityOf(error) === 'away') client.end().catch(() => undefined)
        throw carried(asClientError(error))
      } finally {
        clearTimeout(timer)
      }
    },
  })
}

/** Prisma makes an error of its own of everything but takes its `meta` along, where `openPrisma` finds it again. */
function carried(error: unknown): unknown {
  if (error instanceof ArcError && !('meta' in error)) Object.defineProperty(error, 'meta', { value: { told: error } })
  return error
}
