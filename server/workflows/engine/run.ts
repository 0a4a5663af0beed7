import type { Workflow } from '../definition/schema.ts'
import { ExpressionError } from '../expressions/syntax.ts'
import { Work } from '../expressions/work.ts'
import { fill } from '../expressions/template.ts'
import { textOf } from '../expressions/value.ts'
import type { ValueMap } from '../expressions/value.ts'
import { jobTransitions, move } from './states.ts'
import type { JobRun, Run } from './states.ts'

const usualMinutes = 360
const waitingMinutes = 30 * 24 * 60

/** Nothing of it is done now. */
export const isIdle = (run: Run): boolean =>
  run.jobs.every(({ steps }) => steps.every(({ state }) => state !== 'queued' && state !== 'running'))

/** Its concurrency group. */
export function groupOf(workflow: Workflow, contexts: ValueMap): string | null {
  const group = workflow.concurrency?.group
  if (group === undefined) return null
  try {
    return textOf(fill(group, { status: 'success', contexts, work: new Work() })).slice(0, 200)
  } catch (error) {
    if (error instanceof ExpressionError) return group
    throw error
  }
}

/** How long a job may take. */
export function minutesOf(workflow: Workflow, { name }: JobRun): number {
  const job = workflow.jobs[name]
  const waits = job?.steps.some((step) => 'uses' in step && (step.uses === 'approval' || step.uses === 'wait')) === true
  return job?.['timeout-minutes'] ?? (waits ? waitingMinutes : usualMinutes)
}

/** A job as it stood, up to its first step that did not succeed. */
export function resumed(job: JobRun, former: JobRun): JobRun {
  if (former.state === 'succeeded')
    return {
      ...former,
      id: job.id,
      steps: former.steps.map((step, at) => ({ ...step, id: job.steps[at]?.id ?? step.id })),
    }
  if (former.state === 'skipped') return job
  const first = former.steps.findIndex(({ state }) => state !== 'succeeded' && state !== 'skipped')
  const begun: JobRun = {
    ...job,
    steps: job.steps.map((step, at) => {
      const was = former.steps[at]
      return was !== undefined && at < first ? { ...was, id: step.id } : step
    }),
  }
  if (first > 0) move(begun, jobTransitions, 'running', new Date())
  return begun
}
