import { Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely'
import type { Queries } from '@arcx/prisma'
import type { Transaction } from './index.ts'
import type { Schema } from './schema.ts'

/** A transaction of Prisma’s for stores that still ask by Kysely, so that both write in the same one. */
export function overPrisma(queries: Queries): Transaction {
  const database = new Kysely<Schema>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new PrismaDriver(queries),
      createIntrospector: (kysely) => new PostgresIntrospector(kysely),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
  // It begins and ends with Prisma’s.
  return Object.defineProperty(database, 'isTransaction', { value: true }) as Transaction
}

const notHere = () => Promise.reject(new Error('The transaction is Prisma’s.'))

class PrismaDriver implements Driver {
  readonly #connection: DatabaseConnection

  constructor(queries: Queries) {
    this.#connection = {
      executeQuery: (query) => execute(queries, query),
      streamQuery: () => {
        throw new Error('Nothing is streamed within a transaction of Prisma’s.')
      },
    }
  }

  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
  beginTransaction = notHere
  commitTransaction = notHere
  rollbackTransaction = notHere
}

async function execute<R>(queries: Queries, { query, sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
  const changesAlone =
    ['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode'].includes(query.kind) &&
    !('returning' in query && query.returning !== undefined)
  if (changesAlone) {
    const numAffectedRows = BigInt(await queries.$executeRawUnsafe(sql, ...parameters))
    return { rows: [], numAffectedRows }
  }
  const rows = await queries.$queryRawUnsafe<Record<string, unknown>[]>(sql, ...parameters)
  return {
    rows: rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, asRead(value)])),
    ) as R[],
  }
}

/** As `pg` gives it. */
function asRead(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return value instanceof Uint8Array ? Buffer.from(value) : value
}
