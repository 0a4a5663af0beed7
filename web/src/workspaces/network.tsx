import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useSubscription } from '@trpc/tanstack-react-query'
import { useDeferredValue, useState } from 'react'
import type { EgressCall, WorkspaceId } from '@arcx/router'
import { outcomeInWords } from '../egress/outcome.ts'
import { Button } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Ago } from '../interface/time.tsx'
import { trpc } from '../server/client.ts'
import { withChanged } from './requests.ts'

const page = 50
const most = 500
/** What the workspace called outside, as it happens. */
export function Network({ workspaceId }: { workspaceId: WorkspaceId }) {
  const [refused, setRefused] = useState(false)
  const [host, setHost] = useState('')
  const wanted = useDeferredValue(host.trim())
  const [limit, setLimit] = useState(page)
  // What was there before stays until what is asked for now has come.
  const [calls, setCalls] = useState<readonly EgressCall[]>()
  useSubscription(
    trpc.egress.onCalls.subscriptionOptions(
      { workspaceId, refused, host: wanted === '' ? null : wanted, limit },
      {
        onData: ({ data }) =>
          setCalls((known = []) => (data.type === 'snapshot' ? data.calls : withChanged(known, data.calls, limit))),
      },
    ),
  )
  return (
    <section aria-labelledby="network">
      <div className="mb-2 mt-6 flex flex-wrap items-center justify-between gap-2">
        <h2 id="network" className="text-sm text-ink-soft">
          <Trans>Outgoing requests</Trans>
        </h2>
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2 text-sm">
          <input
            aria-label={t`Filter by host`}
            type="search"
            className={`${inputClass} !h-8 !w-44`}
            value={host}
            onChange={(event) => setHost(event.target.value)}
            placeholder={t`Filter by host`}
            autoCapitalize="none"
            spellCheck={false}
          />
          <label className="flex items-center gap-2">
            <input
              type="checkbox"
              className="accent-accent"
              checked={refused}
              onChange={(event) => setRefused(event.target.checked)}
            />{' '}
            <Trans>Only refused</Trans>
          </label>
        </div>
      </div>
      {calls === undefined ? (
        <div aria-busy className="skeleton h-16 w-full" />
      ) : calls.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong p-5 text-center text-sm text-ink-soft">
          {refused || wanted !== '' ? t`No requests match.` : t`No requests yet.`}
        </p>
      ) : (
        // It scrolls by itself, by the keyboard too.
        <ul
          tabIndex={0}
          aria-labelledby="network"
          className="max-h-80 divide-y divide-line overflow-auto rounded-card border border-line bg-surface"
        >
          {calls.map((call) => (
            <li key={call.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-4 py-2 text-sm">
              <span className="w-14 shrink-0 font-mono text-xs text-ink-soft">{call.method}</span>
              <span className="min-w-0 flex-1 basis-60 font-mono text-xs wrap-anywhere">{call.url}</span>
              {call.secrets.length > 0 && (
                <span className="rounded-full bg-accent-wash px-2 text-xs">
                  <Trans>with {call.secrets.join(', ')}</Trans>
                </span>
              )}
              {call.scrubbed > 0 && (
                <span className="rounded-full bg-accent-wash px-2 text-xs">
                  <Trans>{call.scrubbed} redacted</Trans>
                </span>
              )}
              {Object.entries(call.redacted).map(([rule, count]) => (
                <span key={rule} className="rounded-full bg-bad-wash px-2 text-xs text-bad">
                  {count} × {rule}
                </span>
              ))}
              <span className={call.outcome === 'passed' || call.outcome === 'open' ? 'text-ink-soft' : 'text-bad'}>
                {outcomeInWords(call)}
              </span>
              <span className="w-24 text-right text-xs text-ink-soft">
                <Ago at={call.at} />
              </span>
            </li>
          ))}
          {calls.length === limit && limit < most && (
            <li className="p-2 text-center">
              <Button tone="ghost" onClick={() => setLimit((before) => Math.min(most, before + page))}>
                <Trans>Show older requests</Trans>
              </Button>
            </li>
          )}
        </ul>
      )}
    </section>
  )
}
