import { functions } from '../expressions/functions.ts'
import { ExpressionError, partsOf, pathOf } from '../expressions/syntax.ts'
import type { Node } from '../expressions/syntax.ts'
import { hasExpressions, parseCondition, parseTemplate } from '../expressions/template.ts'
import { cyclesIn } from './cycles.ts'
import { suggestion } from './nearest.ts'
import { placeOf } from './problems.ts'
import { combinationsOf } from './matrix.ts'
import { limits } from './schema.ts'
import type { Job, Workflow } from './schema.ts'
import type { Path, Problem, Source } from './source.ts'
import { scheduleProblem } from './schedule.ts'

/** What may be named at a place: the contexts, and of some of them which members. */
type Known = Readonly<Record<string, readonly string[] | null>>

/** Names that stand for nothing, expressions that cannot be read, and what would go round in circles. */
export function referenceProblems(source: Source, workflow: Workflow): readonly Problem[] {
  return new References(source, workflow).problems()
}

class References {
  readonly #source: Source
  readonly #workflow: Workflow
  readonly #problems: Problem[] = []

  constructor(source: Source, workflow: Workflow) {
    this.#source = source
    this.#workflow = workflow
  }

  problems(): readonly Problem[] {
    const { on, concurrency, env, jobs } = this.#workflow
    const start: Known = { inputs: Object.keys(on.workflow_dispatch?.inputs ?? {}), event: null, run: runNames }
    for (const [index, schedule] of (on.schedule ?? []).entries()) {
      const problem = scheduleProblem(schedule)
      if (problem !== null) this.#tell(['on', 'schedule', index, problem.key], problem.message)
    }
    if (concurrency !== undefined) this.#template(['concurrency', 'group'], concurrency.group, start)
    this.#environment(['env'], env, start)
    for (const [name, job] of Object.entries(jobs)) this.#job(name, job, start)
    for (const cycle of cyclesIn(new Map(Object.entries(jobs).map(([name, { needs }]) => [name, needs]))))
      this.#tell(
        ['jobs', cycle[0] ?? '', 'needs'],
        `${[...cycle, cycle[0]].join(' needs ')}: none of them could begin. Take one “needs” out.`,
      )
    const count = Object.values(jobs).reduce((sum, job) => sum + combinationsOf(job).length, 0)
    if (count > limits.runJobs)
      this.#tell(['jobs'], `With its matrices the workflow has ${count} jobs, of at most ${limits.runJobs}.`)
    const steps = Object.values(jobs).reduce((sum, job) => sum + combinationsOf(job).length * job.steps.length, 0)
    if (steps > limits.runSteps)
      this.#tell(['jobs'], `With its matrices the workflow has ${steps} steps, of at most ${limits.runSteps}.`)
    return this.#problems
  }

  #job(name: string, job: Job, start: Known): void {
    const path = ['jobs', name]
    const names = Object.keys(this.#workflow.jobs)
    for (const needed of job.needs)
      if (!names.includes(needed))
        this.#tell([...path, 'needs'], `There is no job “${needed}”. ${suggestion(needed, names)}`)
      else if (needed === name) this.#tell([...path, 'needs'], `The job “${name}” needs itself. Take it out.`)
    if (combinationsOf(job).length > limits.matrix)
      this.#tell([...path, 'strategy', 'matrix'], `The matrix has more than ${limits.matrix} combinations.`)
    const before: Known = { ...start, needs: job.needs, env: null }
    const known: Known = { ...before, matrix: Object.keys(job.strategy?.matrix ?? {}) }
    if (job.if !== undefined) this.#condition([...path, 'if'], job.if, before)
    if (job.workspace !== undefined) this.#template([...path, 'workspace'], job.workspace, known)
    this.#environment([...path, 'env'], job.env, known)
    this.#steps(path, job, known)
    const ids = job.steps.flatMap(({ id }) => id ?? [])
    for (const [output, text] of Object.entries(job.outputs ?? {}))
      this.#template([...path, 'outputs', output], text, { ...known, steps: ids })
  }

  #steps(jobPath: Path, job: Job, known: Known): void {
    const ids: string[] = []
    for (const [index, step] of job.steps.entries()) {
      const path = [...jobPath, 'steps', index]
      const here: Known = { ...known, steps: [...ids] }
      if (step.if !== undefined) this.#condition([...path, 'if'], step.if, here)
      if ('run' in step) {
        if (hasExpressions(step.run)) this.#tell([...path, 'run'], pasted(step.run))
        if (step.workspace === undefined && job.workspace === undefined)
          this.#tell(
            [...path, 'run'],
            `${placeOf(path)} does not say where it runs. Add workspace: NAME to the step or to its job.`,
          )
        if (step.workspace !== undefined) this.#template([...path, 'workspace'], step.workspace, here)
        this.#environment([...path, 'env'], step.env, here)
      } else this.#values([...path, 'with'], step.with, here)
      if (step.id === undefined) continue
      if (ids.includes(step.id))
        this.#tell([...path, 'id'], `Another step of this job has the id “${step.id}”. Give it another.`)
      ids.push(step.id)
    }
  }

  #environment(path: Path, values: Readonly<Record<string, unknown>> | undefined, known: Known): void {
    this.#values(path, values ?? {}, known)
  }

  #values(path: Path, values: Readonly<Record<string, unknown>>, known: Known): void {
    for (const [key, value] of Object.entries(values))
      if (typeof value === 'string') this.#template([...path, key], value, known)
  }

  #template(path: Path, text: string, known: Known): void {
    this.#reading(path, () => {
      for (const part of parseTemplate(text)) if (typeof part !== 'string') this.#names(path, part, known)
    })
  }

  #condition(path: Path, text: string, known: Known): void {
    this.#reading(path, () => this.#names(path, parseCondition(text), known))
  }

  #reading(path: Path, read: () => void): void {
    try {
      read()
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error
      this.#tell(path, `The expression in ${placeOf(path)} cannot be read: ${error.message}`)
    }
  }

  #names(path: Path, node: Node, known: Known): void {
    for (const part of partsOf(node)) {
      if (part.kind === 'call') this.#call(path, part)
      if (part.kind === 'name' && !Object.hasOwn(known, part.name))
        this.#tell(path, `There is no “${part.name}” here. ${suggestion(part.name, Object.keys(known))}`)
      const named = part.kind === 'member' ? pathOf(part) : null
      if (named?.length !== 2) continue
      const [context = '', member = ''] = named
      const members = known[context]
      if (members !== undefined && members !== null && !members.includes(member))
        this.#tell(path, missing(context, member, members))
    }
  }

  #call(path: Path, { name, arguments: given }: Extract<Node, { kind: 'call' }>): void {
    const known = functions.get(name)
    if (known === undefined)
      return this.#tell(path, `There is no function ${name}(). ${suggestion(name, [...functions.keys()])}`)
    const [least, most] = known.takes
    if (given.length < least || given.length > most)
      this.#tell(
        path,
        `${name}() takes ${least === most ? least : `${least} to ${most}`} values, and not ${given.length}.`,
      )
  }

  #tell(path: Path, message: string): void {
    this.#problems.push({ ...this.#source.at(path), message: message.trim() })
  }
}

export const runNames = ['id', 'number', 'trigger', 'workflow'] as const

function missing(context: string, member: string, members: readonly string[]): string {
  const near = suggestion(member, members)
  if (context === 'inputs')
    return `There is no input “${member}”. ${near || 'Declare it under on.workflow_dispatch.inputs.'}`
  if (context === 'needs') return `The job does not need “${member}”. ${near || `Add it: needs: [${member}]`}`
  if (context === 'steps') return `No step before has the id “${member}”. ${near || 'Give one an “id”.'}`
  return `There is no ${context}.${member}. ${near}`
}

/** A text from outside that stands in a script is a part of the script. */
function pasted(script: string): string {
  const expression = /\$\{\{\s*(?<inner>[^}]*?)\s*\}\}/.exec(script)?.groups?.['inner'] ?? ''
  const name = (expression.split(/\W+/).findLast((word) => word !== '') ?? 'value').toUpperCase()
  const why = /\bevent\b/.test(expression)
    ? 'Whoever wrote that text could run commands of theirs.'
    : 'Its value could be read as commands.'
  return `“\${{ ${expression} }}” does not stand in a script. ${why} Put it into env: as ${name}: \${{ ${expression} }}, and write "$${name}" here.`
}
