import { combinationsOf } from '../definition/matrix.ts'
import type { Job, Step, Workflow } from '../definition/schema.ts'
import type { Status } from '../expressions/evaluate.ts'
import { ExpressionError } from '../expressions/syntax.ts'
import { fill, holds } from '../expressions/template.ts'
import type { ValueMap } from '../expressions/value.ts'
import { Work } from '../expressions/work.ts'
import { scopeOf } from './contexts.ts'
import { hasEnded, jobTransitions, move, runTransitions, stepTransitions } from './states.ts'
import type { JobRun, Run, StepRun, StopReason } from './states.ts'

/** What a step came to. */
export type StepResult =
  | { readonly kind: 'succeeded'; readonly outputs: ValueMap; readonly exitCode: number | null }
  | { readonly kind: 'failed'; readonly reason: string; readonly exitCode: number | null; readonly outputs?: ValueMap }
  | { readonly kind: 'cancelled' }

/** All jobs of a workflow, none of them begun. */
export function jobsOf(workflow: Workflow, newId: () => string): JobRun[] {
  return Object.entries(workflow.jobs).flatMap(([name, job]) =>
    combinationsOf(job).map((matrix, index) => ({
      id: newId(),
      name,
      index,
      matrix,
      state: 'pending' as const,
      stopping: null,
      outputs: {},
      reason: null,
      startedAt: null,
      endedAt: null,
      steps: job.steps.map((_, at) => newStep(newId(), at)),
    })),
  )
}

export const newStep = (id: string, index: number): StepRun => ({
  id,
  index,
  state: 'pending',
  stopping: null,
  attempt: 0,
  outputs: {},
  exitCode: null,
  reason: null,
  startedAt: null,
  endedAt: null,
})

/** Takes a run as far as it comes without anything being done: what is queued then is to be done. */
export function advance(workflow: Workflow, run: Run, now: Date): void {
  if (run.state !== 'running') return
  const work = new Work()
  for (let moved = true; moved;) {
    moved = false
    for (const job of run.jobs) {
      const definition = workflow.jobs[job.name]
      if (definition === undefined || hasEnded(job)) continue
      const before = stateOf(job)
      if (job.state === 'pending') beginJob(workflow, run, job, definition, now, work)
      if (job.state === 'running') advanceJob(workflow, run, job, definition, now, work)
      moved ||= stateOf(job) !== before
    }
  }
  if (run.jobs.every(hasEnded)) move(run, runTransitions, resultOf(workflow, run), now)
}

const stateOf = (job: JobRun): string => [job.state, ...job.steps.map(({ state }) => state)].join()

function beginJob(workflow: Workflow, run: Run, job: JobRun, definition: Job, now: Date, work: Work): void {
  const needed = run.jobs.filter(({ name }) => definition.needs.includes(name))
  if (!needed.every(hasEnded)) return
  const status = run.stopping || job.stopping !== null ? 'cancelled' : statusOfNeeds(workflow, needed)
  try {
    if (holds(definition.if, scopeOf(workflow, run, job, status, { work })))
      return move(job, jobTransitions, 'running', now)
    move(job, jobTransitions, status === 'cancelled' ? 'cancelled' : 'skipped', now)
  } catch (error) {
    job.reason = reasonOf(error)
    move(job, jobTransitions, 'failed', now)
  }
  skipRest(job, now)
}

function statusOfNeeds(workflow: Workflow, needed: readonly JobRun[]): Status {
  if (needed.some((job) => !isForgiven(workflow, job) && (job.state === 'failed' || job.state === 'cancelled')))
    return 'failure'
  return needed.some(({ state }) => state === 'skipped') ? 'skipped' : 'success'
}

const isForgiven = (workflow: Workflow, { name }: JobRun): boolean =>
  workflow.jobs[name]?.['continue-on-error'] === true

function advanceJob(workflow: Workflow, run: Run, job: JobRun, definition: Job, now: Date, work: Work): void {
  for (const step of job.steps) {
    if (hasEnded(step)) continue
    const written = definition.steps[step.index]
    if (step.state !== 'pending' || written === undefined) return
    beginStep(workflow, run, job, step, written, now, work)
    if (!hasEnded(step)) return
  }
  endJob(workflow, run, job, definition, now, work)
}

