import { readFile, readdir, stat } from 'node:fs/promises'
import type { Stats } from 'node:fs'
import type { Progress } from './progress.ts'

/** A process left by an earlier run: waited for, then sent its signal, then killed. */
export interface Leftover {
  readonly name: string
  find(): Promise<readonly number[]>
  /** Asks it to end in order. */
  readonly signal: NodeJS.Signals
}

/** How long to wait before each step. */
export interface EndingTimeouts {
  readonly noticeAfterMs: number
  readonly signalAfterMs: number
  readonly killAfterMs: number
}

const defaultTimeouts: EndingTimeouts = { noticeAfterMs: 500, signalAfterMs: 1000, killAfterMs: 15_000 }
const pollMs = 50

/**
 * Waits until none of these processes is left. A launcher that was killed takes its children with it, but they need a
 * moment, and hold ports, locks and shared memory until then.
 */
export async function untilEnded(
  leftover: Leftover,
  progress: Progress,
  signal?: AbortSignal,
  { noticeAfterMs, signalAfterMs, killAfterMs }: EndingTimeouts = defaultTimeouts,
): Promise<void> {
  const since = Date.now()
  let hasNotified = false
  let hasSignalled = false
  for (;;) {
    const pids = await leftover.find()
    if (pids.length === 0) return
    signal?.throwIfAborted()
    const waitedMs = Date.now() - since
    if (!hasNotified && waitedMs > noticeAfterMs) {
      hasNotified = true
      progress.update(`Waiting for ${leftover.name} of an earlier run to end (process ${pids.join(', ')})`)
    }
    if (waitedMs > killAfterMs) send(pids, 'SIGKILL')
    else if (!hasSignalled && waitedMs > signalAfterMs) {
      hasSignalled = true
      send(pids, leftover.signal)
    }
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

function send(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended meanwhile.
    }
  }
}

/** Processes whose working directory this is, under whatever path they see it; `program`: of that name alone. */
export async function processesIn(directory: string, program?: string): Promise<readonly number[]> {
  const wanted = await stat(directory).catch(() => null)
  if (wanted === null) return []
  const isSame = (found: Stats) => found.ino === wanted.ino && found.dev === wanted.dev
  return processesWhere(async (entry) => {
    if (program !== undefined && (await readFile(`${entry}/comm`, 'utf8')).trim() !== program) return false
    return isSame(await stat(`${entry}/cwd`))
  })
}

/** Processes with such arguments, and such a line in their environment where one is given. */
export function processesCalled(
  matches: (words: readonly string[]) => boolean,
  variable?: string,
): Promise<readonly number[]> {
  return processesWhere(async (entry) => {
    if (!matches(await wordsOf(`${entry}/cmdline`))) return false
    return variable === undefined || (await wordsOf(`${entry}/environ`)).includes(variable)
  })
}

const wordsOf = async (file: string) => (await readFile(file, 'utf8')).split('\0')

/** Whatever may not be looked at belongs to somebody else. */
async function processesWhere(matches: (entry: string) => Promise<boolean>): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map((pid) => (pid === process.pid ? false : matches(`/proc/${pid}`).catch(() => false))),
  )
  return pids.filter((_, index) => found[index])
}
