import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ChildProcess } from 'node:child_process'
import type { Census } from './census.ts'

/** Settings with which a service counts what it holds. */
export const counted = { NODE_OPTIONS: `--import=${fileURLToPath(new URL('census.ts', import.meta.url))}` }
/** And what it has ever allocated. */
export const countedInAll = { ...counted, ARCX_COUNT_ALLOCATIONS: '1' }

/** What a process that was started with `counted` holds after a garbage collection. */
export async function censusOf(process: ChildProcess | undefined, directory: string): Promise<Census> {
  const file = join(directory, 'census.json')
  await rm(file, { force: true })
  process?.kill('SIGUSR2')
  for (;;) {
    const read = await readFile(file, 'utf8').catch(() => null)
    if (read !== null) return JSON.parse(read) as Census
    if (process?.exitCode !== null || process.signalCode !== null) throw new Error('The process has ended.')
    await setTimeout(20)
  }
}
