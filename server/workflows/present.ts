import { WorkflowStepId } from '@arcx/router'
import type { Workflow as WorkflowView, WorkflowInput, WorkflowRun, WorkflowRunDetails } from '@arcx/router'
import type { Job, Step, Workflow } from './definition/schema.ts'
import type { InputDefinition, Triggers } from './definition/triggers.ts'
import { statusOf } from './engine/advance.ts'
import { scopeOf } from './engine/contexts.ts'
import type { JobRun, StepRun } from './engine/states.ts'
import { fill } from './expressions/template.ts'
import { textOf } from './expressions/value.ts'
import type { RunRow, StoredRun } from './run-store.ts'
import type { WorkflowRow } from './workflow-store.ts'

export function presentWorkflow(
  row: WorkflowRow,
  on: Triggers,
  lastRun: RunRow | null,
  may: WorkflowView['may'],
): WorkflowView {
  return {
    id: row.id,
    teamId: row.teamId,
    name: row.name,
    version: row.version,
    triggers: Object.entries(on).flatMap(([name, trigger]) => (trigger === undefined ? [] : [name])),
    inputs: Object.entries(on.workflow_dispatch?.inputs ?? {}).map(([name, input]) => inputOf(name, input)),
    nextAt: row.nextAt?.toISOString() ?? null,
    hasHook: row.hasHook,
    updatedAt: row.updatedAt.toISOString(),
    lastRun: lastRun === null ? null : presentRun(lastRun),
    may,
  }
}

const inputOf = (name: string, input: InputDefinition): WorkflowInput => ({
  name,
  type: input.type,
  description: input.description ?? null,
  required: input.required,
  default: input.default ?? null,
  options: input.type === 'choice' ? input.options : [],
})

export const presentRun = (run: RunRow): WorkflowRun => ({
  id: run.id,
  workflowId: run.workflowId,
  number: run.number,
  version: run.version,
  state: run.state,
  stopping: run.stopping,
  trigger: run.trigger,
  reason: run.reason,
  rerunOf: run.rerunOf,
  createdAt: run.createdAt.toISOString(),
  startedAt: run.startedAt?.toISOString() ?? null,
  endedAt: run.endedAt?.toISOString() ?? null,
})

export function presentDetails(run: StoredRun, workflow: Workflow): WorkflowRunDetails {
  const order = Object.keys(workflow.jobs)
  return {
    ...presentRun(run),
    workflowName: workflow.name,
    jobs: run.jobs
      .toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name) || a.index - b.index)
      .flatMap((job) => {
        const written = workflow.jobs[job.name]
        return written === undefined ? [] : [presentJob(workflow, run, job, written)]
      }),
  }
}

function presentJob(workflow: Workflow, run: StoredRun, job: JobRun, written: Job): WorkflowRunDetails['jobs'][number] {
  const values = Object.values(job.matrix).map(String)
  return {
    name: job.name,
    title: `${written.name ?? job.name}${values.length === 0 ? '' : ` (${values.join(', ')})`}`,
    needs: written.needs,
    state: job.state,
    reason: job.reason,
    startedAt: job.startedAt?.toISOString() ?? null,
    endedAt: job.endedAt?.toISOString() ?? null,
    steps: job.steps.map((step) => {
      const as = written.steps[step.index]
      return {
        id: WorkflowStepId.parse(step.id),
        name: as === undefined ? '' : nameOf(as),
        state: step.state,
        attempt: step.attempt,
        exitCode: step.exitCode,
        reason: step.reason,
        question: as === undefined ? null : questionOf(workflow, run, job, step, as),
        startedAt: step.startedAt?.toISOString() ?? null,
        endedAt: step.endedAt?.toISOString() ?? null,
      }
    }),
  }
}

function nameOf(step: Step): string {
  if (step.name !== undefined) return step.name
  if ('uses' in step) return step.uses
  const [first = ''] = step.run.trim().split('\n')
  return first.slice(0, 100)
}

function questionOf(workflow: Workflow, run: StoredRun, job: JobRun, step: StepRun, as: Step): string | null {
  if (step.state !== 'waiting' || !('uses' in as) || as.uses !== 'approval') return null
  return textOf(
    fill(String(as.with['message']), scopeOf(workflow, run, job, statusOf(workflow, job), { before: step.index })),
  )
}
