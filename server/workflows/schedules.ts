import { ArcError } from '@arcx/router'
import type { WorkflowId } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { Jobs } from '../jobs/jobs.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { cronAt, nextOf } from './definition/schedule.ts'
import type { Schedule } from './definition/schedule.ts'
import type { Definitions } from './definitions.ts'
import { service } from './engine.ts'
import type { Engine } from './engine.ts'
import { usualInputs } from './inputs.ts'
import { runSchedule } from './kinds.ts'
import type { WorkflowStore } from './workflow-store.ts'

export interface SchedulesDependencies {
  readonly definitions: Definitions
  readonly workflows: WorkflowStore
  readonly unitOfWork: UnitOfWork
  readonly jobs: Jobs
  readonly engine: Engine
  readonly log: Log
}

/** Runs of workflows at their times. Of times that passed while the server was down, one is made up for. */
export class Schedules {
  readonly #dependencies: SchedulesDependencies

  constructor(dependencies: SchedulesDependencies) {
    this.#dependencies = dependencies
    dependencies.jobs.handle(runSchedule, ({ workflowId, at }) => this.#due(workflowId, at))
  }

  next(schedules: readonly Schedule[] | undefined, after: Date): Date | null {
    return nextOf(schedules ?? [], after)
  }

  async enqueue(unit: Unit, workflowId: WorkflowId, at: Date | null): Promise<void> {
    if (at !== null) await this.#dependencies.jobs.enqueue(unit, runSchedule, { workflowId, at: at.toISOString() }, at)
  }

  async #due(workflowId: WorkflowId, at: string): Promise<void> {
    const { workflows, unitOfWork } = this.#dependencies
    const row = await workflows.byId(workflowId)
    if (row === null) return
    await unitOfWork(service, async (unit) => {
      await workflows.lockOwner(unit, row)
      const now = await workflows.within(unit, workflowId)
      // One that was changed meanwhile has another time by now.
      if (now?.nextAt?.toISOString() !== at) return
      const workflow = this.#dependencies.definitions.workflow(now.source)
      const next = this.next(workflow.on.schedule, new Date())
      await workflows.setNext(unit, workflowId, next)
      await this.enqueue(unit, workflowId, next)
      try {
        await this.#dependencies.engine.begin(unit, now, {
          trigger: 'schedule',
          event: { name: 'schedule', at, schedule: cronAt(workflow.on.schedule ?? [], new Date(at)) },
          inputs: usualInputs(workflow),
          cause: `schedule ${at}`,
          isTrusted: true,
        })
      } catch (error) {
        if (!(error instanceof ArcError)) throw error
        this.#dependencies.log.warn({ err: error, workflow: workflowId }, 'a scheduled run was left out')
      }
    })
  }
}
