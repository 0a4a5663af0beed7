import { createLog } from '@arcx/service-kit/log'
import { runService } from '@arcx/service-kit/main'
import { readConfig } from './config.ts'
import { startCollab } from './service.ts'

await runService(async () => {
  const config = readConfig(process.env)
  return startCollab(config, createLog('team-state', config.ARC_LOG_LEVEL))
})
