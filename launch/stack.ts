import { chmod, mkdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Server } from 'node:net'
import type Docker from 'dockerode'
import { z } from 'zod'
import { openDatabase } from '@arcx/database'
import { migrate } from '@arcx/database/migrate'
import type { Child } from './children.ts'
import { ensureEngine } from './docker-engine.ts'
import { ensureImage } from './image.ts'
import { claimInstance, runningInstance } from './instance.ts'
import { ensureNatsServer, startNats } from './nats.ts'
import { freePort, isFree } from './ports.ts'
import { startPostgres } from './postgres.ts'
import { LaunchError } from './progress.ts'
import type { Progress } from './progress.ts'
import { ensureSecrets } from './secrets.ts'
import { Services } from './services.ts'
import type { LaunchSettings } from './settings.ts'
import { ensureWeb } from './web-build.ts'

export const repository = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '')

/** Where what is fetched or built lies; it holds nothing that could not be made again. */
export const cacheDirectory = join(repository, '.arcx', 'cache')

const SignInLink = z.object({ url: z.string() })
/** arcx on one machine: what `npm start` brings up and a Ctrl-C takes down. */
export interface Stack {
  /** Resolves with a line when something that must run has ended by itself. */
  readonly broken: Promise<string>
  signInLink(): Promise<string>
  restartServices(): Promise<void>
  stop(): Promise<void>
}

/**
 * Brings everything up. `givenUp` resolves when the person does not want it any more.
 * @throws {LaunchError} with a line that says what to do; what had been started is stopped.
 */
export async function startStack(settings: LaunchSettings, progress: Progress, givenUp: Promise<void>): Promise<Stack> {
  const stops: (() => Promise<void>)[] = []
  try {
    const ended = givenUp.then(() => {
      throw new LaunchError('Stopped.')
    })
    return await Promise.race([bringUp(settings, progress, stops), ended])
  } catch (error) {
    for (const stop of stops.toReversed()) await stop().catch(() => undefined)
    throw error
  }
}

async function bringUp(settings: LaunchSettings, progress: Progress, stops: (() => Promise<void>)[]): Promise<Stack> {
  const directory = resolve(process.env['INIT_CWD'] ?? process.cwd(), settings.ARC_DATA_DIR)
  const running = await runningInstance(directory)
  if (running !== null) {
    throw new LaunchError(`arcx is running already at ${running.publicOrigin} (process ${running.pid}). For a sign-in link: npm run sign-in`)
  }
  await makeDirectory(directory)
  const instance = await claim(directory, settings)
  stops.push(async () => void instance.close())
  if (!(await isFree(settings.ARC_PORT, settings.ARC_LISTEN))) {
    throw new LaunchError(`Port ${settings.ARC_PORT} is taken on ${settings.ARC_LISTEN}. Stop what uses it, or choose another: ARC_PORT=${settings.ARC_PORT + 1} npm start`)
  }
  const secrets = await ensureSecrets(directory)
  const logs = join(directory, 'logs')
  await mkdir(logs, { recursive: true, mode: 0o700 })

  const brokenBy: Promise<string>[] = []
  const mustRun = (child: Child) => brokenBy.push(child.ended.then((how) => `${child.name} has ended (${how}); see ${logs}.`))

  const found = await ensureEngine(settings.DOCKER_HOST, logs, progress)
  const { child: dockerd } = found
  if (dockerd !== null) {
    stops.push(() => dockerd.stop('SIGTERM', 5000))
    mustRun(dockerd)
  }
  const [image, databaseUrl, natsUrl] = await allOrNone([
    settings.WORKSPACE_IMAGE ?? ensureImage(found.engine, repository, cacheDirectory, progress),
    settings.DATABASE_URL ??
      freePort(5432).then(async (port) => {
        const postgres = await startPostgres({ directory: join(directory, 'postgres'), port, password: secrets.ARC_POSTGRES_PASSWORD, logFile: join(logs, 'postgres.log') })
        stops.push(() => postgres.child.stop('SIGINT', 3000))
        mustRun(postgres.child)
        return postgres.url
      }),
    settings.NATS_URL ??
      freePort(4222).then(async (port) => {
        const binary = await ensureNatsServer(cacheDirectory, progress)
        const nats = await startNats({ directory: join(directory, 'nats'), port, token: secrets.ARC_NATS_TOKEN, binary, logFile: join(logs, 'nats.log') })
        stops.push(() => nats.child.stop('SIGTERM', 2000))
        mustRun(nats.child)
        return nats.url
      }),
    ensureWeb(repository, progress),
  ])
  const database = openDatabase(databaseUrl, () => undefined, 1)
  await migrate(database).finally(() => database.destroy())

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
    ARC_COLLAB_ORIGINS: process.env['ARC_COLLAB_ORIGINS'] ?? process.env['ARC_PUBLIC_URL'] ?? `http://${process.env['ARC_DOMAIN'] ?? 'localhost'}:${settings.ARC_PORT}`,
    ARC_PROXY_URL: process.env['ARC_PROXY_URL'] ?? `http://127.0.0.1:${proxyPort}`,
  }
  progress.update('Starting the services and trying the isolation')
  const hasProxy = variables['ARC_EGRESS'] === 'proxy' && process.env['ARC_PROXY_URL'] === undefined
  const services = new Services({ repository, logs, variables, folders: [...(hasProxy ? (['proxy'] as const) : []), 'server', 'collab'], progress })
  const deployment = variables['ARC_DEPLOYMENT'] ?? secrets.ARC_DEPLOYMENT
  stops.push(
    () => stopContainers(found.engine, deployment),
    () => services.stop(),
  )
  await services.start()

  return {
    broken: Promise.race([...brokenBy, services.broken]),
    signInLink: () => signInLink(settings.ARC_LISTEN, settings.ARC_PORT, variables['ARC_INTERNAL_TOKEN'] ?? ''),
    restartServices: () => services.restart(),
    async stop() {
      for (const stop of stops.toReversed()) await stop().catch((error: unknown) => progress.say(error instanceof Error ? error.message : String(error)))
    },
  }
}

/** Like `Promise.all`, but it waits for the slower ones too: what they have started must be known before it is stopped. */
async function allOrNone<T extends readonly unknown[]>(tasks: [...T]): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
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
    throw new LaunchError(`${directory} cannot be used (${error instanceof Error ? error.message : error}). Set ARC_DATA_DIR to a directory of your own.`)
  }
}

async function claim(directory: string, settings: LaunchSettings): Promise<Server> {
  const domain = process.env['ARC_DOMAIN'] ?? 'localhost'
  const publicOrigin = process.env['ARC_PUBLIC_URL'] ?? `http://${domain}:${settings.ARC_PORT}`
  return claimInstance(directory, () => ({ pid: process.pid, publicOrigin, listen: settings.ARC_LISTEN, port: settings.ARC_PORT }))
}

/** Asks the orchestrator on this machine for a one-time link. */
export async function signInLink(listen: string, port: number, internalToken: string): Promise<string> {
  const host = listen.includes(':') ? `[${listen}]` : listen
  const response = await fetch(`http://${host}:${port}/internal/sign-in-link`, { method: 'POST', headers: { authorization: `Bearer ${internalToken}` } })
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
