import { useId } from 'react'

export interface Point {
  readonly at: number
  readonly value: number
}

const width = 320
const height = 88

/** One quantity over the last minutes, from zero to its limit, with its newest value in words. */
export function Chart({ title, points, limit, spoken, windowMs = 5 * 60_000 }: { title: string; points: readonly Point[]; limit: number; spoken: (value: number) => string; windowMs?: number }) {
  const gradient = useId()
  const last = points.at(-1)
  const end = last?.at ?? 0
  const top = Math.max(limit, ...points.map((point) => point.value), Number.EPSILON)
  const x = (at: number) => width - ((end - at) / windowMs) * width
  const y = (value: number) => height - 2 - (value / top) * (height - 6)
  const shown = points.filter((point) => end - point.at <= windowMs)
  const line = shown.map((point) => `${x(point.at).toFixed(1)},${y(point.value).toFixed(1)}`).join(' L')
  const first = shown[0]
  return (
    <figure className="rounded-card border border-line bg-surface p-4">
      <figcaption className="flex items-baseline justify-between gap-3 text-sm">
        <span className="text-ink-soft">{title}</span>
        <span className="font-semibold tabular-nums">
          {last === undefined ? '–' : spoken(last.value)}
          <span className="font-normal text-ink-soft"> of {spoken(limit)}</span>
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" className="mt-3 h-22 w-full" role="img" aria-label={`${title}: ${last === undefined ? 'no value yet' : spoken(last.value)}`}>
        <defs>
          <linearGradient id={gradient} x1="0" x2="0" y1="0" y2="1">
            <stop offset="0" stopColor="var(--color-accent)" stopOpacity="0.32" />
            <stop offset="1" stopColor="var(--color-accent)" stopOpacity="0" />
          </linearGradient>
        </defs>
        {[0.25, 0.5, 0.75].map((part) => (
          <line key={part} x1="0" x2={width} y1={height * part} y2={height * part} stroke="var(--color-line)" strokeWidth="1" vectorEffect="non-scaling-stroke" />
        ))}
        {first !== undefined && shown.length > 1 && (
          <>
            <path d={`M${x(first.at).toFixed(1)},${height} L${line} L${width},${height} Z`} fill={`url(#${gradient})`} />
            <path d={`M${line}`} fill="none" stroke="var(--color-accent)" strokeWidth="2" strokeLinejoin="round" vectorEffect="non-scaling-stroke" />
          </>
        )}
      </svg>
    </figure>
  )
}
