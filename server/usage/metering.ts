/** Up to when a workspace's use has been counted. */
export interface Meter {
  readonly countedTo: Date
  readonly incarnation: number
  readonly cpuSeconds: number
}

/** A workspace as it is now. */
export interface Measured {
  readonly incarnation: number
  readonly isRunning: boolean
  readonly startedAt: Date | null
  /** Of the container, since it was started; null where it could not be asked. */
  readonly stats: { readonly cpuSeconds: number; readonly memoryBytes: number } | null
  readonly storageBytes: number
}

/** What it used on one day. */
export interface Used {
  /** `2026-01-31`, in UTC. */
  readonly day: string
  readonly awakeSeconds: number
  readonly asleepSeconds: number
  readonly cpuSeconds: number
  readonly memoryByteSeconds: number
  readonly storageByteSeconds: number
}

const dayMs = 24 * 3600 * 1000
export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)

/**
 * What was used since the meter was last read, by day, and what it says from now on. It was awake since its container was
 * started: a server that was away for a while loses nothing of one that ran on.
 */
export function meterTo(
  now: Date,
  meter: Meter,
  { incarnation, isRunning, startedAt, stats, storageBytes }: Measured,
): { readonly used: readonly Used[]; readonly meter: Meter } {
  const [from, to] = [meter.countedTo.getTime(), now.getTime()]
  const awakeFrom = isRunning ? Math.min(to, Math.max(from, startedAt?.getTime() ?? from)) : to
  const isSame = meter.incarnation === incarnation
  // Of another container all is new; less than before is what another copy has counted by a later look.
  const before = isSame ? meter.cpuSeconds : 0
  const cpuSeconds = stats === null ? 0 : Math.max(0, stats.cpuSeconds - before)
  const awakeMs = to - awakeFrom
  const used: Used[] = []
  for (let begin = from; begin < to;) {
    const end = Math.min(to, Math.floor(begin / dayMs) * dayMs + dayMs)
    const awakeSeconds = Math.max(0, end - Math.max(begin, awakeFrom)) / 1000
    used.push({
      day: dayOf(begin),
      awakeSeconds,
      asleepSeconds: (end - begin) / 1000 - awakeSeconds,
      cpuSeconds: awakeMs === 0 ? 0 : (cpuSeconds * awakeSeconds * 1000) / awakeMs,
      memoryByteSeconds: (stats?.memoryBytes ?? 0) * awakeSeconds,
      storageByteSeconds: (storageBytes * (end - begin)) / 1000,
    })
    begin = end
  }
  return { used, meter: { countedTo: now, incarnation, cpuSeconds: before + cpuSeconds } }
}
