import { readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'

export interface Resources {
  /** CPU time used since the container began, in seconds. */
  readonly cpuSeconds: number
  readonly cpuLimitCores: number
  /** Memory in use without what the kernel could drop at once. */
  readonly memoryBytes: number
  readonly memoryLimitBytes: number
}

/** Reads the container's own cgroup, version 2 or 1. */
export function readResources(root = '/sys/fs/cgroup'): Resources {
  const read = (path: string): string | null => {
    try {
      return readFileSync(`${root}/${path}`, 'utf8')
    } catch {
      return null
    }
  }
  const field = (contents: string | null, name: string): number =>
    Number(contents?.match(new RegExp(`^${name} (\\d+)$`, 'm'))?.[1] ?? 0)
  const unified = read('cpu.stat')
  const cpuSeconds =
    unified === null ? Number(read('cpuacct/cpuacct.usage') ?? 0) / 1e9 : field(unified, 'usage_usec') / 1e6
  const [quota, period] = (read('cpu.max') ?? `${read('cpu/cpu.cfs_quota_us')} ${read('cpu/cpu.cfs_period_us')}`)
    .split(' ')
    .map(Number)
  const cores = (quota ?? 0) / (period ?? 0)
  const stat = read('memory.stat') ?? read('memory/memory.stat')
  const used = Number(read('memory.current') ?? read('memory/memory.usage_in_bytes') ?? 0)
  const droppable = field(stat, 'inactive_file') || field(stat, 'total_inactive_file')
  const limit = Number(read('memory.max') ?? read('memory/memory.limit_in_bytes'))
  return {
    cpuSeconds,
    cpuLimitCores: Number.isFinite(cores) && cores > 0 ? cores : availableParallelism(),
    memoryBytes: Math.max(0, used - droppable),
    memoryLimitBytes: Number.isFinite(limit) && limit > 0 && limit < totalmem() ? limit : totalmem(),
  }
}
