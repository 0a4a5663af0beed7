import { chmod, mkdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Server } from 'node:net'
import type Docker from 'dockerode'
import { z } from 'zod'
import { migrate } from '@arcx/prisma/migrate'
import { unmountSockets } from '@arcx/server/runtime/docker/socket-directory'
import { ensureEngine, startEngine, untilLastEngineHasEnded } from './docker-engine.ts'
import { ensureImage } from './image.ts'
import type { Child } from './children.ts'
import { claimInstance, runningInstance } from './instance.ts'
import type { Instance } from './instance.ts'
import { SupervisedProcess } from './supervised-process.ts'
import { MemoryLimits } from './memory.ts'
import { ensureNatsServer, startNats, untilLastHasEnded as untilLastNatsHasEnded } from './nats.ts'
import { freePort, isFree, onFreePort } from './ports.ts'
import { startPostgres, untilLastHasEnded as untilLastPostgresHasEnded } from './postgres.ts'
import { LaunchError } from './progress.ts'
import type { Progress } from './progress.ts'
import { ensureSecrets } from './secrets.ts'
import { Services, untilLastHaveEnded } from './services.ts'
import type { LaunchSettings } from './settings.ts'
import { ensureWeb } from './web-build.ts'

export const repository = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** Where what is fetched or built lies; it holds nothing that could not be made again. */
export const cacheDirectory = join(repository, '.arcx', 'cache')

const SignInLink = z.object({ url: z.string() })
const stoppingMs = 60_000
const signInLinkMs = 20_000

/** arcx on one machine: what `npm start` brings up and keeps up, and a Ctrl-C takes down. */
export interface Stack {
  signInLink(): Promise<string>
  restartServices(): Promise<void>
  stop(): Promise<void>
}

/** What has been started, and how it is stopped, last first. */
interface Started {
  readonly stops: (() => Promise<unknown>)[]
  /** Workspaces' containers; they outlive whatever is not a wish of the person to stop. */
  stopContainers: () => Promise<void>
  /** Told to whoever wants to start meanwhile. */
  stopping: boolean
}

/**
 * Brings everything up. `givenUp` resolves when the person does not want it any more.
 * @throws {LaunchError} with a line that says what to do; what had been started is stopped.
 */
export async function startStack(settings: LaunchSettings, progress: Progress, givenUp: Promise<void>): Promise<Stack> {
  const started: Started = { stops: [], stopContainers: async () => undefined, stopping: false }
  let isGivenUp = false
  try {
    const ended = givenUp.then(() => {
      isGivenUp = true
      throw new LaunchError('Stopped.')
    })
    return await Promise.race([bringUp(settings, progress, started), ended])
  } catch (error) {
    if (!isGivenUp) started.stopContainers = async () => undefined
    await stopAll(started, progress)
    throw error
  }
}

async function stopAll(started: Started, progress: Progress): Promise<void> {
  started.stopping = true
  for (const stop of started.stops.toReversed())
    await stop().catch((error: unknown) => progress.say(error instanceof Error ? error.message : String(error)))
}

