import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { ArrowUpRight } from 'lucide-react'
import type { PresencePlace, Present, TeamId, WorkspaceId } from '@arcx/router'
import { buttonClass } from '../interface/button.tsx'
import { trpc } from '../server/client.ts'
import { openAt } from '../workspaces/destination.ts'
import { useWorkspaces } from '../workspaces/live.ts'
import { OpenLink } from '../workspaces/open-link.tsx'
import { Avatar } from './avatar.tsx'
import { usePresent } from './live.ts'
import { nameOf, whereOf } from './words.ts'

/** Who is here and where, with a way to each. Something above it keeps it true. */
export function PresencePanel({ scope, title = t`Here now` }: { scope: TeamId | WorkspaceId; title?: string }) {
  const present = usePresent(scope)
  const { data: me } = useQuery(trpc.auth.me.queryOptions())
  return (
    <section aria-labelledby={`present-${scope}`} className="mb-8">
      <h2 id={`present-${scope}`} className="mb-2 text-sm text-ink-soft">
        {title}
      </h2>
      {present === undefined ? (
        <div aria-busy className="skeleton h-14 w-full" />
      ) : present.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong px-4 py-4 text-sm text-ink-soft">
          <Trans>Nobody at the moment.</Trans>
        </p>
      ) : (
        <ul className="divide-y divide-line rounded-card border border-line bg-surface">
          {present.map((each) => (
            <Row key={each.id} present={each} isMe={each.id === me?.userId} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Row({ present, isMe }: { present: Present; isMe: boolean }) {
  const { data: workspaces } = useWorkspaces()
  const nameOfWorkspace = (id: string) => workspaces?.find((workspace) => workspace.id === id)?.name
  const at = present.places.find(({ workspaceId }) => workspaceId !== null)
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3" data-present={present.agent ?? present.login}>
      <Avatar present={present} />
      <div className="min-w-0 flex-1 basis-40">
        <div className="font-medium break-words">
          {nameOf(present)}{' '}
          {isMe && (
            <span className="text-sm font-normal text-ink-soft">
              <Trans>(you)</Trans>
            </span>
          )}
        </div>
        <ul className="text-sm text-ink-soft">
          {distinct(present.places.map((place) => whereOf(place, nameOfWorkspace))).map((where) => (
            <li key={where} className="wrap-anywhere">
              {where}
            </li>
          ))}
        </ul>
      </div>
      {!isMe && at !== undefined && <OpenThere place={at} who={nameOf(present)} />}
    </li>
  )
}

function OpenThere({ place, who }: { place: PresencePlace; who: string }) {
  const { data: workspaces } = useWorkspaces()
  const workspace = workspaces?.find(({ id }) => id === place.workspaceId)
  if (workspace === undefined || !workspace.may.includes('open')) return null
  return (
    <OpenLink
      workspace={workspace}
      url={openAt(workspace, place.file, place.line)}
      className={buttonClass('plain')}
      aria-label={t`Go to ${who} in ${workspace.name}`}
    >
      <Trans>Go there</Trans> <ArrowUpRight size={15} aria-hidden />
    </OpenLink>
  )
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)]
