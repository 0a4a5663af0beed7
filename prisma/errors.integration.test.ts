import { setTimeout as pause } from 'node:timers/promises'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ArcError } from '@arcx/router'
import { createEmptyDatabase } from '@arcx/testing/empty-database'
import type { EmptyDatabase } from '@arcx/testing/empty-database'
import { inTransaction, isUniqueViolation, openPool, openPrisma } from './index.ts'
import type { Database } from './index.ts'
import { migrate } from './migrate.ts'

let empty: EmptyDatabase
let pool: ReturnType<typeof openPool>
let database: Database

beforeAll(async () => {
  empty = await createEmptyDatabase()
  await migrate(empty.url)
  pool = openPool(empty.url, () => undefined, { maxConnections: 2 })
  database = openPrisma(pool)
})
afterAll(async () => {
  await pool?.end()
  await empty?.drop()
})

const unavailable = {
  kind: 'Unavailable',
  code: 'database_unavailable',
  details: { what: 'database', trouble: 'away' },
}
const hangUp = `SELECT pg_terminate_backend(pg_backend_pid())`
const user = (id: number, login: string) => ({ id: `00000000-0000-4000-8000-00000000000${id}`, login, name: login })

test.each<readonly [string, (all: Database) => Promise<unknown>]>([
  ['a query of a model', (all) => all.user.count()],
  ['a raw query', (all) => all.$queryRaw`SELECT 1`],
  ['a raw statement', (all) => all.$executeRaw`DELETE FROM "Code"`],
  ['a transaction', (all) => inTransaction(all, (queries) => queries.user.count())],
])('%s says that the database is away where nothing listens, in our words', async (_, ask) => {
  const nowhere = openPool('postgresql://arcx@127.0.0.1:1/arcx', () => undefined)
  const error = await ask(openPrisma(nowhere)).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(ArcError)
  expect(error).toMatchObject(unavailable)
  await nowhere.end()
})

test('a connection that the server ends within a transaction is told as away, and the next query has another', async () => {
  const error = await inTransaction(database, async (queries) => {
    await queries.user.count()
    await queries.$queryRawUnsafe(hangUp)
  }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject(unavailable)
  expect(await database.user.count()).toBe(0)
})

test('a server that answers nothing is given up, and its connection does not go back into the pool', async () => {
  const sockets = new Set<Socket>()
  // It takes the greeting as PostgreSQL does, and no query.
  const ready = Buffer.from('5200000008000000005a0000000549', 'hex')
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('data', () => socket.write(ready))
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const silent = openPool(`postgresql://arcx@127.0.0.1:${(server.address() as AddressInfo).port}/arcx`, () => undefined)
  const error = await openPrisma(silent).$queryRaw`SELECT 1`.catch((thrown: unknown) => thrown)
  expect(error).toMatchObject(unavailable)
  await expect.poll(() => [silent.totalCount, sockets.size]).toEqual([0, 0])
  await silent.end()
  server.close()
}, 30_000)

test('what is thrown within a transaction undoes it and comes out as it was', async () => {
  const refused = new Error('refused')
  const done = inTransaction(database, async (queries) => {
    await queries.user.create({ data: user(1, 'undone') })
    throw refused
  })
  await expect(done).rejects.toBe(refused)
  expect(await database.user.count()).toBe(0)
})

test('a transaction may take longer than Prisma’s own five seconds', async () => {
  await inTransaction(database, async (queries) => {
    await queries.user.create({ data: user(1, 'slow') })
    await pause(5500)
    await queries.user.delete({ where: { id: user(1, 'slow').id } })
  })
}, 20_000)

test('a row that another’s values forbid is told by the index, also within a transaction', async () => {
  await database.user.create({ data: user(1, 'twin') })
  const create = (queries: Pick<Database, 'user'>) => queries.user.create({ data: user(2, 'twin') })
  for (const attempt of [() => create(database), () => inTransaction(database, create)]) {
    const error = await attempt().catch((thrown: unknown) => thrown)
    expect(isUniqueViolation(error, 'User_local_login')).toBe(true)
    expect(isUniqueViolation(error, 'User_githubId_key')).toBe(false)
  }
  expect(isUniqueViolation(new Error('other'), 'User_local_login')).toBe(false)
  await database.user.deleteMany()
})

test('a transaction for which no connection becomes free, or that does not end in time, is told as unavailable', async () => {
  const few = openPool(empty.url, () => undefined, { maxConnections: 1 })
  const narrow = openPrisma(few)
  const until = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const holding = inTransaction(narrow, async (queries) => {
    await queries.user.count()
    begun.resolve()
    await until.promise
    await queries.user.count()
  }).catch((thrown: unknown) => thrown)
  await begun.promise
  const waiting = await inTransaction(narrow, (queries) => queries.user.count()).catch((thrown: unknown) => thrown)
  expect(waiting).toMatchObject({ code: 'database_unavailable' })
  await pause(17_000)
  until.resolve()
  expect(await holding).toMatchObject({ code: 'database_unavailable', details: { trouble: 'busy' } })
  await few.end()
}, 60_000)
