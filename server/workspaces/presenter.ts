import { TeamId, UserId, WorkspaceId } from '@arcx/router'
import type { WorkspaceFacts } from '@arcx/router'
import type { WorkspaceRow } from '@arcx/database'

/** What leaves the server of a workspace; `urlOf` gives the address of a name. */
export function presentWorkspace(row: WorkspaceRow, urlOf: (name: string) => string): WorkspaceFacts {
  return {
    id: WorkspaceId.parse(row.id),
    ownerId: row.ownerId === null ? null : UserId.parse(row.ownerId),
    teamId: row.teamId === null ? null : TeamId.parse(row.teamId),
    createdById: row.createdById === null ? null : UserId.parse(row.createdById),
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
