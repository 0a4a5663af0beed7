import { fork } from 'node:child_process'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { watchChild } from './children.ts'
import type { Child } from './children.ts'
import { LaunchError } from './progress.ts'
import type { Progress } from './progress.ts'

const FromService = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('failed'), line: z.string() }),
])

/** One that ends as often within that time is not begun again. */
const mostEnds = 4
const withinMs = 60_000

export type Folder = 'server' | 'proxy' | 'collab'
const names: Readonly<Record<Folder, string>> = { server: 'The orchestrator', proxy: 'arc-proxy', collab: 'team-state' }
const logNames: Readonly<Record<Folder, string>> = { server: 'orchestrator.log', proxy: 'proxy.log', collab: 'team-state.log' }

export interface ServiceNeeds {
  readonly repository: string
  /** Where their logs go. */
  readonly logs: string
  readonly variables: NodeJS.ProcessEnv
  /** In the order in which they start. */
  readonly folders: readonly Folder[]
  readonly progress: Progress
}

/** The processes of arcx. One that ends by itself is begun again: what it knew stands in PostgreSQL. */
export class Services {
  readonly #needs: ServiceNeeds
  readonly #running = new Map<Folder, Child>()
  readonly #ends = new Map<Folder, readonly number[]>()
  readonly #broken = Promise.withResolvers<string>()
  #state: 'running' | 'restarting' | 'stopped' = 'running'

  constructor(needs: ServiceNeeds) {
    this.#needs = needs
  }

  /** Resolves with a line when one cannot be kept running. */
  get broken(): Promise<string> {
    return this.#broken.promise
  }

  /** @throws {LaunchError} where one does not come up. */
  async start(): Promise<void> {
    for (const folder of this.#needs.folders) if (this.#state !== 'stopped') await this.#begin(folder)
  }

  /** @throws {LaunchError} where one does not come up. */
  async restart(): Promise<void> {
    if (this.#state === 'stopped') return
    this.#state = 'restarting'
    try {
      await this.#stopAll()
      await this.start()
    } finally {
      if (this.#state === 'restarting') this.#state = 'running'
    }
  }

  /** Also while they are being started: then no other is begun. */
  async stop(): Promise<void> {
    this.#state = 'stopped'
    await this.#stopAll()
  }

  async #stopAll(): Promise<void> {
    for (const folder of [...this.#running.keys()].toReversed()) {
      const child = this.#running.get(folder)
      this.#running.delete(folder)
      await child?.stop('SIGTERM', 5000)
    }
  }

  /** Its line of failure, if it has one, comes over the channel; its log goes to a file. */
  async #begin(folder: Folder): Promise<void> {
    const { repository, logs, variables } = this.#needs
    const logFile = join(logs, logNames[folder])
    const log = openSync(logFile, 'a', 0o600)
    const service = fork(join(repository, folder, 'main.ts'), [], { detached: true, env: variables, stdio: ['ignore', log, log, 'ipc'] })
    const child = watchChild(names[folder], service)
    this.#running.set(folder, child)
    const outcome = await Promise.race([
      new Promise<z.infer<typeof FromService>>((resolve) => service.on('message', (message) => {
        const parsed = FromService.safeParse(message)
        if (parsed.success) resolve(parsed.data)
      })),
      child.ended.then((how) => ({ type: 'failed' as const, line: `${child.name} has ended (${how}); see ${logFile}.` })),
    ])
    if (outcome.type === 'failed') throw new LaunchError(outcome.line)
    void child.ended.then((how) => this.#hasEnded(folder, child, how))
  }

  async #hasEnded(folder: Folder, child: Child, how: string): Promise<void> {
    if (this.#state !== 'running' || this.#running.get(folder) !== child) return
    const now = Date.now()
    const ends = [...(this.#ends.get(folder) ?? []).filter((at) => now - at < withinMs), now]
    this.#ends.set(folder, ends)
    const see = `see ${join(this.#needs.logs, logNames[folder])}`
    if (ends.length >= mostEnds) return this.#broken.resolve(`${child.name} keeps ending (${how}); ${see}.`)
    this.#needs.progress.say(`${child.name} has ended (${how}) and is started again; ${see}.`)
    try {
      await this.#begin(folder)
      this.#needs.progress.say(`${child.name} is back.`)
    } catch (error) {
      if (this.#state === 'running') this.#broken.resolve(error instanceof Error ? error.message : String(error))
    }
  }
}
