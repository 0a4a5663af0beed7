import type { Socket } from 'node:net'
import type { LogLine, StatsSample, Tracked, WorkspaceId } from '@arcx/router'

/** Which container is meant: the n-th of a workspace. */
export interface ContainerRef {
  readonly workspaceId: WorkspaceId
  readonly incarnation: number
}

export interface ContainerSpec extends ContainerRef {
  readonly name: string
}

export interface ContainerStatus extends ContainerRef {
  readonly running: boolean
  /** Why it ended, for a person; `null` while it runs. */
  readonly ending: string | null
}

export interface SupervisorAnswer {
  readonly lastActivityAt: string
  readonly samples: readonly Tracked<StatsSample>[]
}

/** Containers. All methods throw `ArcError` `engine_unavailable` while the engine does not answer. */
export interface RuntimePort {
  /** Makes and starts a container; resolves once its IDE answers. Removes what it made when it fails. */
  start(spec: ContainerSpec, onStep: (step: string) => Promise<void>, signal: AbortSignal): Promise<void>
  /** Keeps the last of its log, then removes the workspace's containers; `except` spares one incarnation. */
  remove(workspaceId: WorkspaceId, except?: number): Promise<void>
  /** All containers of this deployment, or those of one workspace. */
  containers(workspaceId?: WorkspaceId): Promise<readonly ContainerStatus[]>
  /** Workspaces whose containers have ended, as it happens. Ends with the signal. */
  endings(signal: AbortSignal): AsyncIterable<WorkspaceId>
  /** What the supervisor measured behind `after`. */
  report(ref: ContainerRef, after: string | undefined): Promise<SupervisorAnswer>
  /** A connection to the IDE of the workspace's newest container. The socket emits an error where there is none. */
  dialIde(workspaceId: WorkspaceId): Socket
  logs(ref: ContainerRef, after: string | undefined, signal: AbortSignal): AsyncIterable<Tracked<LogLine>>
  removeHome(workspaceId: WorkspaceId): Promise<void>
  check(): Promise<void>
}
