import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useEffect, useRef, useState } from 'react'
import type { LogLine, WorkspaceId } from '@arcx/router'
import { trpc } from '../server/client.ts'

const kept = 2000

/** What the workspace's supervisor and IDE say; follows the end unless one scrolls up. */
export function Logs({ workspaceId }: { workspaceId: WorkspaceId }) {
  const [lines, setLines] = useState<readonly (LogLine & { readonly id: string })[]>([])
  const [following, setFollowing] = useState(true)
  const box = useRef<HTMLDivElement>(null)
  useSubscription(
    trpc.workspaces.logs.subscriptionOptions(
      { workspaceId },
      { onData: ({ id, data }) => setLines((known) => [...known.slice(-kept), { ...data, id }]) },
    ),
  )
  useEffect(() => {
    if (following && box.current !== null) box.current.scrollTop = box.current.scrollHeight
  }, [lines, following])
  return (
    <div
      ref={box}
      role="log"
      aria-label={t`Log`}
      tabIndex={0}
      onScroll={(event) => {
        const { scrollHeight, scrollTop, clientHeight } = event.currentTarget
        setFollowing(scrollHeight - scrollTop - clientHeight < 24)
      }}
      className="h-80 overflow-auto rounded-card border border-line bg-sunken p-3 font-mono text-[0.8125rem] leading-relaxed"
    >
      {lines.length === 0 && (
        <p className="text-ink-soft">
          <Trans>Nothing has been logged yet.</Trans>
        </p>
      )}
      {lines.map((line) => (
        <div
          key={line.id}
          translate="no"
          className={`whitespace-pre-wrap break-all ${line.stream === 'stderr' ? 'text-bad' : ''}`}
        >
          <span className="select-none text-ink-soft">{line.at.slice(11, 19)} </span>
          {line.text}
        </div>
      ))}
    </div>
  )
}
