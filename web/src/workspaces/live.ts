import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useSubscription } from '@trpc/tanstack-react-query'
import type { Workspace, WorkspaceChange } from '@arcx/router'
import { queryClient, trpc } from '../server/client.ts'
import { useOptimistic } from '../server/optimistic.ts'
import { byName, optimistic } from './optimistic.ts'

const listKey = () => trpc.workspaces.list.queryKey()

/** All that one may see, as they will be once what one has asked for is done. */
export function useWorkspaces({ enabled = true }: { enabled?: boolean } = {}) {
  const { data, error, refetch } = useQuery({ ...trpc.workspaces.list.queryOptions(), enabled })
  return { known: data, data: useOptimistic(data, optimistic), error, refetch }
}

/** Of each workspace the newer: an answer that was asked for before a change, and comes after it, does not undo it. */
function newest(before: unknown, after: unknown): unknown {
  const known = new Map(((before ?? []) as readonly Workspace[]).map((workspace) => [workspace.id, workspace]))
  return (after as readonly Workspace[]).map((workspace) => {
    const other = known.get(workspace.id)
    return other !== undefined && other.revision > workspace.revision ? other : workspace
  })
}
queryClient.setQueryDefaults(listKey(), { structuralSharing: newest })

/** Puts a workspace as it is now into what is shown; an older message than what is there changes nothing. */
export function showWorkspace(workspace: Workspace): void {
  queryClient.setQueryData(listKey(), (list) => {
    const known = list?.find((entry) => entry.id === workspace.id)
    if (known === undefined) return [...(list ?? []), workspace].sort(byName)
    if (known.revision > workspace.revision) return list
    return (list ?? []).map((entry) => (entry.id === workspace.id ? workspace : entry)).sort(byName)
  })
}

function apply(change: WorkspaceChange): void {
  switch (change.type) {
    case 'snapshot':
      queryClient.setQueryData(listKey(), (list) =>
        change.workspaces.map((workspace) => {
          const known = list?.find((entry) => entry.id === workspace.id)
          return known !== undefined && known.revision > workspace.revision ? known : workspace
        }),
      )
      return
    case 'changed':
      return showWorkspace(change.workspace)
    case 'removed':
      queryClient.setQueryData(listKey(), (list) => list?.filter((entry) => entry.id !== change.workspaceId))
  }
}

/** Applies changes in the order in which they come. */
function applier(): (change: WorkspaceChange) => void {
  let applied = Promise.resolve()
  return (change) => {
    // A list that was asked for before this change may lack it, and would come after it.
    applied = applied
      .then(() => queryClient.cancelQueries({ queryKey: listKey() }))
      .then(() => apply(change))
      .catch((error: unknown) => console.error(error))
  }
}

/** Keeps the list true for as long as a page shows it. */
export function useLiveWorkspaces(): void {
  const [applyNext] = useState(applier)
  useSubscription(trpc.workspaces.onChange.subscriptionOptions(undefined, { onData: ({ data }) => applyNext(data) }))
}
