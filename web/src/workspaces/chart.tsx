import { t } from '@lingui/core/macro'
import { Trans } from '@lingui/react/macro'
import { useId } from 'react'

export interface Point {
  readonly at: number
  readonly value: number
}

/** The first is filled, the second dashed, so that colour is not all that tells them apart. */
interface Line {
  /** Before its value, where there are two. */
  readonly mark?: string
  readonly name?: string
  readonly points: readonly Point[]
}

const width = 320
const height = 88
/** Nothing is drawn as if it were much. */
const leastTop = 1024

/** One quantity, or two of a kind, over the last minutes, from zero to its limit or to the most there was; the newest value in words. */
export function Chart({
  title,
  lines,
  limit,
  spoken,
  windowMs = 5 * 60_000,
}: {
  title: string
  lines: readonly [Line] | readonly [Line, Line]
  /** Undefined where there is none, or none is known yet. */
  limit?: number | undefined
  spoken: (value: number) => string
  windowMs?: number
}) {
  const gradient = useId()
  const [main, other] = lines
  const end = main.points.at(-1)?.at ?? 0
  const shown = lines.map(({ points }) => points.filter(({ at }) => end - at <= windowMs))
  const top = Math.max(limit ?? leastTop, ...shown.flat().map(({ value }) => value))
  const x = (at: number) => width - ((end - at) / windowMs) * width
  const y = (value: number) => height - 2 - (value / top) * (height - 6)
  const [path, otherPath] = shown.map((points) =>
    points.map(({ at, value }) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(' L'),
  )
  const first = shown[0]?.[0]
  const valueOf = ({ points }: Line) => {
    const value = points.at(-1)?.value
    return value === undefined ? null : spoken(value)
  }
  const inWords = lines
    .map((line) => [line.name, valueOf(line)].filter((word) => word !== undefined).join(' '))
    .join(', ')
  return (
    <figure className="min-w-0 rounded-card border border-line bg-surface p-4">
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-3 text-sm">
        <span className="text-ink-soft">{title}</span>
        <span className="flex flex-wrap gap-x-3 font-semibold tabular-nums">
          {lines.map((line) => (
            <span key={line.name ?? title} title={line.name}>
              {line.mark !== undefined && (
                <span aria-hidden className={`mr-1 ${line === main ? 'text-accent' : 'text-ink-soft'}`}>
                  {line.mark}
                </span>
              )}
              {valueOf(line) ?? '–'}
              {limit !== undefined && (
                <span className="font-normal text-ink-soft">
                  {' '}
                  <Trans>of {spoken(limit)}</Trans>
                </span>
              )}
            </span>
          ))}
        </span>
      </figcaption>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        className="mt-3 h-22 w-full"
        role="img"
        aria-label={`${title}: ${valueOf(main) === null ? t`no value yet` : inWords}`}
      >
        <defs>
          <linearGradient id={gradient} x1="0" x2="0" y1="0" y2="1">
            <stop offset="0" stopColor="var(--color-accent)" stopOpacity="0.32" />
            <stop offset="1" stopColor="var(--color-accent)" stopOpacity="0" />
          </linearGradient>
        </defs>
        {[0.25, 0.5, 0.75].map((part) => (
          <line
            key={part}
            x1="0"
            x2={width}
            y1={height * part}
            y2={height * part}
            stroke="var(--color-line)"
            strokeWidth="1"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {first !== undefined && main.points.length > 1 && (
          <>
            <path
              d={`M${x(first.at).toFixed(1)},${height} L${path} L${width},${height} Z`}
              fill={`url(#${gradient})`}
            />
            <path
              d={`M${path}`}
              fill="none"
              stroke="var(--color-accent)"
              strokeWidth="2"
              strokeLinejoin="round"
              vectorEffect="non-scaling-stroke"
            />
            {other !== undefined && (
              <path
                d={`M${otherPath}`}
                fill="none"
                stroke="var(--color-ink-soft)"
                strokeWidth="1.5"
                strokeDasharray="4 3"
                strokeLinejoin="round"
                vectorEffect="non-scaling-stroke"
              />
            )}
          </>
        )}
      </svg>
    </figure>
  )
}
