import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Container, ContainerInfo, ContainerInspectInfo } from 'dockerode'
import { ArcError, WorkspaceId, errors } from '@arcx/router'
import type { LogLine, Tracked } from '@arcx/router'
import type { SupervisorOrders } from '@arcx/router/supervisor'
import type { Log } from '@arcx/service-kit/log'
import type { Connection } from './connection.ts'
import { containerName, containerOptions, idePort, labels, socketsInside } from './container.ts'
import type { ContainerSettings } from './container.ts'
import type { EgressDoor } from './egress-door.ts'
import { ask, orNothing, statusOf } from './engine.ts'
import type { Engine } from './engine.ts'
import { LogFrames, isBehind } from './docker/log-frames.ts'
import type { FilesUse, HomeMounts, Homes } from './home.ts'
import { startExecution } from './docker-exec.ts'
import { StartRefused } from './port.ts'
import type {
  ContainerRef,
  ContainerSpec,
  ContainerStatus,
  ExecRequest,
  Execution,
  RuntimePort,
  SupervisorAnswer,
} from './port.ts'
import { SupervisorClient } from './supervisor-client.ts'
import type { SupervisorKeys } from './supervisor-keys.ts'

const readyTimeoutMs = 60_000
const keptLogLines = 2000

/** Workspaces as Docker containers. */
export class DockerRuntime implements RuntimePort {
  readonly #engine: Engine
  readonly #settings: ContainerSettings
  readonly #homes: Homes
  readonly #connection: Connection
  readonly #keyOf: SupervisorKeys
  readonly #door: EgressDoor | null
  readonly #log: Log
  readonly #clients = new Map<string, SupervisorClient>()

  /** `door`: null where workspaces have no way out by arc-proxy. */
  constructor(
    engine: Engine,
    settings: ContainerSettings,
    homes: Homes,
    connection: Connection,
    keyOf: SupervisorKeys,
    door: EgressDoor | null,
    log: Log,
  ) {
    this.#engine = engine
    this.#settings = settings
    this.#homes = homes
    this.#connection = connection
    this.#keyOf = keyOf
    this.#door = door
    this.#log = log
  }

