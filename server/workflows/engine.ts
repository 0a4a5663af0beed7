import { randomUUID } from 'node:crypto'
import { WorkflowRunId, WorkflowStepId, errors } from '@arcx/router'
import type { Actor, ServiceActor, UserId, WorkflowTrigger } from '@arcx/router'
import type { Jobs } from '../jobs/jobs.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { Workflow } from './definition/schema.ts'
import type { Definitions } from './definitions.ts'
import { advance, endStep, jobsOf, stopJob, stopRun } from './engine/advance.ts'
import type { StepResult } from './engine/advance.ts'
import { runContexts } from './engine/contexts.ts'
import { groupOf, isIdle, minutesOf, resumed } from './engine/run.ts'
import { hasEnded, move, runTransitions, stepTransitions } from './engine/states.ts'
import type { JobRun, StepRun } from './engine/states.ts'
import { toValue } from './expressions/value.ts'
import type { ValueMap } from './expressions/value.ts'
import { endJobInTime, executeStep, wakeStep } from './kinds.ts'
import type { RunStore, StoredRun } from './run-store.ts'
import { keyOf } from './workflow-store.ts'
import type { WorkflowOwner, WorkflowRow, WorkflowStore } from './workflow-store.ts'

export const service: ServiceActor = { kind: 'service', service: 'workflows' }

export const runLimits = {
  /** Of one owner that do something at a time; what only waits does not count. */
  busy: 10,
  /** Of one owner that have not ended. */
  open: 1000,
  /** Of one workflow that strangers have started and nobody has approved: they must not use up what others may have. */
  unapproved: 50,
  /** Of one workflow that have ended. */
  kept: 100,
  /** Of one workflow that other runs, or what becomes of workspaces, start within ten minutes: it may start itself by them. */
  started: 30,
} as const
const minuteMs = 60_000
const startedMs = 10 * minuteMs
const retryMs = (attempt: number): number => Math.min(5000 * 2 ** (attempt - 2), 300_000)

export interface EngineDependencies {
  readonly definitions: Definitions
  readonly workflows: WorkflowStore
  readonly runs: RunStore
  readonly unitOfWork: UnitOfWork
  readonly jobs: Jobs
  /** A run has ended: others may begin with it. Within its unit, in which none of them begins. */
  onEnded(unit: Unit, run: StoredRun, workflow: Workflow): Promise<void>
}

export interface NewRun {
  readonly trigger: WorkflowTrigger
  readonly event: ValueMap
  readonly inputs: ValueMap
  /** Of the same cause there is one run. */
  readonly cause: string | null
  /** What came from outside begins once somebody has approved it. */
  readonly isTrusted: boolean
}

/** A step, and what it is of. */
export interface Place {
  readonly run: StoredRun
  readonly workflow: Workflow
  readonly job: JobRun
  readonly step: StepRun
}

/** Every change of a run: in one unit of work, with what is to be done because of it. */
export class Engine {
  readonly #dependencies: EngineDependencies

  constructor(dependencies: EngineDependencies) {
    this.#dependencies = dependencies
  }

