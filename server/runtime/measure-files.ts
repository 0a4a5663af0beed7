import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

export interface FilesUse {
  /** Blocks that are taken on disk: a sparse file counts for what is in it, and one with several names once. */
  readonly bytes: number
  readonly files: number
}

/** A tree that takes longer to walk has more files than anybody needs. */
const longestMs = 5 * 60_000
/** What du(1) may use: names nested without end would fill the memory. */
const memoryKilobytes = 2 ** 20

/**
 * What lies in a directory, counted by du(1) at the lowest priority. It follows no link, and leaves out other file systems.
 * Resolves to null where it could not be counted within its bounds. @throws where du cannot be run, and when the signal aborts.
 */
export async function measureFiles(directory: string, signal: AbortSignal, timeoutMs = longestMs): Promise<FilesUse | null> {
  const late = AbortSignal.timeout(timeoutMs)
  const either = AbortSignal.any([signal, late])
  try {
    const bytes = await du(directory, '--block-size=1', either)
    const files = await du(directory, '--inodes', either)
    return bytes === null || files === null ? null : { bytes, files }
  } catch (error) {
    if (late.aborted && !signal.aborted) return null
    throw error
  }
}

async function du(directory: string, what: string, signal: AbortSignal): Promise<number | null> {
  const script = `ulimit -v ${memoryKilobytes}; exec nice -n 19 du --summarize --one-file-system "$1" -- "$2"`
  const child = spawn('sh', ['-c', script, 'sh', what, directory], { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env['PATH'], LC_ALL: 'C' }, signal, killSignal: 'SIGKILL' })
  const failed = new Promise<never>((_resolve, reject) => child.once('error', reject))
  failed.catch(() => undefined)
  // Files that vanish meanwhile make it end with 1, and the sum stands all the same.
  const said = await Promise.race([text(child.stdout), failed])
  signal.throwIfAborted()
  const sum = /^(\d+)\s/.exec(said)?.[1]
  return sum === undefined ? null : Number(sum)
}
