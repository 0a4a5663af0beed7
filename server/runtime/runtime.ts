import type { LogLine, Tracked, WorkspaceId } from '@arcx/router'
import type { SupervisorOrders } from '@arcx/router/supervisor'
import type { Log } from '@arcx/service-kit/log'
import type { Connection } from './connection.ts'
import type { ProxyClient } from './proxy-client.ts'
import { containerKey } from './container-key.ts'
import type { ContainerStats, Engine } from './engine.ts'
import type { FilesUse } from './home.ts'
import { socketsInside } from './inside.ts'
import { isBehind } from './log-order.ts'
import { merged } from './merged.ts'
import type { Nodes } from './node.ts'
import type {
  ContainerRef,
  ContainerStatus,
  ExecRequest,
  Execution,
  RuntimePort,
  StartRequest,
  SupervisorAnswer,
} from './port.ts'
import { StartSuperseded, startSteps } from './port.ts'
import { SupervisorClient } from './supervisor-client.ts'
import type { SupervisorKeys } from './supervisor-keys.ts'
import { untilReady } from './until-ready.ts'

const keptLogLines = 2000
const lastWordLines = 3
const stopGraceSeconds = 3

export interface RuntimeDependencies {
  readonly nodes: Nodes
  readonly connection: Connection
  readonly keyOf: SupervisorKeys
  /** Null where workspaces have no way out by arc-proxy. */
  readonly egress: ProxyClient | null
  /** Where in the container the IDE is also to be had by TCP; null for nowhere. */
  readonly tcpPort: number | null
  readonly log: Log
}

/** Workspaces, over whatever engines, homes and connections there are. */
export class WorkspaceRuntime implements RuntimePort {
  readonly #dependencies: RuntimeDependencies
  readonly #supervisors = new Map<string, SupervisorClient>()

  constructor(dependencies: RuntimeDependencies) {
    this.#dependencies = dependencies
  }

