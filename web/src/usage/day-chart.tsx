import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { number, shortDay } from './amounts.ts'

export interface DayValue {
  readonly day: string
  readonly hours: number
}

const height = 120
const barWidth = 10
const gap = 2

/** Hours awake of each day, as bars; the same as a table for who does not see them. */
export function DayChart({ days }: { days: readonly DayValue[] }) {
  const most = Math.max(1, ...days.map(({ hours }) => hours))
  const width = Math.max(1, days.length) * (barWidth + gap)
  const [first, last] = [days.at(0), days.at(-1)]
  return (
    <figure className="relative rounded-card border border-line bg-surface p-4">
      <figcaption className="mb-2 flex flex-wrap justify-between gap-2 text-sm text-ink-soft">
        <span>
          <Trans>Hours awake by day (UTC)</Trans>
        </span>
        <span>
          <Trans>highest: {number(most)} hours</Trans>
        </span>
      </figcaption>
      <svg aria-hidden viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" className="h-32 w-full">
        <line x1={0} x2={width} y1={height - 0.5} y2={height - 0.5} className="stroke-line-strong" />
        {days.map(({ day, hours }, index) => {
          const tall = (hours / most) * (height - 4)
          return (
            <rect
              key={day}
              x={index * (barWidth + gap)}
              y={height - tall}
              width={barWidth}
              height={tall}
              className="fill-accent"
            >
              <title>{t`${shortDay(day)}: ${number(hours)} hours`}</title>
            </rect>
          )
        })}
      </svg>
      {first !== undefined && last !== undefined && (
        <div aria-hidden className="mt-1 flex justify-between text-xs text-ink-soft">
          <span>{shortDay(first.day)}</span>
          <span>{shortDay(last.day)}</span>
        </div>
      )}
      {/* A table by itself takes its own height. */}
      <div className="sr-only">
        <table>
          <caption>{t`Hours awake by day (UTC)`}</caption>
          <tbody>
            {days.map(({ day, hours }) => (
              <tr key={day}>
                <th scope="row">{shortDay(day)}</th>
                <td>{number(hours)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  )
}