async function bringUp(settings: LaunchSettings, progress: Progress, started: Started): Promise<Stack> {
  const { stops } = started
  const directory = resolve(process.env['INIT_CWD'] ?? process.cwd(), settings.ARC_DATA_DIR)
  const running = await untilNoneIsStopping(directory, progress)
  if (running !== null) {
    throw new LaunchError(
      `arcx is running already at ${running.publicOrigin} (process ${running.pid}). For a sign-in link: npm run sign-in`,
    )
  }
  await makeDirectory(directory)
  const instance = await claim(directory, settings, () => started.stopping)
  stops.push(async () => void instance.close())
  const stores = { postgres: join(directory, 'postgres'), nats: join(directory, 'nats') }
  await untilLastHaveEnded(repository, directory, progress)
  await Promise.all([
    untilLastPostgresHasEnded(stores.postgres, progress),
    untilLastNatsHasEnded(stores.nats, progress),
  ])
  if (!(await isFree(settings.ARC_PORT, settings.ARC_LISTEN))) {
    throw new LaunchError(
      `Port ${settings.ARC_PORT} is taken on ${settings.ARC_LISTEN}. Stop what uses it, or choose another: ARC_PORT=${settings.ARC_PORT + 1} npm start`,
    )
  }
  const secrets = await ensureSecrets(directory)
  const logs = join(directory, 'logs')
  await mkdir(logs, { recursive: true, mode: 0o700 })
  const limits = new MemoryLimits(settings.ARC_SERVICE_MEMORY_BYTES, directory)
  stops.push(() => limits.close())

  /** What the services need and this process has started itself. */
  const kept: SupervisedProcess[] = []
  await untilLastEngineHasEnded(logs, progress)
  const found = await ensureEngine(settings.DOCKER_HOST, logs, progress)
  const { child: dockerd } = found
  if (dockerd !== null) {
    let first: Child | null = dockerd
    const engine = new SupervisedProcess({
      name: 'Docker',
      logFile: join(logs, 'docker.log'),
      progress,
      after: [],
      stopBy: { signal: 'SIGTERM', graceMs: 5000 },
      begin: async (signal) => {
        const child = first ?? (await startEngine(found.host, logs, signal))
        first = null
        return child
      },
    })
    stops.push(() => engine.stop())
    await engine.start()
    kept.push(engine)
  }
  const [image, databaseUrl, natsUrl] = await allOrNone([
    settings.WORKSPACE_IMAGE ?? ensureImage(found.engine, repository, cacheDirectory, progress),
    settings.DATABASE_URL ??
      onFreePort(5432, (port) =>
        keep('PostgreSQL', join(logs, 'postgres.log'), { signal: 'SIGINT', graceMs: 3000 }, (logFile, signal) =>
          startPostgres({
            directory: stores.postgres,
            port,
            password: secrets.ARC_POSTGRES_PASSWORD,
            logFile,
            limits,
            progress,
            signal,
          }),
        ),
      ),
    settings.NATS_URL ??
      onFreePort(4222, async (port) => {
        const binary = await ensureNatsServer(cacheDirectory, progress)
        return keep('NATS', join(logs, 'nats.log'), { signal: 'SIGTERM', graceMs: 2000 }, (logFile, signal) =>
          startNats({
            directory: stores.nats,
            port,
            token: secrets.ARC_NATS_TOKEN,
            binary,
            logFile,
            limits,
            progress,
            signal,
          }),
        )
      }),
    ensureWeb(repository, progress),
  ])
  await migrate(databaseUrl)

  const proxyPort = Number(process.env['ARC_PROXY_PORT'] ?? (await freePort(3002)))
  const collabPort = Number(process.env['ARC_COLLAB_PORT'] ?? (await freePort(3001)))
  const variables: NodeJS.ProcessEnv = {
    ...secrets,
    ...process.env,
    ARC_DATA_DIR: directory,
    DATABASE_URL: databaseUrl,
    NATS_URL: natsUrl,
    WORKSPACE_IMAGE: image,
    DOCKER_HOST: found.host,
    ARC_EGRESS: process.env['ARC_EGRESS'] ?? 'proxy',
    ARC_PROXY_PORT: String(proxyPort),
    ARC_COLLAB_PORT: String(collabPort),
    ARC_COLLAB_URL: process.env['ARC_COLLAB_URL'] ?? `ws://localhost:${collabPort}`,
    ARC_ORCHESTRATOR_URL: `http://${settings.ARC_LISTEN.includes(':') ? `[${settings.ARC_LISTEN}]` : settings.ARC_LISTEN}:${settings.ARC_PORT}`,
    ARC_COLLAB_ORIGINS:
      process.env['ARC_COLLAB_ORIGINS'] ??
      process.env['ARC_PUBLIC_URL'] ??
      `http://${process.env['ARC_DOMAIN'] ?? 'localhost'}:${settings.ARC_PORT}`,
    ARC_PROXY_URL: process.env['ARC_PROXY_URL'] ?? `http://127.0.0.1:${proxyPort}`,
  }
  progress.update('Starting the services and trying the isolation')
  const hasProxy = variables['ARC_EGRESS'] === 'proxy' && process.env['ARC_PROXY_URL'] === undefined
  const services = new Services({
    repository,
    logs,
    variables,
    folders: [...(hasProxy ? (['proxy'] as const) : []), 'server', 'collab'],
    after: kept,
    limits,
    progress,
  })
  const deployment = variables['ARC_DEPLOYMENT'] ?? secrets.ARC_DEPLOYMENT
  // Their sockets stay for as long as they do.
  started.stopContainers = () => stopContainers(found.engine, deployment).then(() => unmountSockets(directory))
  stops.push(
    () => started.stopContainers(),
    () => services.stop(),
  )
  await services.start()

  return {
    signInLink: () => signInLink(settings.ARC_LISTEN, settings.ARC_PORT, variables['ARC_INTERNAL_TOKEN'] ?? ''),
    restartServices: () => services.restart(),
    stop: () => stopAll(started, progress),
  }

  /** Starts a store, and from then on again whenever it ends; resolves with its URL, which stays. */
  async function keep(
    name: string,
    logFile: string,
    stopBy: { signal: NodeJS.Signals; graceMs: number },
    start: (logFile: string, signal: AbortSignal) => Promise<{ readonly url: string; readonly child: Child }>,
  ): Promise<string> {
    let at = ''
    const store = new SupervisedProcess({
      name,
      logFile,
      progress,
      after: [],
      stopBy,
      begin: async (signal) => {
        const { url, child } = await start(logFile, signal)
        at = url
        return child
      },
    })
    stops.push(() => store.stop())
    await store.start()
    kept.push(store)
    return at
  }
}

