import { ArcError } from '@arcx/router'
import type { ContainerRef, Execution } from '../../runtime/port.ts'
import { memberOf } from '../expressions/value.ts'
import type { ValueMap } from '../expressions/value.ts'
import { beginOrFollow, collect, endAll } from './command-scripts.ts'
import { parseOutputs } from './outputs.ts'
import { StepFailed } from './step.ts'
import type { StepContext, StepOutcome } from './step.ts'
import { findOwn, untilState } from './workspaces.ts'
import { mostLogBytes } from '../log-writer.ts'

export interface CommandInput {
  readonly run: string
  readonly workspace: string
  readonly directory: string | null
  readonly env: Readonly<Record<string, string>>
}

/** A value that a program can be given: Linux takes 128 KiB. */
const longestValue = 100_000
const activityMs = 30_000
/** Of what is left in the workspace once a command has ended: its log as far as it is kept, and its outputs. */
const mostRead = mostLogBytes + 256 * 1024
const readMs = 20_000
const deadReason =
  'The workspace stopped or was restarted while the command ran, so that it is not known how far it came. Add retry: 1 where it may be repeated.'

/**
 * A script in a workspace. It goes on where this process dies, and is found again by its id; where its container has gone,
 * it was cut off.
 */
export async function runCommand(input: CommandInput, context: StepContext): Promise<StepOutcome> {
  const { ports, actor, progress, executionId, log, signal, lost } = context
  const tooLong = Object.entries(input.env).find(([, value]) => value.length > longestValue)
  if (tooLong !== undefined)
    throw new StepFailed(`The variable ${tooLong[0]} has more than ${longestValue} characters.`)
  const found = await findOwn(context, input.workspace)
  const isOnItsWay = found.state === 'creating' || found.state === 'starting'
  const workspace = isOnItsWay ? await untilState(context, found, 'running') : found
  const begun = await progress.get()
  const known = memberOf(begun, 'execution') === executionId ? memberOf(begun, 'incarnation') : null
  if (workspace.state !== 'running') {
    if (known !== null) throw new StepFailed(deadReason)
    throw new StepFailed(`${input.workspace} is ${workspace.state}. Start it before: uses: workspace/start`)
  }
  const container = await ports.workspaces.running(actor, workspace.id)
  if (known !== null && known !== container.incarnation) throw new StepFailed(deadReason)
  if (known === null) await progress.set({ execution: executionId, incarnation: container.incarnation })
  const active = setInterval(() => ports.onActivity(workspace.id), activityMs)
  ports.onActivity(workspace.id)
  try {
    await follow(container, input, context)
    const left = AbortSignal.any([signal, lost])
    const { stdout, stderr } = await read(container, context, [collect, executionId, String(log.position + 1)], left)
    lost.throwIfAborted()
    if (signal.aborted) {
      await read(container, context, [endAll, executionId], lost)
      signal.throwIfAborted()
    }
    log.write(stdout)
    await log.flush()
    return outcomeOf(stderr.toString('utf8'))
  } catch (error) {
    if (error instanceof ArcError && error.code === 'workspace_not_running') throw new StepFailed(deadReason, 137)
    throw error
  } finally {
    clearInterval(active)
  }
}

/** Until it has ended, or has to. */
async function follow(
  container: ContainerRef,
  { run, env, directory }: CommandInput,
  context: StepContext,
): Promise<void> {
  const { executionId, log, signal, lost } = context
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const execution = await context.ports.runtime.exec(container, {
    command: [
      '/usr/bin/env',
      ...variables,
      '/bin/sh',
      '-c',
      beginOrFollow,
      'sh',
      executionId,
      run,
      directory ?? '.',
      String(log.position + 1),
    ],
    tty: null,
    directory: null,
  })
  const leave = () => execution.destroy()
  for (const each of [signal, lost]) each.addEventListener('abort', leave, { once: true })
  try {
    if (!signal.aborted && !lost.aborted)
      for await (const { stream, bytes } of execution.output) if (stream === 'stdout') log.write(bytes)
    await log.flush()
  } finally {
    for (const each of [signal, lost]) each.removeEventListener('abort', leave)
    execution.destroy()
  }
}

const exec = (
  container: ContainerRef,
  { ports }: StepContext,
  [script = '', ...rest]: readonly string[],
): Promise<Execution> =>
  ports.runtime.exec(container, { command: ['/bin/sh', '-c', script, 'sh', ...rest], tty: null, directory: null })

/**
 * What it puts out, up to a bound, and until it ends, is left, or time is up: what answers there is the workspace's own, and
 * may have no end.
 */
async function read(
  container: ContainerRef,
  context: StepContext,
  script: readonly string[],
  left: AbortSignal,
): Promise<{ readonly stdout: Buffer; readonly stderr: Buffer }> {
  const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
  const together = () => ({ stdout: Buffer.concat(parts.stdout), stderr: Buffer.concat(parts.stderr) })
  if (left.aborted) return together()
  const execution = await exec(container, context, script)
  const enough = AbortSignal.any([left, AbortSignal.timeout(readMs)])
  const leave = () => execution.destroy()
  enough.addEventListener('abort', leave, { once: true })
  try {
    let length = 0
    if (!enough.aborted)
      for await (const { stream, bytes } of execution.output) {
        parts[stream].push(bytes)
        if ((length += bytes.length) > mostRead) break
      }
  } finally {
    enough.removeEventListener('abort', leave)
    execution.destroy()
  }
  return together()
}

function outcomeOf(told: string): StepOutcome {
  const [code = '', ...rest] = told.split('\n')
  const outputs: ValueMap = parseOutputs(rest.join('\n'))
  if (!/^\d{1,3}$/.test(code)) throw new StepFailed('The command was killed, or its workspace stopped.', 137, outputs)
  if (code !== '0') throw new StepFailed(`The command ended with exit code ${code}.`, Number(code), outputs)
  return { kind: 'done', outputs, exitCode: 0 }
}
