import { ArcError, TokenId } from '@arcx/router'
import type { UserActor, UserId, WorkflowStepId } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { JobRun as DurableRun } from '../jobs/job.ts'
import type { Step } from './definition/schema.ts'
import type { StepResult } from './engine/advance.ts'
import { environmentOf, filled, scopeOf } from './engine/contexts.ts'
import { statusOf } from './engine/advance.ts'
import type { Engine, Place } from './engine.ts'
import { ExpressionError } from './expressions/syntax.ts'
import { fill } from './expressions/template.ts'
import { memberOf, textOf } from './expressions/value.ts'
import type { Value } from './expressions/value.ts'
import type { LogStore } from './log-store.ts'
import { LogWriter } from './log-writer.ts'
import type { RunStore, StopCause } from './run-store.ts'
import { runCommand } from './steps/command.ts'
import { stepKinds } from './steps/kinds.ts'
import type { StepKind } from './steps/kinds.ts'
import { handlers } from './steps/registry.ts'
import type { StepHandler } from './steps/registry.ts'
import { StepFailed } from './steps/step.ts'
import type { StepContext, StepOutcome, StepPorts } from './steps/step.ts'

/** Steps that run here are asked about this often, all by one query. */
const lookMs = 1000
const minuteMs = 60_000
/** A fault of the server's own that is met so often is not passing: for about ten minutes. */
const mostTries = 10
const broken: StepResult = {
  kind: 'failed',
  reason: 'The server could not do this, and has tried for some time. Whoever runs it finds more in its log.',
  exitCode: null,
}

export interface ExecutorDependencies {
  readonly engine: Engine
  readonly runs: RunStore
  readonly logs: LogStore
  readonly ports: StepPorts
  readonly log: Log
}

/** Why a step that runs has to end. */
type Ending = StopCause | 'late'

/** Does the steps that this copy has taken, and ends those that are to end. */
export class Executor {
  readonly #dependencies: ExecutorDependencies
  readonly #running = new Map<string, (ending: Ending) => void>()
  #looking: NodeJS.Timeout | null = null

  constructor(dependencies: ExecutorDependencies) {
    this.#dependencies = dependencies
  }

  /** @throws where this process stops, or what it needs is away: the step goes on later. */
  async execute(stepId: WorkflowStepId, attempt: number, { signal: lost, attempt: tried }: DurableRun): Promise<void> {
    const { engine, log } = this.#dependencies
    const place = await engine.take(stepId, attempt)
    if (place === null) return
    const stop = new AbortController()
    const state: { ending: Ending | null } = { ending: null }
    const end = (ending: Ending) => {
      state.ending ??= ending
      stop.abort(new Error(`The step is ${ending}.`))
    }
    this.#watch(stepId, end)
    const late = lateness(place, () => end('late'))
    try {
      const outcome = await this.#do(place, stop.signal, lost)
      if (outcome.kind === 'waiting') await engine.waits(stepId, attempt, outcome.until)
      else await engine.ended(stepId, attempt, { ...outcome, kind: 'succeeded' })
    } catch (error) {
      lost.throwIfAborted()
      const result =
        resultOf(error, state.ending, writtenOf(place)) ?? (tried < mostTries || isPassing(error) ? null : broken)
      if (result === null) throw error
      if (result.kind === 'failed') log.info({ step: stepId, reason: result.reason }, 'a step of a workflow failed')
      await engine.ended(stepId, attempt, result)
    } finally {
      if (late !== null) clearTimeout(late)
      // Another attempt of it may run here by now.
      if (this.#running.get(stepId) === end) this.#running.delete(stepId)
    }
  }

  close(): void {
    if (this.#looking !== null) clearInterval(this.#looking)
  }

  async #do(place: Place, signal: AbortSignal, lost: AbortSignal): Promise<StepOutcome> {
    const { runs, logs, ports } = this.#dependencies
    const { run, step, workflow } = place
    const actor = await this.#actorOf(run.actorId, run.id)
    const noted = await runs.progressOf(step.id)
    const stored = await logs.length(step.id)
    const isSame = memberOf(noted, 'attempt') === step.attempt
    const base = isSame ? Number(memberOf(noted, 'base')) : stored
    const note = (own: Value) => runs.setProgress(step.id, { attempt: step.attempt, base, own })
    // What an attempt has created is the next one's, too.
    if (!isSame) await note(createsWorkspace(writtenOf(place)) ? memberOf(noted, 'own') : null)
    const writer = new LogWriter(logs, step.id, base, stored)
    const context: StepContext = {
      actor,
      owner: run,
      run: { id: run.id, number: run.number },
      workflow: { id: run.workflowId, name: workflow.name },
      executionId: `${step.id}-${step.attempt}`,
      signal,
      lost,
      log: writer,
      progress: { get: async () => memberOf(await runs.progressOf(step.id), 'own'), set: note },
      ports,
    }
    try {
      return await this.#perform(place, context)
    } finally {
      if (!lost.aborted) await writer.flush().catch(() => undefined)
    }
  }

  #perform(place: Place, context: StepContext): Promise<StepOutcome> {
    const { run, job, step, workflow } = place
    const written = writtenOf(place)
    const scope = scopeOf(workflow, run, job, statusOf(workflow, job), { before: step.index })
    if ('run' in written) {
      const where = written.workspace ?? workflow.jobs[job.name]?.workspace ?? ''
      const directory = written['working-directory']
      return runCommand(
        {
          run: written.run,
          workspace: textOf(fill(where, scope)),
          directory: directory === undefined ? null : textOf(fill(directory, scope)),
          env: { ...asTexts(memberOf(scope.contexts, 'env')), ...environmentOf(written.env, scope) },
        },
        context,
      )
    }
    const input = stepKinds[written.uses].safeParse(filled(written.with, scope))
    if (!input.success)
      throw new StepFailed(
        input.error.issues.map(({ path, message }) => `with.${path.join('.')}: ${message}`).join('; '),
      )
    return perform(written.uses, input.data, context)
  }

