import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Frame } from '../interface/frame.tsx'
import { inputClass } from '../interface/dialog.ts'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { dayBefore } from '../usage/amounts.ts'
import { Budget } from '../usage/budget.tsx'
import { UsageReport } from '../usage/report.tsx'
import { ExportLink, SpanChoice } from '../usage/span.tsx'
import type { SpanDays } from '../usage/span.tsx'

/** What one's own workspaces, or a team's, use. */
export function UsagePage() {
  const [days, setDays] = useState<SpanDays>(30)
  const [wanted, setWanted] = useState<string | null>(null)
  const { data: teams } = useQuery(trpc.teams.list.queryOptions())
  const team = teams?.find(({ id }) => id === wanted) ?? null
  const span = { from: dayBefore(days - 1), to: dayBefore(0) }
  const refetch = { placeholderData: keepPreviousData, refetchInterval: 60_000 } as const
  const mine = useQuery({ ...trpc.usage.mine.queryOptions(span), ...refetch, enabled: team === null })
  const ofTeam = useQuery({
    ...trpc.usage.ofTeam.queryOptions(team === null ? { teamId: '' as never, span } : { teamId: team.id, span }),
    refetchInterval: 60_000,
    enabled: team !== null,
  })
  const { data: usage, error } = team === null ? mine : ofTeam
  const query = new URLSearchParams({ ...span, ...(team === null ? {} : { team: team.id }) })
  return (
    <Frame>
      <div className="mb-6 flex flex-wrap items-center gap-3">
        <h1 className="flex-1 text-2xl font-semibold tracking-tight">
          <Trans>Usage</Trans>
        </h1>
        <select
          aria-label={t`Whose usage`}
          className={`${inputClass} !h-9 !w-auto`}
          value={team?.id ?? ''}
          onChange={({ target: { value } }) => setWanted(value === '' ? null : value)}
        >
          <option value="">{t`Your own`}</option>
          {teams?.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <SpanChoice days={days} onChange={setDays} />
        <ExportLink path={`/api/usage?${query}`} />
      </div>
      {error !== null ? (
        <p role="alert" className="text-bad">
          {refusalOf(error).message}
        </p>
      ) : usage === undefined ? (
        <div aria-busy className="skeleton h-64 w-full" />
      ) : (
        <>
          <Budget
            key={`${team?.id} ${JSON.stringify(usage.budget)}`}
            teamId={team?.id ?? null}
            usage={usage}
            mayChange={team === null || team.may.includes('manage')}
          />
          <UsageReport {...usage} {...span} by="workspace" />
        </>
      )}
    </Frame>
  )
}
