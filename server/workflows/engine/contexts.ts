import type { Job, Workflow } from '../definition/schema.ts'
import type { Status } from '../expressions/evaluate.ts'
import type { Scope } from '../expressions/evaluate.ts'
import { fill } from '../expressions/template.ts'
import { textOf } from '../expressions/value.ts'
import type { Value, ValueMap } from '../expressions/value.ts'
import { Work } from '../expressions/work.ts'
import type { JobRun, Run } from './states.ts'

/** What expressions of a run see before any job. */
export const runContexts = (
  workflow: Workflow,
  run: Pick<Run, 'id' | 'number' | 'trigger' | 'inputs' | 'event'>,
): ValueMap => ({
  inputs: run.inputs,
  event: run.event,
  run: { id: run.id, number: run.number, trigger: run.trigger, workflow: workflow.name },
})

const worst = ['failed', 'cancelled', 'skipped', 'succeeded'] as const

/** What came of the jobs that one needs; of a matrix the worst result, and what its combinations put out together. */
export function needsOf(run: Run, job: Job): ValueMap {
  return Object.fromEntries(
    job.needs.map((name) => {
      const all = run.jobs.filter((each) => each.name === name)
      return [
        name,
        {
          result: worst.find((state) => all.some((each) => each.state === state)) ?? 'succeeded',
          outputs: Object.assign({}, ...all.map(({ outputs }) => outputs)) as ValueMap,
        },
      ]
    }),
  )
}

/** What expressions of a job, and of its steps before the n-th, see. @throws {ExpressionError} */
export function scopeOf(
  workflow: Workflow,
  run: Run,
  jobRun: JobRun,
  status: Status,
  { before = Infinity, work = new Work() }: { readonly before?: number; readonly work?: Work } = {},
): Scope {
  const job = workflow.jobs[jobRun.name]
  if (job === undefined) throw new Error(`The workflow has no job ${jobRun.name}.`)
  const contexts: ValueMap = {
    ...runContexts(workflow, run),
    needs: needsOf(run, job),
    matrix: jobRun.matrix,
    steps: Object.fromEntries(
      jobRun.steps.flatMap((step) => {
        const id = job.steps[step.index]?.id
        return id === undefined || step.index >= before
          ? []
          : [[id, { outputs: step.outputs, result: step.state, reason: step.reason }]]
      }),
    ),
  }
  let known: ValueMap | null = null
  const env = (): ValueMap => {
    const first = environmentOf(workflow.env, { status, work, contexts: { ...contexts, env: {} } })
    return { ...first, ...environmentOf(job.env, { status, work, contexts: { ...contexts, env: first } }) }
  }
  return {
    status,
    work,
    contexts: {
      ...contexts,
      // Few ask for it, and it may be much.
      get env() {
        return (known ??= env())
      },
    },
  }
}

/** @throws {ExpressionError} */
export function environmentOf(
  values: Readonly<Record<string, string | number | boolean>> | undefined,
  scope: Scope,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? textOf(fill(value, scope)) : String(value),
    ]),
  )
}

/** Texts filled, wherever they stand. @throws {ExpressionError} */
export function filled(value: unknown, scope: Scope): unknown {
  if (typeof value === 'string') return fill(value, scope) satisfies Value
  if (Array.isArray(value)) return value.map((each) => filled(each, scope))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filled(inner, scope)]))
}
