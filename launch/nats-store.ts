import { statfs } from 'node:fs/promises'
import type { Child } from './children.ts'

const everyMs = 2000
/** Less would be full again at once. */
const roomBytes = 16 * 2 ** 20
const graceMs = 5000

/**
 * A NATS server whose disk was full refuses to store for good, and says so at `/healthz` of its monitoring port: once
 * there is room it is ended, for whoever keeps it to start it again.
 */
export function endOnceWritable(child: Child, directory: string, monitorPort: number): void {
  let looking = false
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void look().finally(() => (looking = false))
  }, everyMs)
  timer.unref()
  void child.ended.then(() => clearInterval(timer))

  async function look(): Promise<void> {
    if ((await refusesToStore(monitorPort)) && (await hasRoom(directory))) await child.stop('SIGTERM', graceMs)
  }
}

async function refusesToStore(monitorPort: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${monitorPort}/healthz`, { signal: AbortSignal.timeout(1000) })
    return !answer.ok && (await answer.text()).includes('write error')
  } catch {
    return false
  }
}

/** Where that cannot be told, another try shows it. */
const hasRoom = (directory: string): Promise<boolean> =>
  statfs(directory).then(
    ({ bavail, bsize }) => bavail * bsize > roomBytes,
    () => false,
  )
