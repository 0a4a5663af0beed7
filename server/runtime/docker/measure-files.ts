import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import type { FilesUse } from '../home.ts'

/** A tree that takes longer to walk has more files than anybody needs. */
const longestMs = 5 * 60_000
/** What du(1) may use: names nested without end would fill the memory. */
const memoryKilobytes = 2 ** 20
const complaintLength = 200

/**
 * What lies in a directory, counted by du(1) at the lowest priority. It follows no link, and leaves out other file systems.
 * Resolves to null where it could not be counted within its bounds. @throws where du fails otherwise, and when the signal aborts.
 */
export async function measureFiles(
  directory: string,
  signal: AbortSignal,
  timeoutMs = longestMs,
): Promise<FilesUse | null> {
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
  const child = spawn('sh', ['-c', script, 'sh', what, directory], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    signal,
    killSignal: 'SIGKILL',
  })
  const failed = new Promise<never>((_resolve, reject) => child.once('error', reject))
  failed.catch(() => undefined)
  // Files that vanish meanwhile make it end with 1, and the sum stands all the same.
  const [said, complaint] = await Promise.race([Promise.all([text(child.stdout), lastOf(child.stderr)]), failed])
  signal.throwIfAborted()
  const sum = /^(\d+)\s/.exec(said)?.[1]
  if (sum !== undefined) return Number(sum)
  if (/memory exhausted|cannot allocate memory/i.test(complaint)) return null
  throw new Error(`A home could not be measured: ${complaint.trim() || 'du ended without a word'}`)
}

/** It may complain of each of a million files; why it gave up comes last. */
async function lastOf(stream: Readable): Promise<string> {
  let last = ''
  for await (const chunk of stream) last = (last + String(chunk)).slice(-complaintLength)
  return last
}
