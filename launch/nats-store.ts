import { statfs } from 'node:fs/promises'
import type { Child } from './children.ts'

const everyMs = 2000
/** Less would be full again at once. */
const roomBytes = 16 * 2 ** 20

export interface StoreWatch {
  /** Where its files are. */
  readonly directory: string
  /** Of its monitoring, on loopback. */
  readonly monitorPort: number
  readonly start: () => Promise<Child>
}

/**
 * A NATS server whose disk was full refuses to store for good, and says so at `/healthz`: once there is room it is started
 * anew. To others it stays one child, which ends only when the server ends by itself.
 */
export function withWritableStore(first: Child, { directory, monitorPort, start }: StoreWatch): Child {
  const ended = Promise.withResolvers<string>()
  let child = first
  let restarting: Promise<void> | null = null
  let stopped = false
  const follow = (current: Child) => void current.ended.then((how) => (current === child && restarting === null ? finish(how) : undefined))
  const timer = setInterval(() => {
    restarting ??= look().finally(() => (restarting = null))
  }, everyMs)
  timer.unref()
  follow(first)

  function finish(how: string): void {
    clearInterval(timer)
    ended.resolve(how)
  }

  async function look(): Promise<void> {
    const current = child
    let how: string | null = null
    void current.ended.then((cause) => (how = cause))
    if ((await isStuck(monitorPort)) && (await hasRoom(directory)) && !stopped) {
      await current.stop('SIGTERM', 5000)
      try {
        child = await start()
        follow(child)
        if (stopped) await child.stop('SIGTERM', 5000)
        return
      } catch (error) {
        return finish(error instanceof Error ? error.message : String(error))
      }
    }
    if (how !== null) finish(how)
  }

  return {
    name: first.name,
    get process() {
      return child.process
    },
    ended: ended.promise,
    async stop(signal, graceMs) {
      stopped = true
      clearInterval(timer)
      await child.stop(signal, graceMs)
      await restarting
    },
  }
}

async function isStuck(monitorPort: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${monitorPort}/healthz`, { signal: AbortSignal.timeout(1000) })
    return !answer.ok && (await answer.text()).includes('write error')
  } catch {
    return false
  }
}

async function hasRoom(directory: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize > roomBytes
}
