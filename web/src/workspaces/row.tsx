import { Trans } from '@lingui/react/macro'
import { Link } from '@tanstack/react-router'
import { memo } from 'react'
import type { Workspace } from '@arcx/router'
import { Avatars } from '../presence/avatar.tsx'
import { usePresent } from '../presence/live.ts'
import { Ago } from '../interface/time.tsx'
import { isPending } from '../server/optimistic.ts'
import { ActionBar } from './action-bar.tsx'
import { DiskWarning } from './disk.tsx'
import { StateDot, StateText } from './state.tsx'

/** Its place in a list of which only a part is there. */
export interface Among {
  readonly index: number
  readonly of: number
  /** In CSS pixels, below the list's own top. */
  readonly y: number
  measure(element: Element | null): void
}

const rowClass = 'flex flex-wrap items-center gap-x-4 gap-y-3 px-4 py-3.5 transition-colors hover:bg-accent-wash/30'

/** A workspace in a list: how it is, and what one may do with it. */
export function WorkspaceRow({ workspace, among }: { workspace: Workspace; among?: Among }) {
  return (
    <li
      data-workspace={workspace.name}
      data-state={workspace.state}
      {...(among === undefined
        ? { className: rowClass }
        : {
            className: `${rowClass} absolute inset-x-0 top-0 border-b border-line`,
            style: { transform: `translateY(${among.y}px)` },
            ref: among.measure,
            'data-index': among.index,
            'aria-posinset': among.index + 1,
            'aria-setsize': among.of,
          })}
    >
      <Content workspace={workspace} />
    </li>
  )
}

/** Made anew with its workspace alone, however often its list scrolls. */
const Content = memo(function Content({ workspace }: { workspace: Workspace }) {
  const present =
    usePresent(workspace.teamId)?.filter(({ places }) =>
      places.some(({ workspaceId }) => workspaceId === workspace.id),
    ) ?? []
  return (
    <>
      <StateDot state={workspace.state} />
      <div className="min-w-0 flex-1 basis-40">
        {isPending(workspace) ? (
          <span className="font-medium break-all">{workspace.name}</span>
        ) : (
          <Link
            to="/workspaces/$name"
            params={{ name: workspace.name }}
            className="font-medium hover:underline underline-offset-4 break-all"
          >
            {workspace.name}
          </Link>
        )}
        <div className="text-sm break-words">
          <StateText workspace={workspace} />
          <DiskWarning disk={workspace.disk} />
        </div>
      </div>
      <Avatars present={present} />
      <div className="w-36 text-sm whitespace-nowrap text-ink-soft max-md:hidden">
        {workspace.lastActivityAt === null ? null : (
          <>
            <Trans>
              Used <Ago at={workspace.lastActivityAt} />
            </Trans>
          </>
        )}
      </div>
      <ActionBar workspace={workspace} />
    </>
  )
})