  /** Null where there is a run of the same cause. @throws `workflow_run_limit_reached`. */
  async begin(unit: Unit, row: WorkflowRow, asked: NewRun): Promise<WorkflowRunId | null> {
    const workflow = this.#dependencies.definitions.workflow(row.source)
    const wanted = { ...asked, event: toValue(asked.event) as ValueMap, inputs: toValue(asked.inputs) as ValueMap }
    const id = WorkflowRunId.parse(randomUUID())
    const contexts = runContexts(workflow, { id, number: 0, ...wanted })
    return this.#add(unit, row, workflow, {
      ...wanted,
      id,
      version: row.version,
      group: groupOf(workflow, contexts),
      jobs: jobsOf(workflow, randomUUID),
      actorId: row.savedById,
      rerunOf: null,
    })
  }

  /** A run with the same inputs that begins with what did not succeed. @throws `workflow_run_open`. */
  async rerun(unit: Unit, run: StoredRun): Promise<WorkflowRunId> {
    if (!hasEnded(run)) throw errors.workflowRunOpen()
    const workflow = this.#dependencies.definitions.workflow(run.source)
    const id = WorkflowRunId.parse(randomUUID())
    const jobs = jobsOf(workflow, randomUUID).map((job) => {
      const former = run.jobs.find(({ name, index }) => name === job.name && index === job.index)
      return former === undefined ? job : resumed(job, former)
    })
    const added = await this.#add(unit, run, workflow, {
      ...run,
      id,
      jobs,
      rerunOf: run.number,
      cause: null,
      isTrusted: true,
    })
    if (added === null) throw new Error('A run without a cause was not added.')
    return added
  }

  /** Changes a run and takes it as far as it comes. Null where there is none. */
  async change<T>(
    id: WorkflowRunId,
    actor: Actor,
    work: (run: StoredRun, workflow: Workflow, unit: Unit) => T | Promise<T>,
  ): Promise<T | null> {
    const { runs, workflows, unitOfWork } = this.#dependencies
    const owner = await runs.ownerOf(id)
    if (owner === null) return null
    return unitOfWork(actor, async (unit) => {
      await workflows.lockOwner(unit, owner)
      const before = await runs.within(unit, id)
      if (before === null) return null
      const run = structuredClone(before)
      const workflow = this.#dependencies.definitions.workflow(run.source)
      const result = await work(run, workflow, unit)
      await this.#settle(unit, before, run, workflow)
      return result
    })
  }

  /** Takes what is queued for being done; null where it is not to be done any more. */
  async take(stepId: WorkflowStepId, attempt: number): Promise<Place | null> {
    const runId = await this.#dependencies.runs.runOfStep(stepId)
    if (runId === null) return null
    return this.change(runId, service, (run, workflow) => {
      const place = placeOf(run, workflow, stepId)
      if (place === null || place.step.attempt !== attempt) return null
      if (place.step.state === 'queued') move(place.step, stepTransitions, 'running', new Date())
      return place.step.state === 'running' ? place : null
    })
  }

  /** What a step came to. One that has ended already stays as it is. */
  async ended(stepId: WorkflowStepId, attempt: number, result: StepResult): Promise<void> {
    await this.#at(stepId, attempt, (place) => {
      const written = place.workflow.jobs[place.job.name]?.steps[place.step.index]
      if (written === undefined || hasEnded(place.step)) return
      endStep(written, place.step, result, new Date())
    })
  }

  async waits(stepId: WorkflowStepId, attempt: number, until: Date | null): Promise<void> {
    await this.#at(stepId, attempt, async ({ step, job, workflow }, unit) => {
      if (step.state !== 'running') return
      if (step.stopping !== null) return move(step, stepTransitions, 'cancelled', new Date())
      move(step, stepTransitions, 'waiting', new Date())
      const minutes = workflow.jobs[job.name]?.steps[step.index]?.['timeout-minutes']
      const end = until ?? (minutes === undefined ? null : new Date(Date.now() + minutes * minuteMs))
      if (end !== null) await this.#dependencies.jobs.enqueue(unit, wakeStep, { stepId, attempt }, end)
    })
  }

  /** Time is up: what waits for a time goes on, and what waits for a person has waited in vain. */
  async wake(stepId: WorkflowStepId, attempt: number): Promise<void> {
    await this.#at(stepId, attempt, ({ step, job, workflow }) => {
      if (step.state !== 'waiting') return
      const written = workflow.jobs[job.name]?.steps[step.index]
      if (written === undefined) return
      const isApproval = 'uses' in written && written.uses === 'approval'
      const result: StepResult = isApproval
        ? { kind: 'failed', reason: 'Nobody approved in time.', exitCode: null }
        : { kind: 'succeeded', outputs: {}, exitCode: null }
      endStep(written, step, result, new Date())
    })
  }

  async timeOut(jobId: string, runId: WorkflowRunId): Promise<void> {
    await this.change(runId, service, (run) => {
      const job = run.jobs.find(({ id }) => id === jobId)
      if (job?.state === 'running') stopJob(job, 'timed-out', new Date())
    })
  }

  /** What waits for its turn may begin. */
  async admit(unit: Unit, owner: WorkflowOwner): Promise<void> {
    const { runs, definitions } = this.#dependencies
    const turns = await runs.turns(unit, owner)
    let { busy } = turns
    const groups = new Set(turns.groups)
    for (const { id, group } of turns.queued) {
      if (busy >= runLimits.busy) return
      if (group !== null && groups.has(group)) continue
      const before = await runs.within(unit, id)
      if (before?.state !== 'queued') continue
      const run = structuredClone(before)
      const { workflow } = definitions.read(run.source)
      if (workflow === null) {
        // It must not keep the others from their turns.
        stopRun(
          run,
          'This version of arcx cannot read the workflow any more. Correct it, and run it again.',
          new Date(),
        )
        await runs.save(unit, before, run)
        emit(unit, run, run.id, run.workflowId)
        continue
      }
      move(run, runTransitions, 'running', new Date())
      busy += 1
      if (group !== null) groups.add(group)
      await this.#write(unit, before, run, workflow)
    }
  }

  async #add(
    unit: Unit,
    owner: WorkflowOwner & { readonly workflowId?: StoredRun['workflowId']; readonly id: string },
    workflow: Workflow,
    wanted: NewRun &
      Pick<StoredRun, 'id' | 'version' | 'group' | 'jobs' | 'rerunOf'> & { readonly actorId: UserId | null },
  ): Promise<WorkflowRunId | null> {
    const { runs } = this.#dependencies
    const workflowId = owner.workflowId ?? (owner.id as StoredRun['workflowId'])
    const [open, most] = wanted.isTrusted
      ? [await runs.countOpen(unit, owner), runLimits.open]
      : [await runs.countUnapproved(unit, workflowId), runLimits.unapproved]
    if (open >= most) throw errors.workflowRunLimitReached(most)
    const { trigger } = wanted
    if (
      wanted.rerunOf === null &&
      (trigger === 'workflow' || trigger === 'workspace') &&
      (await runs.countSince(unit, workflowId, trigger, new Date(Date.now() - startedMs))) >= runLimits.started
    )
      throw errors.workflowStartsTooOften(runLimits.started)
    const number = await runs.add(unit, {
      ...owner,
      ...wanted,
      workflowId,
      state: wanted.isTrusted ? 'queued' : 'unapproved',
      stopping: false,
      reason: wanted.isTrusted ? null : 'What started it came from outside. It begins once somebody has approved it.',
      startedAt: null,
      endedAt: null,
    })
    if (number === null) return null
    await runs.forgetOld(unit, workflowId, number, runLimits.kept)
    // What came from outside ends nothing that runs before it is approved.
    if (wanted.isTrusted) await this.#makeWay(unit, owner, workflow, wanted)
    emit(unit, owner, wanted.id, workflowId)
    await this.admit(unit, owner)
    return wanted.id
  }

  async #makeWay(
    unit: Unit,
    owner: WorkflowOwner,
    workflow: Workflow,
    { id, group }: Pick<StoredRun, 'id' | 'group'>,
  ): Promise<void> {
    if (group === null || workflow.concurrency?.['cancel-in-progress'] !== true) return
    const { runs } = this.#dependencies
    for (const other of await runs.openWithGroup(unit, owner, group)) {
      const before = other === id ? null : await runs.within(unit, other)
      if (before === null || before.state === 'unapproved') continue
      const run = structuredClone(before)
      stopRun(run, 'A newer run of its group has begun.', new Date())
      await this.#write(unit, before, run, this.#dependencies.definitions.workflow(run.source))
    }
  }

  async approved(unit: Unit, run: StoredRun, workflow: Workflow): Promise<void> {
    move(run, runTransitions, 'queued', new Date())
    run.reason = null
    await this.#makeWay(unit, run, workflow, run)
  }

  async #settle(unit: Unit, before: StoredRun, run: StoredRun, workflow: Workflow): Promise<void> {
    await this.#write(unit, before, run, workflow)
    if (run.state === 'queued' || hasEnded(run) || isIdle(run)) await this.admit(unit, run)
  }

  /** Takes it as far as it comes, and orders what is to be done then. */
  async #write(unit: Unit, before: StoredRun, run: StoredRun, workflow: Workflow): Promise<void> {
    const { runs, jobs } = this.#dependencies
    const now = new Date()
    advance(workflow, run, now)
    if (!(await runs.save(unit, before, run))) return
    for (const job of run.jobs) {
      const known = before.jobs.find(({ id }) => id === job.id)
      // That of a re-run is stored as running before its run begins.
      if (job.state === 'running' && (known?.state !== 'running' || before.state !== 'running')) {
        const minutes = minutesOf(workflow, job)
        await jobs.enqueue(unit, endJobInTime, { jobId: job.id }, new Date(now.getTime() + minutes * minuteMs))
      }
      for (const step of job.steps) {
        const former = known?.steps.find(({ id }) => id === step.id)
        if (step.state !== 'queued' || (former?.state === 'queued' && former.attempt === step.attempt)) continue
        const later = step.attempt > 1 ? new Date(now.getTime() + retryMs(step.attempt)) : undefined
        await jobs.enqueue(
          unit,
          executeStep,
          { stepId: WorkflowStepId.parse(step.id), attempt: step.attempt, owner: keyOf(run) },
          later,
        )
      }
    }
    emit(unit, run, run.id, run.workflowId)
    if (hasEnded(run) && !hasEnded(before)) await this.#dependencies.onEnded(unit, run, workflow)
  }

  async #at(
    stepId: WorkflowStepId,
    attempt: number,
    work: (place: Place, unit: Unit) => void | Promise<void>,
  ): Promise<void> {
    const runId = await this.#dependencies.runs.runOfStep(stepId)
    if (runId === null) return
    await this.change(runId, service, async (run, workflow, unit) => {
      const place = placeOf(run, workflow, stepId)
      if (place !== null && place.step.attempt === attempt) await work(place, unit)
    })
  }
}

function emit(
  unit: Unit,
  { ownerId, teamId }: WorkflowOwner,
  runId: WorkflowRunId,
  workflowId: StoredRun['workflowId'],
): void {
  unit.emit({ type: 'workflows.run-changed', runId, workflowId, ownerId, teamId })
}

export function placeOf(run: StoredRun, workflow: Workflow, stepId: string): Place | null {
  for (const job of run.jobs) {
    const step = job.steps.find(({ id }) => id === stepId)
    if (step !== undefined) return { run, workflow, job, step }
  }
  return null
}
