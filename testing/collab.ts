import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Child } from '@arcx/launch/children'
import { testPort } from './port.ts'
import { startTestOrchestrator } from './orchestrator.ts'
import type { TestOrchestrator } from './orchestrator.ts'
import type { OwnStores } from './stores.ts'
import { startServiceProcess } from './service.ts'

const program = fileURLToPath(new URL('../collab/main.ts', import.meta.url))

/** team-state as a process of its own, beside an orchestrator that nobody else uses. */
export interface TestCollab {
  readonly arc: TestOrchestrator
  readonly port: number
  /** Of its process. */
  readonly pid: number
  start(): Promise<void>
  /** A second copy beside it, at a port of its own. */
  copy(
    changes?: Readonly<Record<string, string>>,
  ): Promise<{ readonly port: number; readonly pid: number; kill(): Promise<void> }>
  /** `kill -9`. */
  kill(): Promise<void>
  destroy(): Promise<void>
}

/** `stores`: of its own, so that they may be killed; `changes`: of team-state’s settings; `settings`: of the orchestrator’s. */
export async function startTestCollab({
  stores,
  changes = {},
  settings = {},
}: {
  stores?: OwnStores
  changes?: Readonly<Record<string, string>>
  settings?: Readonly<Record<string, string>>
} = {}): Promise<TestCollab> {
  const port = await testPort()
  const arc = await startTestOrchestrator({ ARC_COLLAB_URL: `ws://127.0.0.1:${port}`, ...settings }, stores)
  let child: Child | undefined
  const copies: Child[] = []
  const run = (at: number, log: string, more: Readonly<Record<string, string>> = {}) => {
    const environment = {
      PATH: process.env['PATH'],
      ARC_COLLAB_PORT: String(at),
      ARC_INTERNAL_TOKEN: arc.internalToken,
      ARC_ORCHESTRATOR_URL: `http://127.0.0.1:${arc.port}`,
      ARC_COLLAB_ORIGINS: arc.origin,
      NATS_URL: arc.natsUrl,
      DATABASE_URL: arc.databaseUrl,
      ...changes,
      ...more,
    }
    return startServiceProcess('team-state', program, environment, join(arc.directory, log))
  }
  const self: TestCollab = {
    arc,
    port,
    get pid() {
      return child?.process.pid ?? 0
    },
    async start() {
      child = await run(port, 'team-state.log')
    },
    async copy(more) {
      const at = await testPort()
      const copy = await run(at, `team-state-${copies.length + 2}.log`, more)
      copies.push(copy)
      return { port: at, pid: copy.process.pid ?? 0, kill: async () => void (await copy.stop('SIGKILL', 5000)) }
    },
    kill: async () => child?.stop('SIGKILL', 5000),
    async destroy() {
      await Promise.all([child, ...copies].map((each) => each?.stop('SIGTERM', 5000)))
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
