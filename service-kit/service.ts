import type { Log } from './log.ts'
import { Shutdown } from './shutdown.ts'

export interface Service {
  close(): Promise<void>
}

/** Puts a service together: what `start` opens is closed with it, and where it does not come up. @throws what `start` throws. */
export async function startService<T extends object>(log: Log, start: (shutdown: Shutdown) => Promise<T>): Promise<T & Service> {
  const shutdown = new Shutdown(log)
  try {
    const started = await start(shutdown)
    return { ...started, close: () => shutdown.close() }
  } catch (error) {
    await shutdown.close()
    throw error
  }
}
