import { ConfigError } from './config.ts'
import type { Service } from './service.ts'
import { UnhandledErrors } from './unhandled.ts'

/**
 * A service's process: starts it, tells whoever forked it that it is ready or in one line why not, and ends it in order at
 * a signal, or when that process is gone. Errors that nothing answers for end it while it starts, and never after.
 */
export async function runService(start: () => Promise<Service>): Promise<void> {
  // While it starts there is nothing to close in order, and nobody would hear that it is ready.
  const orphaned = () => process.exit(1)
  if (process.channel) process.once('disconnect', orphaned)
  try {
    const service = await start()
    process.off('disconnect', orphaned)
    new UnhandledErrors(service.log, service.metrics).attach(process)
    const end = () =>
      void service.close().then(
        () => process.exit(0),
        () => process.exit(1),
      )
    process.once('SIGINT', end)
    process.once('SIGTERM', end)
    if (process.channel) process.once('disconnect', end)
    process.send?.({ type: 'ready' })
  } catch (error) {
    const line = error instanceof Error ? error.message : String(error)
    if (!(error instanceof ConfigError) && process.env['ARC_LOG_LEVEL'] === 'debug') console.error(error)
    if (process.send) process.send({ type: 'failed', line }, () => process.exit(1))
    else {
      process.stderr.write(`arcx: ${line}\n`)
      process.exit(1)
    }
  }
}
