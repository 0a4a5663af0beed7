import { createLog } from '@arcx/service-kit/log'
import { runService } from '@arcx/service-kit/main'
import { readConfig } from './config.ts'
import { startProxy } from './service.ts'

await runService(async () => {
  const config = readConfig(process.env)
  return startProxy(config, createLog('proxy', config.ARC_LOG_LEVEL))
})
