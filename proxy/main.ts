import { ConfigError } from '@arcx/service-kit/config'
import { createLog } from '@arcx/service-kit/log'
import { readConfig } from './config.ts'
import { startProxy } from './service.ts'

try {
  const config = readConfig(process.env)
  const proxy = await startProxy(config, createLog('proxy', config.ARC_LOG_LEVEL))
  const end = () => void proxy.close().then(() => process.exit(0))
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
