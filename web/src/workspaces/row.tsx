import { Link } from '@tanstack/react-router'
import type { Workspace } from '@arcx/router'
import { Avatars } from '../presence/avatar.tsx'
import { usePresent } from '../presence/live.ts'
import { Ago } from '../interface/time.tsx'
import { ActionBar } from './action-bar.tsx'
import { StateDot, StateText } from './state.tsx'

/** A workspace in a list: how it is, and what one may do with it. */
export function WorkspaceRow({ workspace }: { workspace: Workspace }) {
  const present = usePresent(workspace.teamId)?.filter(({ places }) => places.some(({ workspaceId }) => workspaceId === workspace.id)) ?? []
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-3.5 transition-colors hover:bg-accent-wash/30" data-workspace={workspace.name} data-state={workspace.state}>
      <StateDot state={workspace.state} />
      <div className="min-w-0 flex-1 basis-40">
        <Link to="/workspaces/$name" params={{ name: workspace.name }} className="font-medium hover:underline underline-offset-4 break-all">
          {workspace.name}
        </Link>
        <div className="text-sm break-words">
          <StateText workspace={workspace} />
        </div>
      </div>
      <Avatars present={present} />
      <div className="w-28 text-sm text-ink-soft max-md:hidden">
        {workspace.lastActivityAt === null ? null : (
          <>
            Used <Ago at={workspace.lastActivityAt} />
          </>
        )}
      </div>
      <ActionBar workspace={workspace} />
    </li>
  )
}
