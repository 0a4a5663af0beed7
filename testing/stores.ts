import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openDatabase } from '@arcx/database'
import { migrate } from '@arcx/database/migrate'
import type { Child } from '@arcx/launch/children'
import { processesIn } from '@arcx/launch/ending'
import { startNats } from '@arcx/launch/nats'
import type { Nats } from '@arcx/launch/nats'
import { freePort } from '@arcx/launch/ports'
import { startPostgres } from '@arcx/launch/postgres'
import type { TestDatabase } from './database.ts'
import { testDirectory, testRun } from './run.ts'

/** Something that can be killed and come back with what it had stored. */
export interface Mortal {
  /** `kill -9`. */
  kill(): Promise<void>
  /** Stops it and whatever it has started, as a machine that hangs does: it takes connections and answers nothing. */
  pause(): Promise<void>
  resume(): Promise<void>
  start(): Promise<void>
}

/** PostgreSQL and NATS that no other test uses, so that they may be killed. */
export interface OwnStores {
  readonly database: TestDatabase
  readonly bus: Nats
  readonly postgres: Mortal
  readonly nats: Mortal
}

/** `places`: where their files go, if it matters. */
export async function startOwnStores(places: { readonly postgres?: string; readonly nats?: string } = {}): Promise<OwnStores> {
  const run = testRun()
  const [databaseDirectory, busDirectory, databasePort, busPort] = await Promise.all([places.postgres ?? testDirectory(run, 'postgres'), places.nats ?? testDirectory(run, 'nats'), freePort(), freePort()])
  const databaseOptions = { directory: databaseDirectory, port: databasePort, password: randomBytes(16).toString('hex'), logFile: join(run.ARCX_TEST_DIRECTORY, `postgres-${databasePort}.log`) }
  const busOptions = { directory: busDirectory, port: busPort, token: randomBytes(16).toString('hex'), binary: run.ARCX_TEST_NATS_BINARY, logFile: join(run.ARCX_TEST_DIRECTORY, `nats-${busPort}.log`) }
  const [{ url, child: firstPostgres }, bus] = await Promise.all([startPostgres(databaseOptions), startNats(busOptions)])
  const database = openDatabase(url, () => undefined, { maxConnections: 5, work: 'schema' })
  await migrate(database)
  const postgres = mortal(firstPostgres, () => processesIn(join(databaseDirectory, 'data')), async () => (await startPostgres(databaseOptions)).child)
  const nats = mortal(bus.child, async (child) => [child.process.pid ?? 0], async () => (await startNats(busOptions)).child)
  return {
    database: {
      url,
      database,
      async drop() {
        await database.destroy()
        await postgres.kill()
      },
    },
    // Whoever stops the bus stops the one that runs.
    bus: { url: bus.url, child: { ...bus.child, stop: () => nats.kill() } },
    postgres,
    nats,
  }
}

function mortal(first: Child, processesOf: (child: Child) => Promise<readonly number[]>, start: () => Promise<Child>): Mortal {
  let child = first
  const send = async (signal: NodeJS.Signals) => {
    for (const pid of await processesOf(child)) process.kill(pid, signal)
  }
  return {
    kill: () => child.stop('SIGKILL', 1000),
    pause: () => send('SIGSTOP'),
    resume: () => send('SIGCONT'),
    async start() {
      child = await start()
    },
  }
}