function beginStep(
  workflow: Workflow,
  run: Run,
  job: JobRun,
  step: StepRun,
  written: Step,
  now: Date,
  work: Work,
): void {
  const status = statusOf(workflow, job)
  try {
    if (!holds(written.if, scopeOf(workflow, run, job, status, { before: step.index, work })))
      return move(step, stepTransitions, 'skipped', now)
    step.attempt = 1
    move(step, stepTransitions, 'queued', now)
  } catch (error) {
    step.reason = reasonOf(error)
    move(step, stepTransitions, 'failed', now)
  }
}

/** How a job has gone so far. */
export function statusOf(workflow: Workflow, job: JobRun): Status {
  if (job.stopping === 'cancelled') return 'cancelled'
  return job.stopping !== null || hasFailed(workflow, job) ? 'failure' : 'success'
}

const hasFailed = (workflow: Workflow, job: JobRun): boolean =>
  job.steps.some(
    ({ state, index }) => state === 'failed' && workflow.jobs[job.name]?.steps[index]?.['continue-on-error'] !== true,
  )

function endJob(workflow: Workflow, run: Run, job: JobRun, definition: Job, now: Date, work: Work): void {
  const status = statusOf(workflow, job)
  try {
    const scope = scopeOf(workflow, run, job, status, { work })
    job.outputs = Object.fromEntries(
      Object.entries(definition.outputs ?? {}).map(([name, text]) => [name, fill(text, scope)]),
    )
    move(job, jobTransitions, status === 'success' ? 'succeeded' : status === 'cancelled' ? 'cancelled' : 'failed', now)
  } catch (error) {
    job.reason = reasonOf(error)
    move(job, jobTransitions, 'failed', now)
  }
  if (job.stopping === 'timed-out') job.reason ??= 'It took longer than it may.'
  if (job.state !== 'failed' || definition.strategy === undefined || !definition.strategy['fail-fast']) return
  for (const other of run.jobs) if (other.name === job.name && !hasEnded(other)) stopJob(other, 'cancelled', now)
}

function skipRest(job: JobRun, now: Date): void {
  for (const step of job.steps) if (step.state === 'pending') move(step, stepTransitions, 'skipped', now)
}

/** Of what runs, whoever runs it is told; what waits ends here. */
export function stopJob(job: JobRun, reason: StopReason, now: Date): void {
  job.stopping ??= reason
  for (const step of job.steps)
    if (step.state === 'running') step.stopping = reason
    else if (step.state === 'queued' || step.state === 'waiting') {
      step.reason = reason === 'timed-out' ? 'It took longer than it may.' : null
      move(step, stepTransitions, 'cancelled', now)
    }
}

/** Ends a run: clean-up that says so still runs, and once more ends that too. */
export function stopRun(run: Run, reason: string, now: Date): void {
  if (hasEnded(run)) return
  run.reason ??= reason
  if (run.state !== 'running') {
    // A re-run holds jobs that ended before it.
    for (const job of run.jobs) {
      if (hasEnded(job)) continue
      move(job, jobTransitions, 'cancelled', now)
      skipRest(job, now)
    }
    return move(run, runTransitions, 'cancelled', now)
  }
  run.stopping = true
  for (const job of run.jobs) if (!hasEnded(job)) stopJob(job, 'cancelled', now)
}

/** Resolves to whether it is tried once more. */
export function endStep(written: Step, step: StepRun, result: StepResult, now: Date): boolean {
  if (result.kind === 'cancelled') {
    if (step.stopping === 'timed-out') step.reason = 'It took longer than it may.'
    move(step, stepTransitions, 'cancelled', now)
    return false
  }
  step.exitCode = result.exitCode
  step.outputs = result.outputs ?? {}
  if (result.kind === 'succeeded') {
    move(step, stepTransitions, 'succeeded', now)
    return false
  }
  step.reason = result.reason
  if (step.state === 'running' && step.stopping === null && step.attempt <= written.retry) {
    step.attempt += 1
    move(step, stepTransitions, 'queued', now)
    return true
  }
  move(step, stepTransitions, 'failed', now)
  return false
}

function resultOf(workflow: Workflow, run: Run): 'succeeded' | 'failed' | 'cancelled' {
  if (run.stopping) return 'cancelled'
  return run.jobs.some((job) => (job.state === 'failed' || job.state === 'cancelled') && !isForgiven(workflow, job))
    ? 'failed'
    : 'succeeded'
}

function reasonOf(error: unknown): string {
  if (error instanceof ExpressionError) return error.message
  throw error
}
