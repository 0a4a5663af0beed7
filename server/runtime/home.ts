import { z } from 'zod'
import type { LogLine, Tracked, WorkspaceId } from '@arcx/router'

/** A path on the machine where a home is: for the engine and the arc-proxy of that machine; nobody else opens it. */
export const NodePath = z.string().startsWith('/').brand<'NodePath'>()
export type NodePath = z.infer<typeof NodePath>

/** What a workspace's container is given, and nothing else. */
export interface HomeMounts {
  /** What its person keeps. */
  readonly home: NodePath
  /** What it shares with its machine, for sockets alone. */
  readonly sockets: NodePath
  /** Its resolv.conf(5) where it has arc-proxy for a way out. */
  readonly resolver: NodePath
}

export interface FilesUse {
  /** Blocks that are taken on disk: a sparse file counts for what is in it, and one with several names once. */
  readonly bytes: number
  readonly files: number
}

/**
 * Port: what is kept of workspaces on one machine. Whoever is in a workspace writes in its home as they like: names
 * nested without end, links to anywhere, files beyond counting. All methods throw `disk_full` where there is no room.
 */
export interface Homes {
  /** Makes what is missing. A home that is there keeps its owner and all it holds. */
  make(workspaceId: WorkspaceId): Promise<void>
  /** Readies a home that was made for a new container: nothing of the last one's sockets is left. */
  mount(workspaceId: WorkspaceId): Promise<HomeMounts>
  /** Its containers are gone: nobody needs the sockets. The home stays. */
  unmount(workspaceId: WorkspaceId): Promise<void>
  /** As the last `mount` answered. */
  mounts(workspaceId: WorkspaceId): HomeMounts
  /** Null where it cannot be counted within bounds. @throws where there is none, and when the signal aborts. */
  measure(workspaceId: WorkspaceId, signal: AbortSignal): Promise<FilesUse | null>
  /** All that is kept of it. */
  remove(workspaceId: WorkspaceId): Promise<void>
  /** In place of what was kept before. */
  keepLog(workspaceId: WorkspaceId, lines: readonly Tracked<LogLine>[]): Promise<void>
  /** Empty where none was kept. */
  keptLog(workspaceId: WorkspaceId): Promise<readonly Tracked<LogLine>[]>
}
