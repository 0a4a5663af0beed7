import { PrismaPg } from '@prisma/adapter-pg'
import type pg from 'pg'
import { ArcError, errors } from '@arcx/router'
import { Prisma, PrismaClient } from './client/client.ts'
import { timeLimits } from './limits.ts'
import type { Work } from './limits.ts'

export { Prisma } from './client/client.ts'
export { likeLiteral } from './like.ts'
export { openPool } from './pool.ts'
export type { PoolOptions } from './pool.ts'

export type Database = PrismaClient
export type Pool = pg.Pool
/** What a store asks: the database itself, or a transaction of it. */
export type Queries = Prisma.TransactionClient

/** In milliseconds; a timer takes no more. */
const longestTimer = 2 ** 31 - 1

/**
 * The database over `pool`, which stays its owner’s to close. Whatever is asked of it throws an `ArcError` where the
 * database is away, too busy or full.
 */
export function openPrisma(pool: pg.Pool, work: Work = 'request'): Database {
  const { connectMs, statementMs, answerMs } = timeLimits[work]
  const client = new PrismaClient({
    adapter: new PrismaPg(pool),
    // Prisma’s own limits are 2 and 5 s. Connecting and each statement have one of their own, which comes first and says
    // what is the matter; where a statement has none, nor has a transaction.
    transactionOptions: {
      maxWait: connectMs + answerMs,
      timeout: statementMs === 0 ? longestTimer : 2 * statementMs,
    },
  })
  const translated = client.$extends({
    query: { $allOperations: ({ query, args }) => query(args).catch(rethrow) },
  })
  // What is extended lacks `$on` alone, which nobody needs.
  return translated as unknown as Database
}

/** Does `work` in one transaction, which is undone where it throws. Nothing that takes long is awaited in it. */
export function inTransaction<T>(database: Database, work: (queries: Queries) => Promise<T>): Promise<T> {
  return database.$transaction(work).catch(rethrow)
}

/** @throws when the database does not answer. */
export async function checkDatabase(database: Database): Promise<void> {
  await database.$queryRaw`SELECT 1`
}

/** Whether a row was refused because another has the same values, by the name of the index that says so. */
export function isUniqueViolation(error: unknown, index: string): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return false
  const cause = error.meta?.['driverAdapterError'] as
    | { cause?: { originalCode?: string; originalMessage?: string } }
    | undefined
  return cause?.cause?.originalCode === '23505' && cause.cause.originalMessage?.includes(`"${index}"`) === true
}

/** Of Prisma: it did not begin, or did not end, in time. */
const transactionTimedOut = 'P2028'

/** Prisma makes an error of its own of everything: what the pool had told is found in its `meta`. */
function rethrow(error: unknown): never {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) throw error
  const told = error.meta?.['told']
  if (told instanceof ArcError) throw told
  throw error.code === transactionTimedOut ? errors.databaseUnavailable('busy', error) : error
}
