/** Whether the line with `id` comes behind the one with `after`. Ids are `TIMESTAMP/COUNT`, fixed-width in time. */
export function isBehind(id: string, after: string | undefined): boolean {
  if (after === undefined) return true
  const [at = '', count = '0'] = id.split('/')
  const [afterAt = '', afterCount = '0'] = after.split('/')
  const [time, afterTime] = [comparable(at), comparable(afterAt)]
  return time === afterTime ? Number(count) > Number(afterCount) : time > afterTime
}

/** RFC 3339 with nine decimals, so that text order is time order: engines leave trailing zeros off. */
function comparable(timestamp: string): string {
  const [, whole = '', decimals = ''] = /^([^.Z]+)(?:\.(\d+))?Z?$/.exec(timestamp) ?? []
  return `${whole}.${decimals.padEnd(9, '0')}`
}
