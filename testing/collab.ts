import { fork } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { watchChild } from '@arcx/launch/children'
import type { Child } from '@arcx/launch/children'
import { freePort } from '@arcx/launch/ports'
import { startTestOrchestrator } from './orchestrator.ts'
import type { TestOrchestrator } from './orchestrator.ts'

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
      const log = openSync(join(arc.directory, 'team-state.log'), 'a', 0o600)
      const environment = { PATH: process.env['PATH'], ARC_COLLAB_PORT: String(port), ARC_INTERNAL_TOKEN: arc.internalToken, ARC_ORCHESTRATOR_URL: `http://127.0.0.1:${arc.port}`, ARC_COLLAB_ORIGINS: arc.origin, DATABASE_URL: arc.databaseUrl }
      const started = watchChild('team-state', fork(program, [], { env: environment, execArgv: [], stdio: ['ignore', log, log, 'ipc'] }))
      child = started
      const said = once(started.process, 'message').then(([message]) => message as { type: string; line?: string })
      const outcome = await Promise.race([said, started.ended.then((how) => ({ type: 'failed', line: `It ended (${how}).` }))])
      if (outcome.type !== 'ready') throw new Error(outcome.line)
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