  async #actorOf(userId: UserId | null, runId: string): Promise<UserActor> {
    const person = userId === null ? null : await this.#dependencies.runs.personOf(userId)
    if (userId === null || person === null)
      throw new StepFailed(
        'Whoever saved this workflow may not use this server any more. Save it again, so that it acts for you.',
      )
    return {
      kind: 'user',
      via: 'token',
      tokenId: TokenId.parse(runId),
      userId,
      ...person,
      status: 'active',
      scopes: ['workspaces:read', 'workspaces:write', 'workspaces:exec'],
      workspaceIds: null,
      expiresAt: null,
      address: 'workflow',
      requestId: runId,
    }
  }

  #watch(stepId: string, end: (ending: Ending) => void): void {
    this.#running.set(stepId, end)
    this.#looking ??= setInterval(() => void this.#look(), lookMs)
  }

  async #look(): Promise<void> {
    if (this.#running.size === 0) {
      if (this.#looking !== null) clearInterval(this.#looking)
      this.#looking = null
      return
    }
    try {
      for (const [id, cause] of await this.#dependencies.runs.stopped([...this.#running.keys()]))
        this.#running.get(id)?.(cause)
    } catch (error) {
      this.#dependencies.log.warn({ err: error }, 'it is not known which steps are to end')
    }
  }
}

const perform = <Kind extends StepKind>(kind: Kind, input: unknown, context: StepContext): Promise<StepOutcome> =>
  (handlers[kind] as StepHandler<Kind>)(input as Parameters<StepHandler<Kind>>[0], context)

function writtenOf({ workflow, job, step }: Place): Step {
  const written = workflow.jobs[job.name]?.steps[step.index]
  if (written === undefined) throw new Error(`The workflow has no step ${step.index} of ${job.name}.`)
  return written
}

const createsWorkspace = (step: Step): boolean => 'uses' in step && step.uses === 'workspace/create'

/** Counted from when it began, whoever runs it now. */
function lateness(place: Place, onLate: () => void): NodeJS.Timeout | null {
  const minutes = writtenOf(place)['timeout-minutes']
  if (minutes === undefined) return null
  const end = (place.step.startedAt?.getTime() ?? Date.now()) + minutes * minuteMs
  return setTimeout(onLate, Math.max(0, end - Date.now()))
}

const asTexts = (value: Value): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(typeof value === 'object' && value !== null ? value : {}).map(([name, text]) => [
      name,
      textOf(text as Value),
    ]),
  )

/** What refusals of these kinds say may be otherwise in a moment: the step is tried again as it is. */
const passing: ReadonlySet<string> = new Set([
  'database_unavailable',
  'bus_unavailable',
  'engine_unavailable',
  'egress_unavailable',
])

const isPassing = (error: unknown): boolean => error instanceof ArcError && passing.has(error.code)

/** Null for a fault that is not the step's. */
function resultOf(error: unknown, ending: Ending | null, written: Step): StepResult | null {
  if (ending === 'late')
    return { kind: 'failed', reason: `It took longer than ${written['timeout-minutes'] ?? 0} minutes.`, exitCode: null }
  if (ending === 'forbidden')
    return {
      kind: 'failed',
      reason: 'Whoever saved this workflow may not do this any more. Save it again, so that it acts for you.',
      exitCode: null,
    }
  if (ending !== null) return { kind: 'cancelled' }
  if (error instanceof StepFailed)
    return { kind: 'failed', reason: error.message, exitCode: error.exitCode, outputs: error.outputs }
  if (error instanceof ExpressionError) return { kind: 'failed', reason: error.message, exitCode: null }
  if (error instanceof ArcError && !isPassing(error)) return { kind: 'failed', reason: error.message, exitCode: null }
  return null
}
