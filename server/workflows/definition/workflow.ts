import type { z } from 'zod'
import { hasExpressions } from '../expressions/template.ts'
import { isStepKind, stepKinds } from '../steps/kinds.ts'
import { keysOf } from './keys.ts'
import { suggestion } from './nearest.ts'
import { placeOf, problemsOf, valueAt } from './problems.ts'
import { referenceProblems } from './references.ts'
import { RunStep, UsesStep, WorkflowFrame } from './schema.ts'
import type { Job, Step, Workflow } from './schema.ts'
import { readSource } from './source.ts'
import type { Path, Problem, Source } from './source.ts'

export type Read =
  | { readonly workflow: Workflow; readonly problems: null }
  | { readonly workflow: null; readonly problems: readonly Problem[] }

const mostTold = 50

/** Reads a workflow's source; where it is none, everything that is wrong with it and where. */
export function readWorkflow(text: string): Read {
  const read = readSource(text)
  if ('problems' in read) return { workflow: null, problems: read.problems }
  const { source } = read
  const frame = WorkflowFrame.safeParse(source.value)
  const problems: Problem[] = frame.success
    ? []
    : [...problemsOf(source, frame.error.issues, (path) => keysOf(WorkflowFrame, path))]
  const jobs = readJobs(source, frame.success ? frame.data : null, problems)
  if (!frame.success || jobs === null || problems.length > 0) return refused(problems)
  const workflow: Workflow = { ...frame.data, jobs }
  const wrong = referenceProblems(source, workflow)
  return wrong.length > 0 ? refused(wrong) : { workflow, problems: null }
}

const refused = (problems: readonly Problem[]): Read => ({
  workflow: null,
  problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column).slice(0, mostTold),
})

function readJobs(
  source: Source,
  frame: WorkflowFrame | null,
  problems: Problem[],
): Readonly<Record<string, Job>> | null {
  const raw = valueAt(source.value, ['jobs'])
  if (typeof raw !== 'object' || raw === null) return null
  const jobs: Record<string, Job> = {}
  for (const name of Object.keys(raw)) {
    const written = valueAt(raw, [name, 'steps'])
    if (!Array.isArray(written)) continue
    const steps = written.map((_, index) => readStep(source, ['jobs', name, 'steps', index], problems))
    const job = frame?.jobs[name]
    if (job !== undefined) jobs[name] = { ...job, steps: steps.filter((each) => each !== null) }
  }
  return jobs
}

function readStep(source: Source, path: Path, problems: Problem[]): Step | null {
  const value = valueAt(source.value, path)
  const [run, uses] = [valueAt(value, ['run']), valueAt(value, ['uses'])]
  const tell = (message: string, at: Path = path) => problems.push({ ...source.at(at), message })
  if (run === undefined && uses === undefined) {
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
    const meant = keys.map((key) => suggestion(key, ['run', 'uses'])).find((text) => text.startsWith('Did'))
    tell(`${placeOf(path)} says neither what to “run” nor what it “uses”. ${meant ?? 'Add one of the two.'}`)
    return null
  }
  if (run !== undefined && uses !== undefined) {
    tell(`${placeOf(path)} has both “run” and “uses”. Make two steps of it.`)
    return null
  }
  const schema = run === undefined ? UsesStep : RunStep
  const parsed = (schema as z.ZodType<Step>).safeParse(value)
  if (!parsed.success) {
    problems.push(...problemsOf(source, parsed.error.issues, (at) => keysOf(schema, at.slice(path.length)), path))
    return null
  }
  if ('uses' in parsed.data && isStepKind(parsed.data.uses)) {
    const input = stepKinds[parsed.data.uses]
    const given = input.safeParse(parsed.data.with)
    const inner = [...path, 'with']
    // What an expression gives is known once the step begins, and asked then.
    const known = (given.error?.issues ?? []).filter(
      ({ path: at }) => !isExpression(valueAt(parsed.data, ['with', ...at])),
    )
    const filled = known.filter(({ code }) => code !== 'custom' || !Object.values(parsed.data).some(isExpression))
    problems.push(...problemsOf(source, filled, (at) => keysOf(input, at.slice(inner.length)), inner))
  }
  return parsed.data
}

const isExpression = (value: unknown): boolean => typeof value === 'string' && hasExpressions(value)