  async start(spec: ContainerSpec, onStep: (step: string) => Promise<void>, signal: AbortSignal): Promise<void> {
    await onStep('Preparing the home directory')
    await this.#homes.make(spec.workspaceId)
    const mounts = await this.#homes.mount(spec.workspaceId)
    const authority = (await this.#door?.open(spec.workspaceId, mounts.sockets)) ?? null
    await onStep('Starting the container')
    const container = await this.#create(spec, mounts)
    try {
      await this.#startWithOrders(container, spec, authority)
      await onStep('Waiting for VS Code')
      await this.#untilReady(container, spec, signal)
    } catch (error) {
      const said = statusOf(error) === null && !(error instanceof ArcError) ? await this.#lastWords(container) : null
      await this.remove(spec.workspaceId).catch(() => undefined)
      if (isLeftEndpoint(error)) {
        await this.#dropEndpoint(containerName(spec))
        throw errors.engineTroubled('it holds an address for a container that is gone', error)
      }
      throw said === null || said === '' ? error : new Error(said, { cause: error })
    }
  }

  async adopt(workspaceId: WorkspaceId): Promise<void> {
    await this.#door?.open(workspaceId, this.#homes.mounts(workspaceId).sockets, true)
  }

  async remove(workspaceId: WorkspaceId, except?: number): Promise<void> {
    for (const info of await this.#list(workspaceId)) {
      const ref = refOf(info)
      if (ref === null || ref.incarnation === except) continue
      const container = this.#engine.getContainer(info.Id)
      await orNothing(container.stop({ t: 3 }))
      const log = await orNothing(container.logs({ stdout: true, stderr: true, timestamps: true, tail: keptLogLines }))
      // It is let go of even where its log cannot be kept, as on a full disk.
      if (log !== null)
        await this.#homes
          .keepLog(workspaceId, new LogFrames().read(log as unknown as Buffer))
          .catch((error: unknown) => this.#log.warn({ err: error, workspaceId }, 'the log of a container was not kept'))
      await orNothing(container.remove({ force: true, v: true }))
      this.#forget(ref)
    }
    if (except === undefined) await this.#homes.unmount(workspaceId)
  }

  async containers(workspaceId?: WorkspaceId): Promise<readonly ContainerStatus[]> {
    const found: ContainerStatus[] = []
    for (const info of await this.#list(workspaceId)) {
      const ref = refOf(info)
      if (ref === null) continue
      // The engine's list lags behind its own events for a moment; what it tells of one container does not.
      const ending = workspaceId === undefined && info.State === 'running' ? null : await this.#ending(info)
      found.push({ ...ref, running: ending === null, ending: ending?.why ?? null, endedAt: ending?.at ?? null })
    }
    return found
  }

  async *endings(signal: AbortSignal): AsyncIterable<WorkspaceId> {
    const filters = {
      type: ['container' as const],
      event: ['die', 'destroy'],
      label: [this.#ownLabel, `${labels.role}=workspace`],
    }
    const stream = (await ask(this.#engine.getEvents({ filters, abortSignal: signal }))) as Readable
    try {
      for await (const line of createInterface({ input: stream })) {
        const event = JSON.parse(line) as { Actor?: { Attributes?: Record<string, string> } }
        const id = WorkspaceId.safeParse(event.Actor?.Attributes?.[labels.workspace])
        if (id.success) yield id.data
      }
    } finally {
      stream.destroy()
    }
  }

  async report(ref: ContainerRef, after: string | undefined): Promise<SupervisorAnswer> {
    // A sample's id names its container, since each counts from one.
    const [incarnation, sequence] = (after ?? '').split('.')
    const from = Number(incarnation) === ref.incarnation ? Number(sequence) || 0 : 0
    const report = await this.#client(ref).report(from)
    return {
      lastActivityAt: report.lastActivityAt,
      samples: report.samples.map(({ sequence: number, sample }) => ({
        id: `${ref.incarnation}.${number}`,
        data: sample,
      })),
    }
  }

  exec(ref: ContainerRef, request: ExecRequest): Promise<Execution> {
    return startExecution(this.#engine.getContainer(containerName(ref)), request)
  }

  async *logs(
    ref: ContainerRef,
    after: string | undefined,
    follow: boolean,
    signal: AbortSignal,
  ): AsyncIterable<Tracked<LogLine>> {
    const frames = new LogFrames()
    const isNew = (line: Tracked<LogLine>) => isBehind(line.id, after)
    const container = this.#engine.getContainer(containerName(ref))
    const options = { stdout: true, stderr: true, timestamps: true, tail: keptLogLines } as const
    if (!follow) {
      const kept = (await orNothing(container.logs(options))) as unknown as Buffer | null
      yield* (kept === null ? await this.#homes.keptLog(ref.workspaceId) : frames.read(kept)).filter(isNew)
      return
    }
    const stream = await orNothing(
      container.logs({
        ...options,
        follow: true,
        since: after === undefined ? 0 : Math.floor(Date.parse(after.split('/')[0] ?? '') / 1000),
        abortSignal: signal,
      }),
    )
    if (stream === null) {
      yield* (await this.#homes.keptLog(ref.workspaceId)).filter(isNew)
      return
    }
    try {
      for await (const chunk of stream as unknown as AsyncIterable<Buffer>) yield* frames.read(chunk).filter(isNew)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      ;(stream as unknown as Readable).destroy()
    }
  }

  measure(workspaceId: WorkspaceId, signal: AbortSignal): Promise<FilesUse | null> {
    return this.#homes.measure(workspaceId, signal)
  }

  async removeHome(workspaceId: WorkspaceId): Promise<void> {
    await this.#door?.shut(workspaceId)
    await this.#homes.remove(workspaceId)
  }

  async check(): Promise<void> {
    await ask(this.#engine.ping())
  }

  close(): void {
    for (const client of this.#clients.values()) client.close()
    this.#clients.clear()
  }

  get #ownLabel(): string {
    return `${labels.deployment}=${this.#settings.deployment}`
  }

  #list(workspaceId?: WorkspaceId): Promise<ContainerInfo[]> {
    const label = [this.#ownLabel, `${labels.role}=workspace`]
    if (workspaceId !== undefined) label.push(`${labels.workspace}=${workspaceId}`)
    return ask(this.#engine.listContainers({ all: true, filters: { label } }))
  }

  async #create(spec: ContainerSpec, mounts: HomeMounts): Promise<Container> {
    const options = containerOptions(this.#settings, spec, mounts)
    try {
      return await ask(this.#engine.createContainer(options))
    } catch (error) {
      const status = statusOf(error) ?? 0
      if (status >= 400 && status < 500 && status !== 409)
        throw new StartRefused(error instanceof Error ? error.message : String(error), { cause: error })
      if (status !== 409) throw error
      // Left by a start that was cut off before its orders came; it can never become ready.
      await orNothing(this.#engine.getContainer(containerName(spec)).remove({ force: true }))
      return ask(this.#engine.createContainer(options))
    }
  }

  /** The key reaches the supervisor by its standard input alone. */
  async #startWithOrders(container: Container, spec: ContainerSpec, authority: string | null): Promise<void> {
    const orders: SupervisorOrders = {
      key: this.#keyOf(spec).toString('base64'),
      workspaceName: spec.name,
      sockets: socketsInside,
      tcpPort: this.#settings.tcpEdge ? idePort : null,
      authority,
      environment: spec.environment,
    }
    const input = await ask(container.attach({ stream: true, stdin: true, hijack: true }))
    input.on('error', () => undefined)
    try {
      await ask(container.start())
      input.end(`${JSON.stringify(orders)}\n`)
      await once(input, 'finish')
    } finally {
      input.end()
    }
  }

  async #untilReady(container: Container, spec: ContainerSpec, outer: AbortSignal): Promise<void> {
    const client = this.#client(spec)
    const timeout = AbortSignal.timeout(readyTimeoutMs)
    const ended = new AbortController()
    void container.wait().then(
      () => ended.abort(),
      () => undefined,
    )
    const signal = AbortSignal.any([timeout, ended.signal, outer])
    for (;;) {
      try {
        return await client.ready(signal)
      } catch (error) {
        if (outer.aborted) throw error
        if (ended.signal.aborted) throw new Error('The workspace ended before VS Code answered.', { cause: error })
        if (timeout.aborted)
          throw new Error(`VS Code did not answer within ${readyTimeoutMs / 1000} s.`, { cause: error })
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
  }

  /** An engine that ended in the middle of a start keeps the network's half of it, by the container's name. */
  async #dropEndpoint(name: string): Promise<void> {
    const { isolation } = this.#settings
    if (isolation.form === 'sealed') return
    await this.#engine
      .getNetwork(isolation.network.id)
      .disconnect({ Container: name, Force: true })
      .catch((error: unknown) => this.#log.warn({ err: error, container: name }, 'an address stays taken'))
  }

  /** What a container that failed said last, as one line. */
  async #lastWords(container: Container): Promise<string | null> {
    const state = (await orNothing(container.inspect()))?.State
    if (state === undefined || state.Running) return null
    const log = (await orNothing(
      container.logs({ stdout: true, stderr: true, timestamps: true, tail: 3 }),
    )) as Buffer | null
    const lines = log === null ? [] : new LogFrames().read(log).map((line) => line.data.text)
    return `${endingOf(state)} ${lines.join(' ')}`.trim().slice(0, 400)
  }

  /** Why it ended; `null` while it runs. */
  async #ending(info: ContainerInfo): Promise<{ readonly why: string; readonly at: Date | null } | null> {
    const inspected: ContainerInspectInfo | null = await orNothing(this.#engine.getContainer(info.Id).inspect())
    if (inspected === null) return { why: 'Its container was removed.', at: null }
    if (inspected.State.Running) return null
    const at = new Date(inspected.State.FinishedAt)
    // One that never ran ended in the year 1.
    return { why: endingOf(inspected.State), at: at.getTime() > 0 ? at : null }
  }

  #client(ref: ContainerRef): SupervisorClient {
    const name = containerName(ref)
    const known = this.#clients.get(name)
    if (known !== undefined) return known
    const client = new SupervisorClient(() => this.#connection.dialSupervisor(ref))
    this.#clients.set(name, client)
    return client
  }

  #forget(ref: ContainerRef): void {
    const name = containerName(ref)
    this.#clients.get(name)?.close()
    this.#clients.delete(name)
    this.#log.debug({ container: name }, 'container removed')
  }
}

const isLeftEndpoint = (error: unknown) =>
  statusOf(error) === 403 && error instanceof Error && /endpoint with name .* already exists/.test(error.message)

function endingOf(state: ContainerInspectInfo['State']): string {
  if (state.OOMKilled) return 'It used more memory than it may.'
  if (state.ExitCode === 137) return 'Its container was killed.'
  return `Its container ended with exit code ${state.ExitCode}.`
}

function refOf(info: ContainerInfo): ContainerRef | null {
  const workspaceId = WorkspaceId.safeParse(info.Labels[labels.workspace])
  const incarnation = Number(info.Labels[labels.incarnation])
  return workspaceId.success && Number.isInteger(incarnation) ? { workspaceId: workspaceId.data, incarnation } : null
}
