import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type Docker from 'dockerode'
import type { Database } from '@arcx/prisma'
import type { Child } from '@arcx/launch/children'
import { testPort } from './port.ts'
import type { Tier, Workspace, WorkspaceState } from '@arcx/router'
import { unmountSockets } from '@arcx/server/runtime/docker/socket-directory'
import { startBus } from './bus.ts'
import type { Census } from './census.ts'
import { censusOf } from './counted.ts'
import { createDatabase } from './database.ts'
import { send } from './http.ts'
import type { Answer, RequestOptions } from './http.ts'
import { signInSomebody } from './person.ts'
import type { Person } from './person.ts'
import { until } from './until.ts'
import { startServiceProcess } from './service.ts'
import type { OwnStores } from './stores.ts'
import { testDeployment, testDirectory, testEngine, testRun } from './run.ts'

const program = fileURLToPath(new URL('../server/main.ts', import.meta.url))
const proxyProgram = fileURLToPath(new URL('../proxy/main.ts', import.meta.url))

export interface Copy {
  readonly port: number
  stop(): Promise<void>
}

/** The real orchestrator as a process of its own, on a database, bus and data directory that nobody else uses. */
export interface TestOrchestrator {
  readonly port: number
  /** arc-proxy's, where it runs (`ARC_EGRESS` is `proxy`). */
  readonly proxyPort: number
  readonly origin: string
  readonly directory: string
  readonly deployment: string
  readonly adminToken: string
  readonly internalToken: string
  readonly prisma: Database
  readonly databaseUrl: string
  readonly natsUrl: string
  readonly engine: Docker
  person(tier?: Tier): Promise<Person>
  /** A request to the control plane's own host. */
  send(path: string, asked?: RequestOptions): Promise<Answer>
  /** What it holds after a garbage collection; of one that was started with `counted`. */
  census(): Promise<Census>
  /** What it logged, whole. */
  log(): Promise<string>
  start(): Promise<void>
  stop(): Promise<void>
  /** `kill -9`. */
  kill(): Promise<void>
  /** Kills arc-proxy, and starts it again. */
  restartProxy(): Promise<void>
  /** Another process on the same database, bus and engine, at a port of its own. */
  copy(changes?: Readonly<Record<string, string>>): Promise<Copy>
  /** Ends all of it and removes what it made. */
  destroy(): Promise<void>
}