  async start(request: StartRequest, onStep: (step: string) => void, signal: AbortSignal): Promise<void> {
    const { workspaceId, incarnation, name } = request
    const ref: ContainerRef = { workspaceId, incarnation }
    const { engine, homes } = await this.#dependencies.nodes.of(workspaceId)
    onStep(startSteps.home)
    await homes.make(workspaceId)
    const mounts = await homes.mount(workspaceId)
    const authority = (await this.#dependencies.egress?.open(workspaceId, mounts.sockets)) ?? null
    onStep(startSteps.container)
    await engine.make({ ...ref, name, mounts })
    try {
      await engine.start(ref, this.#ordersFor(request, authority))
      onStep(startSteps.ide)
      await untilReady(this.#supervisor(ref), engine.ended(ref), signal).catch(async (error: unknown) => {
        const said = await lastWords(engine, ref)
        throw said === null ? error : new Error(said, { cause: error })
      })
    } catch (error) {
      // What is there now may be what another copy has started since.
      if (!(signal.reason instanceof StartSuperseded)) await this.remove(workspaceId).catch(() => undefined)
      throw error
    }
  }

  async adopt(workspaceId: WorkspaceId): Promise<void> {
    const { homes } = await this.#dependencies.nodes.of(workspaceId)
    await this.#dependencies.egress?.open(workspaceId, homes.mounts(workspaceId).sockets, true)
  }

  async remove(workspaceId: WorkspaceId, except?: number): Promise<void> {
    const { engine, homes } = await this.#dependencies.nodes.of(workspaceId)
    for (const { incarnation } of await engine.list(workspaceId)) {
      if (incarnation === except) continue
      const ref: ContainerRef = { workspaceId, incarnation }
      await engine.stop(ref, stopGraceSeconds)
      const lines = await engine.logs(ref, keptLogLines)
      // It is let go of even where its log cannot be kept, as on a full disk.
      if (lines !== null)
        await homes
          .keepLog(workspaceId, lines)
          .catch((error: unknown) =>
            this.#dependencies.log.warn({ err: error, workspaceId }, 'the log of a container was not kept'),
          )
      await engine.remove(ref)
      this.#forget(ref)
    }
    if (except === undefined) await homes.unmount(workspaceId)
  }

  async containers(workspaceId?: WorkspaceId): Promise<readonly ContainerStatus[]> {
    if (workspaceId !== undefined) return (await this.#dependencies.nodes.of(workspaceId)).engine.list(workspaceId)
    return (await Promise.all(this.#dependencies.nodes.all.map(({ engine }) => engine.list()))).flat()
  }

  async *endings(signal: AbortSignal): AsyncIterable<WorkspaceId> {
    const all = this.#dependencies.nodes.all.map(
      ({ engine }) =>
        (until: AbortSignal) =>
          engine.events(until),
    )
    for await (const { workspaceId } of merged(all, signal)) yield workspaceId
  }

  async report(ref: ContainerRef, after: string | undefined): Promise<SupervisorAnswer> {
    // A sample's id names its container, since each counts from one.
    const [incarnation, sequence] = (after ?? '').split('.')
    const from = Number(incarnation) === ref.incarnation ? Number(sequence) || 0 : 0
    const report = await this.#supervisor(ref).report(from)
    return {
      lastActivityAt: report.lastActivityAt,
      samples: report.samples.map(({ sequence: number, sample }) => ({
        id: `${ref.incarnation}.${number}`,
        data: sample,
      })),
    }
  }

  async stats(ref: ContainerRef): Promise<ContainerStats> {
    return (await this.#dependencies.nodes.of(ref.workspaceId)).engine.stats(ref)
  }

  async exec(ref: ContainerRef, request: ExecRequest): Promise<Execution> {
    return (await this.#dependencies.nodes.of(ref.workspaceId)).engine.exec(ref, request)
  }

  async *logs(
    ref: ContainerRef,
    after: string | undefined,
    follow: boolean,
    signal: AbortSignal,
  ): AsyncIterable<Tracked<LogLine>> {
    const { engine, homes } = await this.#dependencies.nodes.of(ref.workspaceId)
    if (follow) {
      const lines = await engine.followLogs(ref, after, keptLogLines, signal)
      if (lines !== null) return yield* lines
    }
    const lines = (follow ? null : await engine.logs(ref, keptLogLines)) ?? (await homes.keptLog(ref.workspaceId))
    yield* lines.filter((line) => isBehind(line.id, after))
  }

  async measure(workspaceId: WorkspaceId, signal: AbortSignal): Promise<FilesUse | null> {
    return (await this.#dependencies.nodes.of(workspaceId)).homes.measure(workspaceId, signal)
  }

  async removeHome(workspaceId: WorkspaceId): Promise<void> {
    await this.#dependencies.egress?.shut(workspaceId)
    await (await this.#dependencies.nodes.of(workspaceId)).homes.remove(workspaceId)
  }

  async check(): Promise<void> {
    await Promise.all(this.#dependencies.nodes.all.map(({ engine }) => engine.check()))
  }

  close(): void {
    for (const client of this.#supervisors.values()) client.close()
    this.#supervisors.clear()
  }

  #ordersFor(request: StartRequest, authority: string | null): string {
    const orders: SupervisorOrders = {
      key: this.#dependencies.keyOf(request).toString('base64'),
      workspaceName: request.name,
      sockets: socketsInside,
      tcpPort: this.#dependencies.tcpPort,
      authority,
      environment: request.environment,
    }
    return `${JSON.stringify(orders)}\n`
  }

  #supervisor(ref: ContainerRef): SupervisorClient {
    const key = containerKey(ref)
    const known = this.#supervisors.get(key)
    if (known !== undefined) return known
    const client = new SupervisorClient(() => this.#dependencies.connection.dialSupervisor(ref))
    this.#supervisors.set(key, client)
    return client
  }

  #forget(ref: ContainerRef): void {
    const key = containerKey(ref)
    this.#supervisors.get(key)?.close()
    this.#supervisors.delete(key)
  }
}

/** Why a container ended and what it said last, as one line; null while it runs. */
async function lastWords(engine: Engine, ref: ContainerRef): Promise<string | null> {
  const status = await engine.inspect(ref)
  if (status === null || status.ending === null) return null
  const lines = (await engine.logs(ref, lastWordLines)) ?? []
  return `${status.ending} ${lines.map(({ data }) => data.text).join(' ')}`.trim().slice(0, 400)
}
