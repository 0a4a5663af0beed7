import { ConfigError } from './config.ts'

/**
 * A service's process: starts it, tells whoever forked it that it is ready or in one line why not, and ends it in order at
 * a signal, or when that process is gone.
 */
export async function runService(start: () => Promise<{ close(): Promise<void> }>): Promise<void> {
  try {
    const service = await start()
    const end = () => void service.close().then(() => process.exit(0))
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