/** `stores`: others than a database on the run's server and a bus of its own; `place`: a data directory that is there already. */
export async function startTestOrchestrator(
  overrides: Readonly<Record<string, string>> = {},
  stores?: Pick<OwnStores, 'database' | 'bus'>,
  place?: string,
): Promise<TestOrchestrator> {
  const run = testRun()
  const [{ url: databaseUrl, prisma, drop }, bus, directory, port] = await Promise.all([
    stores?.database ?? createDatabase(),
    stores?.bus ?? startBus(),
    place ?? testDirectory(run, 'data'),
    testPort(),
  ])
  // As `npm start` leaves it.
  await chmod(directory, 0o711)
  const engine = testEngine(run)
  const deployment = testDeployment(run)
  const origin = `http://localhost:${port}`
  const adminToken = randomBytes(32).toString('hex')
  const internalToken = randomBytes(32).toString('hex')
  const logFile = join(directory, 'orchestrator.log')
  const proxyPort = await testPort()
  const environment: NodeJS.ProcessEnv = {
    ARC_PROXY_PORT: String(proxyPort),
    ARC_PROXY_URL: `http://127.0.0.1:${proxyPort}`,
    PATH: process.env['PATH'],
    ARC_DATA_DIR: directory,
    ARC_DEPLOYMENT: deployment,
    ARC_ADMIN_TOKEN: adminToken,
    ARC_INTERNAL_TOKEN: internalToken,
    ARC_SECRETS_KEY: randomBytes(32).toString('hex'),
    ARC_PORT: String(port),
    ARC_NETWORK: run.ARCX_TEST_NETWORK,
    ARC_WORKSPACE_MEMORY_BYTES: String(1024 ** 3),
    ARC_LOG_LEVEL: 'debug',
    DATABASE_URL: databaseUrl,
    NATS_URL: bus.url,
    DOCKER_HOST: run.ARCX_TEST_DOCKER_HOST,
    WORKSPACE_IMAGE: run.ARCX_TEST_IMAGE,
    ...overrides,
  }
  const children: Child[] = []
  let child: Child | undefined
  let proxy: Child | undefined

  async function spawnService(changes: NodeJS.ProcessEnv, main = program): Promise<Child> {
    const started = await startServiceProcess(
      main === program ? 'orchestrator' : 'proxy',
      main,
      { ...environment, ...changes },
      logFile,
    )
    children.push(started)
    return started
  }

  async function startProxy(): Promise<void> {
    proxy = await spawnService({}, proxyProgram)
  }

  async function start(): Promise<void> {
    if (environment['ARC_EGRESS'] === 'proxy' && proxy === undefined) await startProxy()
    child = await spawnService({})
  }

  const self: TestOrchestrator = {
    port,
    proxyPort,
    origin,
    directory,
    deployment,
    adminToken,
    internalToken,
    prisma,
    databaseUrl,
    natsUrl: bus.url,
    engine,
    person: (tier) => signInSomebody({ origin, adminToken, prisma }, tier),
    send: (path, asked = {}) =>
      send(port, path, { ...asked, headers: { host: `localhost:${port}`, ...asked.headers } }),
    census: () => censusOf(child?.process, directory),
    log: () => readFile(logFile, 'utf8'),
    start,
    stop: async () => child?.stop('SIGTERM', 10_000),
    kill: async () => child?.stop('SIGKILL', 10_000),
    async restartProxy() {
      await proxy?.stop('SIGKILL', 10_000)
      await startProxy()
    },
    async copy(changes = {}) {
      const ownPort = await testPort()
      const second = await spawnService({ ARC_PORT: String(ownPort), ...changes })
      return { port: ownPort, stop: () => second.stop('SIGTERM', 10_000) }
    },
    async destroy() {
      await Promise.all(children.map((each) => each.stop('SIGTERM', 10_000)))
      for (const { Id } of await ownContainers(engine, deployment))
        await engine
          .getContainer(Id)
          .remove({ force: true, v: true })
          .catch(() => undefined)
      await unmountSockets(directory)
      await bus.child.stop('SIGKILL', 1000)
      await drop()
    },
  }
  try {
    await start()
  } catch (error) {
    await self.destroy()
    throw error
  }
  return self
}

export const ownContainers = (engine: Docker, deployment: string) =>
  engine.listContainers({ all: true, filters: { label: [`arcx.deployment=${deployment}`] } })

/** Waits until the workspace is in a state; a failure on the way there is an error with its reason. */
export async function untilState(
  person: Person,
  workspaceId: Workspace['id'],
  state: WorkspaceState,
): Promise<Workspace> {
  return until(async () => {
    const workspace = await person.api.workspaces.get.query({ workspaceId })
    if (workspace.state !== state)
      throw new Error(`It is ${workspace.state} (${workspace.step ?? workspace.reason ?? ''}) and not ${state}.`)
    return workspace
  }, 60_000)
}

export async function createRunning(person: Person, name: string): Promise<Workspace> {
  const { id } = await person.api.workspaces.create.mutate({ name })
  return untilState(person, id, 'running')
}

export interface Ran {
  readonly exitCode: number
  readonly output: string
}

/** Runs a program in a workspace's container as its person, as hostile code in it would run. */
export async function runInside(
  engine: Docker,
  workspaceId: Workspace['id'],
  command: readonly string[],
  user = '1000:1000',
): Promise<Ran> {
  const [info] = await engine.listContainers({ filters: { label: [`arcx.workspace=${workspaceId}`] } })
  if (info === undefined) throw new Error('The workspace has no container.')
  const execution = await engine
    .getContainer(info.Id)
    .exec({ Cmd: [...command], User: user, AttachStdout: true, AttachStderr: true, Tty: true })
  const stream = await execution.start({ hijack: true, stdin: false, Tty: true })
  let output = ''
  stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  await once(stream, 'end')
  return { exitCode: (await execution.inspect()).ExitCode ?? -1, output }
}

/** Leaves a program running in a workspace's container. */
export async function startInside(
  engine: Docker,
  workspaceId: Workspace['id'],
  command: readonly string[],
): Promise<void> {
  const [info] = await engine.listContainers({ filters: { label: [`arcx.workspace=${workspaceId}`] } })
  const execution = await engine.getContainer(info?.Id ?? '').exec({ Cmd: [...command], User: '1000:1000' })
  await execution.start({ Detach: true })
}
