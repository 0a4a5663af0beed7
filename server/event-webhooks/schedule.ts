const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** After the first attempt, which is made at once. */
const delaysMs: readonly number[] = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour]

/** With nothing but failures for as long an endpoint is switched off. */
export const failingLimitMs = 5 * 24 * hour

/** When it is tried again after so many attempts; null where it is not. */
export function nextAttemptAt(attempts: number, now: Date): Date | null {
  const delay = delaysMs[attempts - 1]
  return delay === undefined ? null : new Date(now.getTime() + delay)
}