/** Whoever runs on the directory, once it does not say any more that it is about to end. */
async function untilNoneIsStopping(directory: string, progress: Progress): Promise<Instance | null> {
  const deadline = Date.now() + stoppingMs
  for (;;) {
    const running = await runningInstance(directory)
    if (running?.stopping !== true || Date.now() > deadline) return running
    progress.update(`Waiting for arcx of an earlier run to end (process ${running.pid})`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** Like `Promise.all`, but it waits for the slower ones too: what they have started must be known before it is stopped. */
async function allOrNone<T extends readonly unknown[]>(
  tasks: [...T],
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(tasks)
  return Promise.all(tasks)
}

async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true })
    // Others may pass through, as PostgreSQL's user must, but may not look; what is secret is closed by itself.
    await chmod(directory, 0o711)
    const free = await stat(directory)
    if (process.getuid?.() !== 0 && free.uid !== process.getuid?.()) throw new Error('It belongs to somebody else.')
  } catch (error) {
    throw new LaunchError(
      `${directory} cannot be used (${error instanceof Error ? error.message : error}). Set ARC_DATA_DIR to a directory of your own.`,
    )
  }
}

async function claim(directory: string, settings: LaunchSettings, isStopping: () => boolean): Promise<Server> {
  const domain = process.env['ARC_DOMAIN'] ?? 'localhost'
  const publicOrigin = process.env['ARC_PUBLIC_URL'] ?? `http://${domain}:${settings.ARC_PORT}`
  return claimInstance(directory, () => ({
    pid: process.pid,
    publicOrigin,
    listen: settings.ARC_LISTEN,
    port: settings.ARC_PORT,
    stopping: isStopping(),
  }))
}

/** Asks the orchestrator on this machine for a one-time link. */
export async function signInLink(listen: string, port: number, internalToken: string): Promise<string> {
  const host = listen.includes(':') ? `[${listen}]` : listen
  const response = await fetch(`http://${host}:${port}/internal/sign-in-link`, {
    method: 'POST',
    headers: { authorization: `Bearer ${internalToken}` },
    signal: AbortSignal.timeout(signInLinkMs),
  })
  if (!response.ok) throw new LaunchError(`The orchestrator gave no sign-in link (status ${response.status}).`)
  return SignInLink.parse(await response.json()).url
}

/** The rows keep saying that these run: the next start brings them back. */
async function stopContainers(engine: Docker, deployment: string): Promise<void> {
  const running = await engine.listContainers({ filters: { label: [`arcx.deployment=${deployment}`] } })
  await Promise.allSettled(running.map((info) => engine.getContainer(info.Id).stop({ t: 1 })))
}

/** The secrets of a data directory, for commands beside a running arcx. */
export async function readSecret(directory: string, name: string): Promise<string | undefined> {
  const text = await readFile(join(directory, 'secrets.env'), 'utf8').catch(() => '')
  return new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]
}
