import type { LogLine, Tracked, WorkspaceId } from '@arcx/router'
import type { HomeMounts } from './home.ts'
import type { ContainerRef, ContainerStatus, ExecRequest, Execution } from './port.ts'

export interface ContainerSpec extends ContainerRef {
  /** The workspace's name, by which an edge that finds containers itself routes. */
  readonly name: string
  readonly mounts: HomeMounts
}

export interface ContainerEvent extends ContainerRef {
  readonly kind: 'ended' | 'removed'
}

/** What a container takes at one moment. */
export interface ContainerStats {
  /** Of processor time, since it was started. */
  readonly cpuSeconds: number
  readonly memoryBytes: number
  readonly processes: number
}

/**
 * Port: containers on one machine, this deployment's alone. Each is confined as docs/architecture.md has it ("Isolation"),
 * and begins with the workspace image's supervisor. All methods throw `engine_unavailable` while the engine does not answer.
 */
export interface Engine {
  /** Makes a container that does not run yet, in place of one that a cut-off start has left. @throws {StartRefused} */
  make(spec: ContainerSpec): Promise<void>
  /** `input` is all of its standard input: it stands in nothing that the engine shows. */
  start(container: ContainerRef, input: string): Promise<void>
  /** Asks it to end, and ends it after the grace. One that has ended, or is not there, is left as it is. */
  stop(container: ContainerRef, graceSeconds: number): Promise<void>
  /** Its processes stand still, and keep what they hold, until it is resumed. @throws `workspace_not_running`. */
  pause(container: ContainerRef): Promise<void>
  resume(container: ContainerRef): Promise<void>
  /** Also one that runs. One that is not there is left as it is. */
  remove(container: ContainerRef): Promise<void>
  /** Null where there is none. */
  inspect(container: ContainerRef): Promise<ContainerStatus | null>
  /** All of this deployment, or those of one workspace. */
  list(workspaceId?: WorkspaceId): Promise<readonly ContainerStatus[]>
  /** Resolves once it has ended, or is not there. */
  ended(container: ContainerRef): Promise<void>
  /** As it happens; ends with the signal. */
  events(signal: AbortSignal): AsyncIterable<ContainerEvent>
  /** @throws `workspace_not_running`. */
  exec(container: ContainerRef, request: ExecRequest): Promise<Execution>
  /** @throws `workspace_not_running`. */
  stats(container: ContainerRef): Promise<ContainerStats>
  /** The last `most` lines that its first process wrote; null where there is none. */
  logs(container: ContainerRef, most: number): Promise<readonly Tracked<LogLine>[] | null>
  /** The lines behind `after`, until it ends or the signal aborts; null where there is none. */
  followLogs(
    container: ContainerRef,
    after: string | undefined,
    most: number,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Tracked<LogLine>> | null>
  check(): Promise<void>
}
