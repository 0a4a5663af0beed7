import type { Writable } from 'node:stream'
import type { ContainerStats } from './engine.ts'
import type { FilesUse } from './home.ts'
import type { LogLine, StatsSample, Tracked, WorkspaceId, WorkspaceStep } from '@arcx/router'

/** Which container is meant: the n-th of a workspace. */
export interface ContainerRef {
  readonly workspaceId: WorkspaceId
  readonly incarnation: number
}

/** A workspace's name and the next of its containers. */
export interface StartRequest extends ContainerRef {
  readonly name: string
  /** Variables for its programs. Whoever is in the workspace sees them. */
  readonly environment: Readonly<Record<string, string>>
}

export interface ContainerStatus extends ContainerRef {
  readonly running: boolean
  /** It stands still, although it counts as running. */
  readonly paused: boolean
  /** Why it ended, for a person; `null` while it runs. */
  readonly ending: string | null
  /** When it ended, where the engine knows. */
  readonly endedAt: Date | null
}

/** The reason of a signal by which a start ends because another copy of this process drives the workspace now. */
export class StartSuperseded extends Error {
  override readonly name: string = 'StartSuperseded'
}

/** What a start goes through, in the words in which it is shown. */
export const startSteps = {
  home: 'Preparing the home directory',
  container: 'Starting the container',
  ide: 'Waiting for VS Code',
} as const satisfies Readonly<Record<string, WorkspaceStep>>

/** The engine will not make such a container, now or later. Its message is the engine's. */
export class StartRefused extends Error {
  override readonly name = 'StartRefused'
}

export interface SupervisorAnswer {
  readonly lastActivityAt: string
  readonly samples: readonly Tracked<StatsSample>[]
}

export interface ExecRequest {
  /** The program and its arguments; empty for a login shell. */
  readonly command: readonly string[]
  /** Null for pipes in place of a terminal. */
  readonly tty: { readonly columns: number; readonly rows: number; readonly type: string } | null
  /** Null for the project's folder. */
  readonly directory: string | null
}

export interface OutputChunk {
  readonly stream: 'stdout' | 'stderr'
  readonly bytes: Buffer
}

export type SignalName = 'INT' | 'TERM' | 'HUP' | 'QUIT' | 'KILL'

/** A program that runs in a container as the workspace's person. */
export interface Execution {
  readonly input: Writable
  /** The end of its input; at a terminal, what a person types for it. `inLine`: something stands in the last line. */
  endInput(inLine: boolean): void
  /** Read once; ends when the program has ended, with all that it wrote until then. With a terminal all of it is `stdout`. */
  readonly output: AsyncIterable<OutputChunk>
  /** Once the output has ended. 137 where the container went under it. */
  exitCode(): Promise<number>
  resize(columns: number, rows: number): Promise<void>
  /** To the program and everything that it has started. */
  signal(name: SignalName): Promise<void>
  /** Lets go of its streams; the program itself is ended by a signal. */
  destroy(): void
}

/** Containers. All methods throw `ArcError` `engine_unavailable` while the engine does not answer. */
export interface RuntimePort {
  /** Makes and starts a container; resolves once its IDE answers. Removes what it made when it fails. @throws {StartRefused} */
  start(request: StartRequest, onStep: (step: string) => void, signal: AbortSignal): Promise<void>
  /** One that runs since before this process did: sees that it has its way out. @throws `egress_unavailable`. */
  adopt(workspaceId: WorkspaceId): Promise<void>
  /** Keeps the last of its log, then removes the workspace's containers; `except` spares one incarnation. */
  remove(workspaceId: WorkspaceId, except?: number): Promise<void>
  /** All containers of this deployment, or those of one workspace. */
  containers(workspaceId?: WorkspaceId): Promise<readonly ContainerStatus[]>
  /** Workspaces whose containers have ended, as it happens. Ends with the signal. */
  endings(signal: AbortSignal): AsyncIterable<WorkspaceId>
  /** What the supervisor measured behind `after`. */
  report(ref: ContainerRef, after: string | undefined): Promise<SupervisorAnswer>
  /** With `follow` until the container ends; without, what there is. */
  logs(
    ref: ContainerRef,
    after: string | undefined,
    follow: boolean,
    signal: AbortSignal,
  ): AsyncIterable<Tracked<LogLine>>
  /** @throws `workspace_not_running`. */
  stats(ref: ContainerRef): Promise<ContainerStats>
  /** @throws `workspace_not_running`. */
  exec(ref: ContainerRef, request: ExecRequest): Promise<Execution>
  /** What it keeps on disk; null where it cannot be counted within bounds. */
  measure(workspaceId: WorkspaceId, signal: AbortSignal): Promise<FilesUse | null>
  removeHome(workspaceId: WorkspaceId): Promise<void>
  check(): Promise<void>
}
