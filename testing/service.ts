import { fork } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { watchChild } from '@arcx/launch/children'
import type { Child } from '@arcx/launch/children'

/** What the run keeps of compiled sources, as a real start does. */
export function compiled(): NodeJS.ProcessEnv {
  const directory = process.env['NODE_COMPILE_CACHE']
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: directory }
}

/** A service as a process of its own, once it says that it is ready; what it logs goes to a file. @throws with its own line where it does not come up. */
export async function startServiceProcess(
  name: string,
  program: string,
  environment: NodeJS.ProcessEnv,
  logFile: string,
): Promise<Child> {
  const log = openSync(logFile, 'a', 0o600)
  const child = watchChild(
    name,
    fork(program, [], { env: { ...compiled(), ...environment }, execArgv: [], stdio: ['ignore', log, log, 'ipc'] }),
  )
  const said = once(child.process, 'message').then(([message]) => message as { type: string; line?: string })
  const outcome = await Promise.race([
    said,
    child.ended.then((how) => ({ type: 'failed', line: `It ended (${how}).` })),
  ])
  if (outcome.type !== 'ready') throw new Error(outcome.line)
  return child
}
