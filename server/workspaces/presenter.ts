import { UserId, WorkspaceId } from '@arcx/router'
import type { Workspace } from '@arcx/router'
import type { WorkspaceRow } from '@arcx/database'

/** What leaves the server of a workspace; `urlOf` gives the address of a name. */
export function presentWorkspace(row: WorkspaceRow, urlOf: (name: string) => string): Workspace {
  return {
    id: WorkspaceId.parse(row.id),
    ownerId: UserId.parse(row.ownerId),
    name: row.name,
    url: urlOf(row.name),
    state: row.state,
    step: row.step,
    reason: row.reason,
    revision: Number(row.revision),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
    startedAt: row.startedAt?.toISOString() ?? null,
    lastActivityAt: row.lastActivityAt?.toISOString() ?? null,
  }
}
