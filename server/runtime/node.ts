import { z } from 'zod'
import type { WorkspaceId } from '@arcx/router'
import type { Engine } from './engine.ts'
import type { Homes } from './home.ts'

/** A machine on which workspaces run. */
export const NodeId = z
  .string()
  .regex(/^[a-z0-9-]{1,60}$/)
  .brand<'NodeId'>()
export type NodeId = z.infer<typeof NodeId>

/** What the engine mounts is what the homes have made, so both are of one machine. */
export interface WorkspaceNode {
  readonly id: NodeId
  readonly engine: Engine
  readonly homes: Homes
}

export interface Nodes {
  readonly all: readonly WorkspaceNode[]
  /** Where a workspace's home is, or is to be. */
  of(workspaceId: WorkspaceId): Promise<WorkspaceNode>
}

/** All workspaces on one machine. */
export const singleNode = (node: WorkspaceNode): Nodes => ({ all: [node], of: () => Promise.resolve(node) })
