import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { openPool, openPrisma } from '@arcx/prisma'
import { migrate } from '@arcx/prisma/migrate'
import type { Child } from '@arcx/launch/children'
import { processesIn } from '@arcx/launch/ending'
import { SupervisedProcess } from '@arcx/launch/supervised-process'
import { startNats } from '@arcx/launch/nats'
import type { Nats } from '@arcx/launch/nats'
import { testPort } from './port.ts'
import { startPostgres } from '@arcx/launch/postgres'
import { silentProgress } from '@arcx/launch/progress'
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
export async function startOwnStores(
  places: { readonly postgres?: string; readonly nats?: string } = {},
): Promise<OwnStores> {
  const run = testRun()
  const [databaseDirectory, busDirectory, databasePort, busPort] = await Promise.all([
    places.postgres ?? testDirectory(run, 'postgres'),
    places.nats ?? testDirectory(run, 'nats'),
    testPort(),
    testPort(),
  ])
  const databaseOptions = {
    directory: databaseDirectory,
    port: databasePort,
    password: randomBytes(16).toString('hex'),
    logFile: join(run.ARCX_TEST_DIRECTORY, `postgres-${databasePort}.log`),
  }
  const busOptions = {
    directory: busDirectory,
    port: busPort,
    token: randomBytes(16).toString('hex'),
    binary: run.ARCX_TEST_NATS_BINARY,
    logFile: join(run.ARCX_TEST_DIRECTORY, `nats-${busPort}.log`),
  }
  const data = join(databaseDirectory, 'data')
  const [
    {
      mortal: postgres,
      first: { url },
    },
    { mortal: nats, first: bus },
  ] = await Promise.all([
    keep(
      'PostgreSQL',
      databaseOptions.logFile,
      () => processesIn(data),
      (signal) => startPostgres({ ...databaseOptions, signal }),
    ),
    keep(
      'NATS',
      busOptions.logFile,
      async (child) => [child.process.pid ?? 0],
      (signal) => startNats({ ...busOptions, signal }),
    ),
  ])
  const pool = openPool(url, () => undefined, { maxConnections: 5, work: 'schema' })
  await migrate(url)
  return {
    database: {
      url,
      prisma: openPrisma(pool, 'schema'),
      pool,
      async drop() {
        await pool.end()
        await postgres.kill()
      },
    },
    // Whoever stops the bus stops the one that runs.
    bus: { url: bus.url, child: { ...bus.child, stop: () => nats.kill() } },
    postgres,
    nats,
  }
}

/** As `npm start` keeps it: what ends without being killed by its test is started again. */
async function keep<T extends { readonly child: Child }>(
  name: string,
  logFile: string,
  processesOf: (child: Child) => Promise<readonly number[]>,
  start: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly mortal: Mortal; readonly first: T }> {
  const started: T[] = []
  const kept = new SupervisedProcess({
    name,
    logFile,
    progress: silentProgress,
    pauses: { firstMs: 200, longestMs: 2000, wellAfterMs: 60_000 },
    after: [],
    stopBy: { signal: 'SIGKILL', graceMs: 1000 },
    async begin(signal) {
      const now = await start(signal)
      started.push(now)
      return now.child
    },
  })
  await kept.start()
  const [first] = started
  if (first === undefined) throw new Error(`${name} was not started.`)
  const send = async (signal: NodeJS.Signals) => {
    for (const pid of await processesOf((started.at(-1) ?? first).child)) process.kill(pid, signal)
  }
  const mortal = {
    kill: () => kept.stop(),
    start: () => kept.start(),
    pause: () => send('SIGSTOP'),
    resume: () => send('SIGCONT'),
  }
  return { mortal, first }
}
