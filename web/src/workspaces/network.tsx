import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { WorkspaceId } from '@arcx/router'
import { Ago } from '../interface/time.tsx'
import { trpc } from '../server/client.ts'

const words: Readonly<Record<string, string>> = {
  leak_attempted: 'a secret on its way elsewhere',
  host_refused: 'host not permitted',
  address_refused: 'address inside',
  name_unknown: 'name unknown',
  upstream_failed: 'not reached',
}

/** What the workspace called outside, as it happens. */
export function Network({ workspaceId }: { workspaceId: WorkspaceId }) {
  const [refused, setRefused] = useState(false)
  const { data: calls } = useQuery({ ...trpc.egress.calls.queryOptions({ workspaceId, refused }), refetchInterval: 3000 })
  return (
    <section aria-labelledby="network">
      <div className="mb-2 mt-6 flex flex-wrap items-center justify-between gap-2">
        <h2 id="network" className="text-sm text-ink-soft">
          Calls to the outside
        </h2>
        <label className="flex items-center gap-2 text-sm">
          <input type="checkbox" className="accent-accent" checked={refused} onChange={(event) => setRefused(event.target.checked)} /> refused alone
        </label>
      </div>
      {calls === undefined ? (
        <div aria-busy className="skeleton h-16 w-full" />
      ) : calls.length === 0 ? (
        <p className="rounded-card border border-dashed border-line-strong p-5 text-center text-sm text-ink-soft">{refused ? 'Nothing was refused.' : 'It has called nothing yet.'}</p>
      ) : (
        <ul className="max-h-80 divide-y divide-line overflow-auto rounded-card border border-line bg-surface">
          {calls.map((call) => (
            <li key={call.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 px-4 py-2 text-sm">
              <span className="w-14 shrink-0 font-mono text-xs text-ink-soft">{call.method}</span>
              <span className="min-w-0 flex-1 basis-60 font-mono text-xs break-all">{call.url}</span>
              {call.secrets.length > 0 && <span className="rounded-full bg-accent-wash px-2 text-xs">with {call.secrets.join(', ')}</span>}
              {call.scrubbed > 0 && <span className="rounded-full bg-accent-wash px-2 text-xs">{call.scrubbed} hidden</span>}
              <span className={call.outcome === 'passed' ? 'text-ink-soft' : 'text-bad'}>{call.outcome === 'passed' ? call.status : (words[call.outcome.slice('refused:'.length)] ?? call.outcome)}</span>
              <span className="w-24 text-right text-xs text-ink-soft">
                <Ago at={call.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
