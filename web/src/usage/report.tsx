import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import type { UsagePrice, UsageRow } from '@arcx/router'
import { daysIn, groupedBy, money, number, totalOf } from './amounts.ts'
import { DayChart } from './day-chart.tsx'

export interface UsageReportProps {
  readonly rows: readonly UsageRow[]
  readonly price: UsagePrice | null
  readonly from: string
  readonly to: string
  /** By what the table has its lines. */
  readonly by: 'workspace' | 'owner'
}

/** What was used in a span of days: figures, a chart, and who or what used it. */
export function UsageReport({ rows, price, from, to, by }: UsageReportProps) {
  const total = totalOf(rows)
  const byDay = Map.groupBy(rows, ({ day }) => day)
  const groups = groupedBy(rows, (row) =>
    by === 'workspace'
      ? row.workspaceName
      : row.team === null
        ? (row.person ?? t`somebody who has gone`)
        : t`team ${row.team}`,
  )
  const figures: readonly (readonly [string, string])[] = [
    [t`Hours awake`, number(total.awakeHours)],
    [t`Hours asleep`, number(total.asleepHours)],
    [t`Processor hours`, number(total.cpuHours)],
    [t`Memory, GB hours`, number(total.memoryGigabyteHours)],
    [t`Storage, GB hours`, number(total.storageGigabyteHours)],
    [t`Traffic, GB`, number(total.trafficGigabytes, 2)],
    ...(price === null ? [] : [[t`Cost`, money(total.awakeHours, price)] as const]),
  ]
  return (
    <>
      <dl className="mb-4 grid grid-cols-2 gap-4 rounded-card border border-line bg-surface p-4 text-sm sm:grid-cols-4">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt className="text-ink-soft">{name}</dt>
            <dd className="text-lg font-medium tabular-nums">{value}</dd>
          </div>
        ))}
      </dl>
      <DayChart days={daysIn(from, to).map((day) => ({ day, hours: totalOf(byDay.get(day) ?? []).awakeHours }))} />
      {groups.length === 0 ? (
        <p className="mt-4 rounded-card border border-dashed border-line-strong p-6 text-center text-ink-soft">
          <Trans>Nothing was used in these days.</Trans>
        </p>
      ) : (
        <div
          className="mt-4 overflow-x-auto rounded-card border border-line bg-surface"
          tabIndex={0}
          role="region"
          aria-label={t`Who used what`}
        >
          <table className="w-full text-sm">
            <thead className="text-left text-ink-soft">
              <tr className="border-b border-line">
                <th scope="col" className="px-4 py-2 font-normal">
                  {by === 'workspace' ? t`Workspace` : t`Whose`}
                </th>
                <th scope="col" className="px-4 py-2 text-right font-normal">{t`Hours awake`}</th>
                <th scope="col" className="px-4 py-2 text-right font-normal">{t`Processor hours`}</th>
                <th scope="col" className="px-4 py-2 text-right font-normal">{t`Traffic, GB`}</th>
                {price !== null && <th scope="col" className="px-4 py-2 text-right font-normal">{t`Cost`}</th>}
              </tr>
            </thead>
            <tbody className="divide-y divide-line">
              {groups.map(({ name, total: used }) => (
                <tr key={name}>
                  <th scope="row" className="px-4 py-2 text-left font-medium break-all">
                    {name}
                  </th>
                  <td className="px-4 py-2 text-right tabular-nums">{number(used.awakeHours)}</td>
                  <td className="px-4 py-2 text-right tabular-nums">{number(used.cpuHours)}</td>
                  <td className="px-4 py-2 text-right tabular-nums">{number(used.trafficGigabytes, 2)}</td>
                  {price !== null && (
                    <td className="px-4 py-2 text-right tabular-nums">{money(used.awakeHours, price)}</td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}
