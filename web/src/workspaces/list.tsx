import { Suspense, lazy } from 'react'
import type { Workspace } from '@arcx/router'
import { listFrameClass } from './list-frame.ts'
import { WorkspaceRow } from './row.tsx'

const LongList = lazy(() => import('./long-list.tsx'))

/** So many are simply there. */
const allUpTo = 40

/** Workspaces, one a row, however many. */
export function WorkspaceList({ workspaces }: { workspaces: readonly Workspace[] }) {
  const first = (
    <ul className={`divide-y divide-line ${listFrameClass}`}>
      {workspaces.slice(0, allUpTo).map((workspace) => (
        <WorkspaceRow key={workspace.id} workspace={workspace} />
      ))}
    </ul>
  )
  return workspaces.length <= allUpTo ? (
    first
  ) : (
    <Suspense fallback={first}>
      <LongList workspaces={workspaces} />
    </Suspense>
  )
}
