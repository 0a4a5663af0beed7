import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Child } from '@arcx/launch/children'
import { freePort } from '@arcx/launch/ports'
import { startTestOrchestrator } from './orchestrator.ts'
import type { TestOrchestrator } from './orchestrator.ts'
import { startServiceProcess } from './service.ts'

const program = fileURLToPath(new URL('../collab/main.ts', import.meta.url))

/** team-state as a process of its own, beside an orchestrator that nobody else uses. */
export interface TestCollab {
  readonly arc: TestOrchestrator
  readonly port: number
  start(): Promise<void>
  /** `kill -9`. */
  kill(): Promise<void>
  destroy(): Promise<void>
}

export async function startTestCollab(): Promise<TestCollab> {
  const port = await freePort()
  const arc = await startTestOrchestrator({ ARC_COLLAB_URL: `ws://127.0.0.1:${port}` })
  let child: Child | undefined
  const self: TestCollab = {
    arc,
    port,
    async start() {
      const environment = { PATH: process.env['PATH'], ARC_COLLAB_PORT: String(port), ARC_INTERNAL_TOKEN: arc.internalToken, ARC_ORCHESTRATOR_URL: `http://127.0.0.1:${arc.port}`, ARC_COLLAB_ORIGINS: arc.origin, DATABASE_URL: arc.databaseUrl }
      child = await startServiceProcess('team-state', program, environment, join(arc.directory, 'team-state.log'))
    },
    kill: async () => child?.stop('SIGKILL', 5000),
    async destroy() {
      await child?.stop('SIGTERM', 5000)
      await arc.destroy()
    },
  }
  try {
    await self.start()
  } catch (error) {
    await self.destroy()
    throw error
  }
  return self
}
