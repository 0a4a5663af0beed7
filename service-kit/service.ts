import type { Log } from './log.ts'
import type { Registry } from './metrics.ts'
import { Shutdown } from './shutdown.ts'

export interface Service {
  readonly log: Log
  readonly metrics: Registry
  close(): Promise<void>
}

/** Puts a service together: what `start` opens is closed with it, and where it does not come up. @throws what `start` throws. */
export async function startService<T extends { readonly metrics: Registry }>(
  log: Log,
  start: (shutdown: Shutdown) => Promise<T>,
): Promise<T & Service> {
  const shutdown = new Shutdown(log)
  try {
    const started = await start(shutdown)
    return { ...started, log, close: () => shutdown.close() }
  } catch (error) {
    await shutdown.close()
    throw error
  }
}
