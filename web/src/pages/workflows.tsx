import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { Plus, Workflow as WorkflowIcon } from 'lucide-react'
import type { TeamId, Workflow } from '@arcx/router'
import { buttonClass } from '../interface/button.tsx'
import { inputClass } from '../interface/dialog.ts'
import { Frame } from '../interface/frame.tsx'
import { Ago, exactTime } from '../interface/time.tsx'
import { trpc } from '../server/client.ts'
import { refusalOf } from '../server/error.ts'
import { useTeams } from '../teams/live.ts'
import { StateSign, wordOf } from '../workflows/state.tsx'

/** A person's workflows, or a team's. */
export function WorkflowsPage() {
  const { team } = useSearch({ from: '/workflows' })
  const navigate = useNavigate()
  const { data: known } = useTeams()
  const teams = known ?? []
  const chosen = teams.find(({ name }) => name === team)
  const teamId: TeamId | null = chosen?.id ?? null
  const isKnown = team === undefined || chosen !== undefined
  const { data, error } = useQuery({
    ...trpc.workflows.list.queryOptions({ teamId }),
    enabled: isKnown,
    refetchInterval: 5000,
  })
  const search = team === undefined ? {} : { team }
  return (
    <Frame>
      <div className="mb-6 flex flex-wrap items-center justify-between gap-3">
        <h1 className="text-2xl font-semibold tracking-tight">
          <Trans>Workflows</Trans>
        </h1>
        <div className="flex flex-wrap items-center gap-2">
          {(teams.length > 0 || team !== undefined) && (
            <select
              aria-label={t`Whose workflows`}
              className={`${inputClass} !h-9 !w-auto`}
              value={team ?? ''}
              onChange={({ target: { value } }) =>
                void navigate({ to: '/workflows', search: value === '' ? {} : { team: value } })
              }
            >
              <option value="">{t`Yours`}</option>
              {!isKnown && <option value={team}>{team}</option>}
              {teams.map(({ id, name }) => (
                <option key={id} value={name}>
                  {name}
                </option>
              ))}
            </select>
          )}
          {isKnown && chosen?.role !== 'viewer' && (
            <Link to="/workflows/$id" params={{ id: 'new' }} search={search} className={buttonClass('primary')}>
              <Plus size={16} aria-hidden /> <Trans>New workflow</Trans>
            </Link>
          )}
        </div>
      </div>
      {!isKnown && known !== undefined ? (
        <p role="alert" className="text-bad">
          <Trans>There is no team “{team}”, or you are not in it. Choose another one above.</Trans>
        </p>
      ) : error !== null && data === undefined ? (
        <p role="alert" className="text-bad">
          {refusalOf(error).message}
        </p>
      ) : data === undefined ? (
        <div aria-busy className="skeleton h-24 w-full" />
      ) : data.length === 0 ? (
        <Empty />
      ) : (
        <ul className="divide-y divide-line overflow-hidden rounded-card border border-line bg-surface">
          {data.map((workflow) => (
            <Row key={workflow.id} workflow={workflow} />
          ))}
        </ul>
      )}
    </Frame>
  )
}

function Empty() {
  return (
    <div className="flex flex-col items-center gap-4 rounded-card border border-dashed border-line-strong bg-surface px-6 py-14 text-center">
      <WorkflowIcon size={40} aria-hidden className="text-accent" />
      <div>
        <h2 className="text-lg font-semibold">
          <Trans>Let it run by itself</Trans>
        </h2>
        <p className="mx-auto mt-1 max-w-md text-ink-soft">
          <Trans>
            A workflow creates, starts and stops workspaces and runs commands in them: at times, on events, or when you
            say so.
          </Trans>
        </p>
      </div>
      <Link to="/docs/$page" params={{ page: 'workflows' }} className="font-medium underline underline-offset-2">
        <Trans>How to write a workflow</Trans>
      </Link>
    </div>
  )
}

function Row({ workflow: { id, name, triggers, nextAt, lastRun } }: { workflow: Workflow }) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3.5 hover:bg-accent-wash/30">
      <div className="min-w-0 flex-1 basis-56">
        <Link
          to="/workflows/$id"
          params={{ id }}
          className="font-medium break-words hover:underline underline-offset-4"
        >
          {name}
        </Link>
        <div translate="no" className="font-mono text-xs text-ink-soft break-words">
          {triggers.join(', ')}
        </div>
      </div>
      {nextAt !== null && (
        <span className="text-sm text-ink-soft">
          <Trans>next {exactTime(nextAt)}</Trans>
        </span>
      )}
      {lastRun !== null && (
        <Link
          to="/workflows/$id/runs/$run"
          params={{ id, run: lastRun.id }}
          className="flex items-center gap-1.5 text-sm hover:underline underline-offset-4"
        >
          <StateSign state={lastRun.state} size={14} /> #{lastRun.number} {wordOf(lastRun.state)} ·{' '}
          <Ago at={lastRun.createdAt} />
        </Link>
      )}
    </li>
  )
}
