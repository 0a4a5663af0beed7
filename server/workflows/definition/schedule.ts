import { CronExpressionParser } from 'cron-parser'
import type { Triggers } from './triggers.ts'

export type Schedule = NonNullable<Triggers['schedule']>[number]

/**
 * The next time after `after`, by the clocks of its time zone. Where a change of the clocks leaves the hour out, it runs an
 * hour later by the new time; where an hour comes twice, what names an hour runs in the first of them alone, and what runs in
 * every hour runs in both. Null where there is none.
 */
export function nextTime({ cron, timezone }: Schedule, after: Date): Date | null {
  try {
    return CronExpressionParser.parse(cron, { currentDate: after, tz: timezone }).next().toDate()
  } catch {
    return null
  }
}

/** The first of several. */
export function nextOf(schedules: readonly Schedule[], after: Date): Date | null {
  const times = schedules.flatMap((each) => nextTime(each, after) ?? [])
  return times.length === 0 ? null : new Date(Math.min(...times.map(Number)))
}

/** Of several the one that names a time. */
export function cronAt(schedules: readonly Schedule[], at: Date): string | null {
  const before = new Date(at.getTime() - 1)
  return schedules.find((each) => nextTime(each, before)?.getTime() === at.getTime())?.cron ?? null
}

/** Why it is no schedule. */
export function scheduleProblem({
  cron,
  timezone,
}: Schedule): { readonly key: keyof Schedule; readonly message: string } | null {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone })
  } catch {
    return { key: 'timezone', message: `There is no time zone “${timezone}”. Write one as Europe/Berlin, or UTC.` }
  }
  if (cron.trim().split(/\s+/).length !== 5)
    return {
      key: 'cron',
      message: `“${cron}” is not five fields: minute, hour, day of the month, month, day of the week. Example: 45 8 * * 1-5`,
    }
  try {
    CronExpressionParser.parse(cron, { tz: timezone }).next()
    return null
  } catch (error) {
    const said = error instanceof Error ? error.message : ''
    return { key: 'cron', message: `“${cron}” is no time at which something could run: ${said}. Example: 45 8 * * 1-5` }
  }
}
