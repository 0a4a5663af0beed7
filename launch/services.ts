import { fork } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { watchChild, whenWorking } from './children.ts'
import type { Child } from './children.ts'
import { processesCalled, untilEnded } from './ending.ts'
import { SupervisedProcess } from './supervised-process.ts'
import type { MemoryLimits } from './memory.ts'
import { LaunchError } from './progress.ts'
import type { Progress } from './progress.ts'

const FromService = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('failed'), line: z.string() }),
])

export type Folder = 'server' | 'proxy' | 'collab'
const names: Readonly<Record<Folder, string>> = { server: 'The orchestrator', proxy: 'arc-proxy', collab: 'team-state' }
const shortNames: Readonly<Record<Folder, string>> = { server: 'orchestrator', proxy: 'proxy', collab: 'team-state' }
const graceMs = 5000

export interface ServiceDependencies {
  readonly repository: string
  /** Where their logs go. */
  readonly logs: string
  readonly variables: NodeJS.ProcessEnv
  /** In the order in which they start. */
  readonly folders: readonly Folder[]
  /** What must run before they start. */
  readonly after: readonly SupervisedProcess[]
  readonly limits: MemoryLimits
  readonly progress: Progress
}

/** The processes of arcx. One that ends by itself is started again: what it knew stands in PostgreSQL. */
export class Services {
  readonly #kept: readonly SupervisedProcess[]
  #stopped = false

  constructor({ repository, logs, variables, folders, after, limits, progress }: ServiceDependencies) {
    this.#kept = folders.map((folder) => {
      const service = {
        name: names[folder],
        shortName: shortNames[folder],
        program: programOf(repository, folder),
        logFile: join(logs, `${shortNames[folder]}.log`),
        variables,
        limits,
      }
      return new SupervisedProcess({
        name: service.name,
        logFile: service.logFile,
        progress,
        after,
        stopBy: { signal: 'SIGTERM', graceMs },
        begin: (signal) => startService(service, signal),
      })
    })
  }

  /** @throws {LaunchError} where one does not come up. */
  async start(): Promise<void> {
    for (const each of this.#kept) if (!this.#stopped) await each.start()
  }

  /** @throws {LaunchError} where one does not come up. */
  async restart(): Promise<void> {
    await this.#stopAll()
    await this.start()
  }

  /** Also while they are being started: then no other is begun. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#stopAll()
  }

  async #stopAll(): Promise<void> {
    for (const each of this.#kept.toReversed()) await each.stop()
  }
}

const programOf = (repository: string, folder: Folder) => join(repository, folder, 'main.ts')

/** Services whose launcher is gone end too, but not at once, and hold their ports until then. */
export async function untilLastHaveEnded(repository: string, directory: string, progress: Progress): Promise<void> {
  const programs = new Set((['server', 'proxy', 'collab'] as const).map((folder) => programOf(repository, folder)))
  await untilEnded(
    {
      name: 'the services',
      find: () => processesCalled((words) => words.some((word) => programs.has(word)), `ARC_DATA_DIR=${directory}`),
      signal: 'SIGTERM',
    },
    progress,
  )
}

export interface Service {
  readonly name: string
  readonly shortName: string
  readonly program: string
  readonly logFile: string
  readonly variables: NodeJS.ProcessEnv
  readonly limits: MemoryLimits
}

/** Starts a service and waits until it is ready. Its line of failure, if it has one, comes over the channel; its log goes to a file. */
export async function startService(
  { name, shortName, program, logFile, variables, limits }: Service,
  signal: AbortSignal,
): Promise<Child> {
  const log = openSync(logFile, 'a', 0o600)
  const service = fork(program, [], {
    detached: true,
    env: variables,
    execArgv: [...limits.nodeOptions],
    stdio: ['ignore', log, log, 'ipc'],
  })
  closeSync(log)
  const child = watchChild(name, service)
  const ready = Promise.withResolvers<void>()
  // It may end before anybody waits for this.
  ready.promise.catch(() => undefined)
  service.on('message', (message) => {
    const { data } = FromService.safeParse(message)
    if (data?.type === 'ready') ready.resolve()
    if (data?.type === 'failed') ready.reject(new LaunchError(data.line))
  })
  void child.ended.then((how) => ready.reject(new LaunchError(`${name} has ended (${how}); see ${logFile}.`)))
  if (service.pid !== undefined) await limits.hold(shortName, service.pid)
  await whenWorking(child, signal, ready.promise)
  return child
}
