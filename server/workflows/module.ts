import type { TeamRole } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { guarded } from '@arcx/service-kit/guarded'
import type { Log } from '@arcx/service-kit/log'
import type { Feed } from '../events/feed.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { EventHandler, WebhookSource } from '../webhooks/delivery.ts'
import { WorkflowAccess } from './access.ts'
import { Definitions } from './definitions.ts'
import { Engine } from './engine.ts'
import { githubEvents } from './events.ts'
import { Executor } from './executor.ts'
import { endJobInTime, executeStep, wakeStep } from './kinds.ts'
import { LogStore } from './log-store.ts'
import type { NoticeWorkflow } from './notices.ts'
import { PersonStore } from './person-store.ts'
import { RunStore } from './run-store.ts'
import { Schedules } from './schedules.ts'
import type { StepPorts } from './steps/step.ts'
import { Starts } from './starts.ts'
import { Workflows } from './workflows.ts'
import { WorkflowStore } from './workflow-store.ts'

export interface WorkflowsModuleDependencies extends Omit<StepPorts, 'notify'> {
  readonly database: Database
  readonly unitOfWork: UnitOfWork
  readonly jobs: Jobs
  readonly feed: Feed
  readonly memberships: { of(userId: string): Promise<ReadonlyMap<string, TeamRole>> }
  readonly webhooks: { on(source: WebhookSource, event: string, handler: EventHandler): void }
  /** Tells people what a workflow says, and that it waits for them. */
  readonly notice: NoticeWorkflow
  readonly publicOrigin: string
  readonly log: Log
}

export interface WorkflowsModule {
  readonly workflows: Workflows
  /** What starts them, but for people and schedules. */
  readonly starts: Starts
  close(): void
}

/** Before jobs are started. */
export function openWorkflows(dependencies: WorkflowsModuleDependencies): WorkflowsModule {
  const { database, unitOfWork, jobs, feed, memberships, webhooks, publicOrigin, log } = dependencies
  const workflows = new WorkflowStore(database)
  const runs = new RunStore(database)
  const logs = new LogStore(database)
  const people = new PersonStore(database)
  const definitions = new Definitions()
  const engine: Engine = new Engine({
    definitions,
    workflows,
    runs,
    unitOfWork,
    jobs,
    onEnded: (unit, run, workflow) => starts.afterRun(unit, run, workflow),
  })
  const starts = new Starts({
    definitions,
    workflows,
    runs,
    jobs,
    people,
    unitOfWork,
    engine,
    log,
  })
  const schedules = new Schedules({ definitions, workflows, unitOfWork, jobs, engine, log })
  const executor = new Executor({
    engine,
    runs,
    logs,
    log,
    ports: {
      workspaces: dependencies.workspaces,
      runtime: dependencies.runtime,
      onActivity: (id) => dependencies.onActivity(id),
      async notify(notice, savedBy) {
        const email = await people.emailOf(savedBy)
        await unitOfWork({ kind: 'service', service: 'workflows' }, (unit) =>
          dependencies.notice(unit, { ...notice, email }),
        )
      },
    },
  })
  jobs.handle(executeStep, ({ stepId, attempt }, run) => executor.execute(stepId, attempt, run))
  jobs.handle(wakeStep, ({ stepId, attempt }) => engine.wake(stepId, attempt))
  jobs.handle(endJobInTime, async ({ jobId }) => {
    const runId = await runs.runOfJob(jobId)
    if (runId !== null) await engine.timeOut(jobId, runId)
  })
  for (const name of githubEvents) webhooks.on('github', name, (payload) => starts.byGitHub(name, payload))
  feed.listen(
    guarded(
      async (event) => {
        if (event.type === 'workspaces.changed') await starts.byWorkspace(event.workspace)
      },
      (error) => log.warn({ err: error }, 'an event of a workspace started no workflow'),
    ),
  )
  const access = new WorkflowAccess(workflows, runs, memberships)
  return {
    workflows: new Workflows({
      definitions,
      workflows,
      runs,
      logs,
      unitOfWork,
      engine,
      schedules,
      access,
      feed,
      publicOrigin,
    }),
    starts,
    close: () => executor.close(),
  }
}
