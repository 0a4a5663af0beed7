import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Container, ContainerInfo, ContainerInspectInfo } from 'dockerode'
import { WorkspaceId, errors } from '@arcx/router'
import type { LogLine, Tracked } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { ContainerEvent, ContainerSpec, ContainerStats, Engine } from '../engine.ts'
import { isBehind } from '../log-order.ts'
import { StartRefused } from '../port.ts'
import type { ContainerRef, ContainerStatus, ExecRequest, Execution } from '../port.ts'
import { ask, orNotRunning, orNothing, statusOf } from './client.ts'
import type { DockerClient } from './client.ts'
import { containerName, containerOptions, labels } from './container.ts'
import type { ContainerSettings } from './container.ts'
import { startExecution } from './exec.ts'
import { LogFrames } from './log-frames.ts'

const pauseTries = 5

/** Workspaces as containers of a Docker engine. */
export class DockerEngine implements Engine {
  readonly #docker: DockerClient
  readonly #settings: ContainerSettings
  readonly #log: Log

  constructor(docker: DockerClient, settings: ContainerSettings, log: Log) {
    this.#docker = docker
    this.#settings = settings
    this.#log = log
  }

  async make(spec: ContainerSpec): Promise<void> {
    const options = containerOptions(this.#settings, spec)
    try {
      await ask(this.#docker.createContainer(options))
    } catch (error) {
      const status = statusOf(error) ?? 0
      if (status >= 400 && status < 500 && status !== 409)
        throw new StartRefused(error instanceof Error ? error.message : String(error), { cause: error })
      if (status !== 409) throw error
      await this.remove(spec)
      await ask(this.#docker.createContainer(options))
    }
  }

  async start(ref: ContainerRef, input: string): Promise<void> {
    const container = this.#container(ref)
    const stdin = await ask(container.attach({ stream: true, stdin: true, hijack: true }))
    stdin.on('error', () => undefined)
    try {
      await ask(container.start())
      stdin.end(input)
      // One that ended at once does not take it; that it has ended is seen by whoever waits for it.
      await once(stdin, 'finish').catch(() => undefined)
    } catch (error) {
      if (!isLeftEndpoint(error)) throw error
      await this.remove(ref)
      await this.#dropEndpoint(ref)
      throw errors.engineTroubled('it holds an address for a container that is gone', error)
    } finally {
      stdin.end()
    }
  }

  async stop(ref: ContainerRef, graceSeconds: number): Promise<void> {
    await orNothing(this.#container(ref).stop({ t: graceSeconds }))
  }

  async pause(ref: ContainerRef): Promise<void> {
    for (let tries = 1; !(await this.#running(ref)).paused; tries += 1) {
      try {
        await orNotRunning(this.#container(ref).pause())
      } catch (error) {
        // While processes are being made, the kernel may not get hold of all of them within the engine's patience.
        if (tries === pauseTries || !isUnfrozen(error)) throw error
      }
    }
  }

  async resume(ref: ContainerRef): Promise<void> {
    if ((await this.#running(ref)).paused) await orNotRunning(this.#container(ref).unpause())
  }

  async remove(ref: ContainerRef): Promise<void> {
    await orNothing(this.#container(ref).remove({ force: true, v: true }))
    this.#log.debug({ container: containerName(ref) }, 'container removed')
  }

  async inspect(ref: ContainerRef): Promise<ContainerStatus | null> {
    const info: ContainerInspectInfo | null = await orNothing(this.#container(ref).inspect())
    return info === null ? null : { ...ref, ...conditionOf(info.State) }
  }

  async list(workspaceId?: WorkspaceId): Promise<readonly ContainerStatus[]> {
    const label = [this.#ownLabel, `${labels.role}=workspace`]
    if (workspaceId !== undefined) label.push(`${labels.workspace}=${workspaceId}`)
    const found: ContainerStatus[] = []
    for (const info of await ask(this.#docker.listContainers({ all: true, filters: { label } }))) {
      const ref = refOf(info.Labels)
      if (ref === null) continue
      // The engine's list lags behind its own events for a moment; what it tells of one container does not.
      found.push(workspaceId === undefined && isRunning(info) ? { ...ref, ...runs } : await this.#listed(ref))
    }
    return found
  }

  async ended(ref: ContainerRef): Promise<void> {
    await orNothing(this.#container(ref).wait())
  }

  async *events(signal: AbortSignal): AsyncIterable<ContainerEvent> {
    const filters = {
      type: ['container' as const],
      event: ['die', 'destroy'],
      label: [this.#ownLabel, `${labels.role}=workspace`],
    }
    const stream = (await ask(this.#docker.getEvents({ filters, abortSignal: signal }))) as Readable
    try {
      for await (const line of createInterface({ input: stream })) {
        const event = JSON.parse(line) as { Action?: string; Actor?: { Attributes?: Record<string, string> } }
        const ref = refOf(event.Actor?.Attributes ?? {})
        if (ref !== null) yield { ...ref, kind: event.Action === 'destroy' ? 'removed' : 'ended' }
      }
    } finally {
      stream.destroy()
    }
  }

  exec(ref: ContainerRef, request: ExecRequest): Promise<Execution> {
    return startExecution(this.#container(ref), request)
  }

  async stats(ref: ContainerRef): Promise<ContainerStats> {
    const stats = await orNothing(this.#container(ref).stats({ stream: false, 'one-shot': true }))
    const processes = stats?.pids_stats?.current ?? 0
    // Of one that has ended the engine tells zeros, or leaves them out.
    if (stats === null || processes === 0) throw errors.workspaceNotRunning()
    return {
      cpuSeconds: stats.cpu_stats.cpu_usage.total_usage / 1e9,
      memoryBytes: stats.memory_stats.usage,
      processes,
    }
  }

  async logs(ref: ContainerRef, most: number): Promise<readonly Tracked<LogLine>[] | null> {
    const log = await orNothing(this.#container(ref).logs({ ...allOfIt, tail: most }))
    return log === null ? null : new LogFrames().read(log as unknown as Buffer)
  }

  async followLogs(
    ref: ContainerRef,
    after: string | undefined,
    most: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Tracked<LogLine>> | null> {
    const since = after === undefined ? 0 : Math.floor(Date.parse(after.split('/')[0] ?? '') / 1000)
    const stream = await orNothing(
      this.#container(ref).logs({ ...allOfIt, tail: most, follow: true, since, abortSignal: signal }),
    )
    return stream === null ? null : linesOf(stream as unknown as Readable, after, signal)
  }

  async check(): Promise<void> {
    await ask(this.#docker.ping())
  }

  get #ownLabel(): string {
    return `${labels.deployment}=${this.#settings.deployment}`
  }

  #container(ref: ContainerRef): Container {
    return this.#docker.getContainer(containerName(ref))
  }

  async #running(ref: ContainerRef): Promise<ContainerStatus> {
    const status = await this.inspect(ref)
    if (status?.running !== true) throw errors.workspaceNotRunning()
    return status
  }

  async #listed(ref: ContainerRef): Promise<ContainerStatus> {
    const gone = { running: false, paused: false, ending: 'Its container was removed.', endedAt: null }
    return (await this.inspect(ref)) ?? { ...ref, ...gone }
  }

  /** An engine that ended in the middle of a start keeps the network's half of it, by the container's name. */
  async #dropEndpoint(ref: ContainerRef): Promise<void> {
    const { isolation } = this.#settings
    if (isolation.form === 'sealed') return
    const name = containerName(ref)
    await this.#docker
      .getNetwork(isolation.network.id)
      .disconnect({ Container: name, Force: true })
      .catch((error: unknown) => this.#log.warn({ err: error, container: name }, 'an address stays taken'))
  }
}

const allOfIt = { stdout: true, stderr: true, timestamps: true } as const
const runs = { running: true, paused: false, ending: null, endedAt: null } as const
const isRunning = ({ State }: ContainerInfo) => State === 'running'

async function* linesOf(
  stream: Readable,
  after: string | undefined,
  signal: AbortSignal,
): AsyncIterable<Tracked<LogLine>> {
  const frames = new LogFrames()
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>)
      yield* frames.read(chunk).filter((line) => isBehind(line.id, after))
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    stream.destroy()
  }
}

const isUnfrozen = (error: unknown) => error instanceof Error && /unable to freeze/.test(error.message)

const isLeftEndpoint = (error: unknown) =>
  statusOf(error) === 403 && error instanceof Error && /endpoint with name .* already exists/.test(error.message)

function conditionOf(state: ContainerInspectInfo['State']): Omit<ContainerStatus, keyof ContainerRef> {
  if (state.Running) return { ...runs, paused: state.Paused }
  const at = new Date(state.FinishedAt)
  // One that never ran ended in the year 1.
  return { running: false, paused: false, ending: endingOf(state), endedAt: at.getTime() > 0 ? at : null }
}

function endingOf(state: ContainerInspectInfo['State']): string {
  if (state.OOMKilled) return 'It used more memory than it may.'
  if (state.ExitCode === 137) return 'Its container was killed.'
  return `Its container ended with exit code ${state.ExitCode}.`
}

function refOf(own: Readonly<Record<string, string>>): ContainerRef | null {
  const workspaceId = WorkspaceId.safeParse(own[labels.workspace])
  const incarnation = Number(own[labels.incarnation])
  return workspaceId.success && Number.isInteger(incarnation) ? { workspaceId: workspaceId.data, incarnation } : null
}
