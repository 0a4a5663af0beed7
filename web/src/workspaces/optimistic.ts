import type { TeamId, Workspace, WorkspaceId, WorkspaceState } from '@arcx/router'
import { host } from '../host/host.ts'
import { trpc } from '../server/client.ts'
import { pendingId, optimistically } from '../server/optimistic.ts'

type List = readonly Workspace[]

export const byName = (a: Workspace, b: Workspace): number => a.name.localeCompare(b.name)

/** Where a workspace of that name is going to be. */
function addressOf(name: string): string {
  const url = new URL(host.server())
  return `${url.protocol}//${name}.${url.host}/`
}

function madeOf(name: string, teamId: TeamId | null): Workspace {
  const now = new Date().toISOString()
  return {
    id: pendingId<WorkspaceId>(name),
    ownerId: null,
    teamId,
    createdById: null,
    name,
    url: addressOf(name),
    state: 'creating',
    step: null,
    reason: null,
    revision: 0,
    createdAt: now,
    updatedAt: now,
    startedAt: null,
    lastActivityAt: null,
    disk: null,
    may: [],
  }
}

function changed(list: List, workspaceId: string, change: (workspace: Workspace) => Partial<Workspace>): List {
  return list.map((workspace) => (workspace.id === workspaceId ? { ...workspace, ...change(workspace) } : workspace))
}

/** One that is in another state than that in which it was asked for has been changed by the server already. */
const moved =
  (from: readonly WorkspaceState[], to: WorkspaceState) =>
  (list: List, { workspaceId }: { readonly workspaceId: string }) =>
    changed(list, workspaceId, ({ state }) => (from.includes(state) ? { state: to, step: null, reason: null } : {}))

/** What becomes of the workspaces that one sees by what one asks for. */
export const optimistic = [
  optimistically(trpc.workspaces.create, (list: List, { name, teamId = null }) =>
    list.some((each) => each.name === name) ? list : [...list, madeOf(name, teamId as TeamId | null)].toSorted(byName),
  ),
  optimistically(trpc.workspaces.start, moved(['stopped', 'failed'], 'starting')),
  optimistically(trpc.workspaces.stop, moved(['running', 'starting'], 'stopping')),
  optimistically(trpc.workspaces.restart, moved(['running'], 'stopping')),
  optimistically(trpc.workspaces.rename, (list: List, { workspaceId, name }) =>
    changed(list, workspaceId, () => ({ name, url: addressOf(name) })).toSorted(byName),
  ),
  optimistically(trpc.workspaces.remove, (list: List, { workspaceId }) =>
    changed(list, workspaceId, () => ({ state: 'deleting', step: null, reason: null })),
  ),
]
