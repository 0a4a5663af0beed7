import { fileURLToPath } from 'node:url'
import { createLog } from '@arcx/service-kit/log'
import { runService } from '@arcx/service-kit/main'
import { readConfig } from './config.ts'
import { startOrchestrator } from './orchestrator.ts'

await runService(async () => {
  const config = readConfig(process.env)
  return startOrchestrator(
    config,
    fileURLToPath(new URL('../web/dist', import.meta.url)),
    createLog('orchestrator', config.ARC_LOG_LEVEL),
  )
})
