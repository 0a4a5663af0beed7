import { i18n } from '@lingui/core'
import { t } from '@lingui/core/macro'
import type { WorkflowJobRun, WorkflowStepRun } from '@arcx/router'
import { StateSign, wordOf } from './state.tsx'

/** How many jobs come before each on its longest way. */
export function depthsOf(jobs: readonly Pick<WorkflowJobRun, 'name' | 'needs'>[]): ReadonlyMap<string, number> {
  const depths = new Map<string, number>()
  const depthOf = (name: string): number => {
    const known = depths.get(name)
    if (known !== undefined) return known
    const job = jobs.find((each) => each.name === name)
    const depth = job === undefined ? 0 : Math.max(0, ...job.needs.map((needed) => depthOf(needed) + 1))
    depths.set(name, depth)
    return depth
  }
  for (const { name } of jobs) depthOf(name)
  return depths
}

/** Jobs in columns, each behind those that it needs. On a phone they stand below one another. */
export function RunGraph({
  jobs,
  chosen,
  onChoose,
}: {
  jobs: readonly WorkflowJobRun[]
  chosen: string | null
  onChoose: (step: WorkflowStepRun) => void
}) {
  const depths = depthsOf(jobs)
  const columns = Array.from({ length: Math.max(...depths.values(), 0) + 1 }, (_, depth) =>
    jobs.filter(({ name }) => depths.get(name) === depth),
  )
  return (
    <div className="flex flex-col gap-4 overflow-x-auto pb-2 sm:flex-row" role="group" aria-label={t`Jobs`}>
      {columns.map((column) => (
        <div key={column.map(({ title }) => title).join()} className="flex shrink-0 flex-col gap-3 sm:w-72">
          {column.map((job) => (
            <Job key={job.title} job={job} chosen={chosen} onChoose={onChoose} />
          ))}
        </div>
      ))}
    </div>
  )
}

function Job({
  job,
  chosen,
  onChoose,
}: {
  job: WorkflowJobRun
  chosen: string | null
  onChoose: (step: WorkflowStepRun) => void
}) {
  return (
    <section className="rounded-card border border-line bg-surface" aria-label={job.title}>
      <h3 className="flex items-center gap-2 border-b border-line px-3 py-2 text-sm font-medium break-all">
        <StateSign state={job.state} /> {job.title}
      </h3>
      {job.needs.length > 0 && (
        <p className="px-3 pt-2 text-xs text-ink-soft break-words">{t`after ${job.needs.join(', ')}`}</p>
      )}
      {job.reason !== null && <p className="px-3 pt-2 text-sm text-bad break-words">{job.reason}</p>}
      <ol className="py-1">
        {job.steps.map((step) => (
          <li key={step.id}>
            <button
              type="button"
              aria-pressed={chosen === step.id}
              onClick={() => onChoose(step)}
              className="flex w-full items-center gap-2 px-3 py-1.5 text-left text-sm hover:bg-sunken aria-pressed:bg-accent-wash"
            >
              <StateSign state={step.state} size={14} />
              <span className="min-w-0 flex-1 truncate">{step.name}</span>
              <span className="shrink-0 text-xs text-ink-soft tabular-nums">{lasted(step)}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}

function lasted({ startedAt, endedAt, state }: WorkflowStepRun): string {
  if (startedAt === null || endedAt === null) return state === 'waiting' ? wordOf(state) : ''
  const seconds = Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)
  const format = (value: number, unit: 'second' | 'minute') =>
    new Intl.NumberFormat(i18n.locale, { style: 'unit', unit, unitDisplay: 'narrow' }).format(value)
  return seconds < 60 ? format(seconds, 'second') : format(Math.round(seconds / 60), 'minute')
}
