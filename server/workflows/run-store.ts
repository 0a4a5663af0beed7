import type { z } from 'zod'
import {
  Account,
  TeamId,
  UserId,
  WorkflowId,
  WorkflowJobState,
  WorkflowRunId,
  WorkflowRunState,
  WorkflowStepState,
  WorkflowTrigger,
} from '@arcx/router'
import type { Database, Queries } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import { toValue } from './expressions/value.ts'
import type { Value, ValueMap } from './expressions/value.ts'
import type { JobRun, Run, StepRun, StopReason } from './engine/states.ts'
import type { WorkflowOwner } from './workflow-store.ts'

/** A run with what does not change of it. */
export interface StoredRun extends Run, WorkflowOwner {
  readonly id: WorkflowRunId
  readonly workflowId: WorkflowId
  readonly version: number
  readonly source: string
  readonly trigger: WorkflowTrigger
  readonly actorId: UserId | null
  readonly group: string | null
  readonly rerunOf: number | null
  readonly createdAt: Date
}

export type RunRow = Omit<StoredRun, 'jobs' | 'source' | 'ownerId' | 'teamId' | 'event' | 'inputs'>

const whole = {
  workflow: { select: { ownerId: true, teamId: true } },
  jobs: { include: { steps: { orderBy: { index: 'asc' as const } } }, orderBy: [{ index: 'asc' as const }] },
}

/** More do not begin at a time. */
const mostTurns = 50

export type StopCause = 'stopped' | 'forbidden' | 'gone'

/** Runs, their jobs and steps. */
export class RunStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  byId(id: WorkflowRunId): Promise<StoredRun | null> {
    return find(this.#database, id)
  }

  within(unit: Unit, id: WorkflowRunId): Promise<StoredRun | null> {
    return find(queriesOf(unit), id)
  }

  /** Which run a step is of. */
  async runOfStep(stepId: string): Promise<WorkflowRunId | null> {
    const step = await this.#database.workflowStep.findUnique({
      where: { id: stepId },
      select: { job: { select: { runId: true } } },
    })
    return step === null ? null : WorkflowRunId.parse(step.job.runId)
  }

  async runOfJob(jobId: string): Promise<WorkflowRunId | null> {
    const job = await this.#database.workflowJob.findUnique({ where: { id: jobId }, select: { runId: true } })
    return job === null ? null : WorkflowRunId.parse(job.runId)
  }

  async ownerOf(id: WorkflowRunId): Promise<WorkflowOwner | null> {
    const row = await this.#database.workflowRun.findUnique({ where: { id }, select: { workflow: whole.workflow } })
    return row === null ? null : ownerFrom(row.workflow)
  }

  /** The latest first. */
  async of(workflowId: WorkflowId, most: number): Promise<readonly RunRow[]> {
    const rows = await this.#database.workflowRun.findMany({
      where: { workflowId },
      orderBy: { number: 'desc' },
      take: most,
      omit: { event: true, inputs: true },
    })
    return rows.map(runRowOf)
  }

  async latestOf(workflowIds: readonly string[]): Promise<ReadonlyMap<string, RunRow>> {
    const rows = await this.#database.workflowRun.findMany({
      where: { workflowId: { in: [...workflowIds] } },
      orderBy: [{ workflowId: 'asc' }, { number: 'desc' }],
      distinct: ['workflowId'],
      omit: { event: true, inputs: true },
    })
    return new Map(rows.map((row) => [row.workflowId, runRowOf(row)]))
  }

  /** Its number; null where there is one already that the same thing caused. */
  async add(
    unit: Unit,
    run: Omit<StoredRun, 'number' | 'source' | 'createdAt'> & { readonly cause: string | null },
  ): Promise<number | null> {
    const { workflow, workflowRun } = queriesOf(unit)
    const { workflowId, cause } = run
    if (
      cause !== null &&
      (await workflowRun.findUnique({ where: { workflowId_cause: { workflowId, cause } }, select: { id: true } })) !==
        null
    )
      return null
    const { lastRun: number } = await workflow.update({
      where: { id: workflowId },
      data: { lastRun: { increment: 1 } },
      select: { lastRun: true },
    })
    await workflowRun.create({
      data: {
        id: run.id,
        workflowId,
        version: run.version,
        number,
        state: run.state,
        trigger: run.trigger,
        event: json(run.event),
        inputs: json(run.inputs),
        actorId: run.actorId,
        group: run.group,
        cause,
        reason: run.reason,
        rerunOf: run.rerunOf,
        startedAt: run.startedAt,
        endedAt: run.endedAt,
        jobs: {
          create: run.jobs.map(({ steps, matrix, outputs, ...job }) => ({
            ...job,
            matrix: json(matrix),
            outputs: json(outputs),
            steps: { create: steps.map(({ outputs: put, ...step }) => ({ ...step, outputs: json(put) })) },
          })),
        },
      },
    })
    return number
  }

  /** Writes what is another than before. */
  async save(unit: Unit, before: Run, after: Run): Promise<boolean> {
    const { workflowRun, workflowJob, workflowStep } = queriesOf(unit)
    let changed = false
    for (const job of after.jobs) {
      const known = before.jobs.find(({ id }) => id === job.id)
      for (const step of job.steps) {
        if (
          isSame(
            step,
            known?.steps.find(({ id }) => id === step.id),
          )
        )
          continue
        const { id, index: _, outputs, ...columns } = step
        await workflowStep.update({ where: { id }, data: { ...columns, outputs: json(outputs) } })
        changed = true
      }
      const { id, state, stopping, outputs, reason, startedAt, endedAt } = job
      if (known !== undefined && isSame({ ...job, steps: [] }, { ...known, steps: [] })) continue
      await workflowJob.update({
        where: { id },
        data: { state, stopping, outputs: json(outputs), reason, startedAt, endedAt },
      })
      changed = true
    }
    const { id, state, stopping, reason, startedAt, endedAt } = after
    if (!isSame({ ...after, jobs: [] }, { ...before, jobs: [] })) {
      await workflowRun.update({ where: { id }, data: { state, stopping, reason, startedAt, endedAt } })
      changed = true
    }
    return changed
  }

  async countSince(unit: Unit, workflowId: WorkflowId, trigger: WorkflowTrigger, time: Date): Promise<number> {
    return queriesOf(unit).workflowRun.count({ where: { workflowId, trigger, createdAt: { gt: time } } })
  }

  async countOpen(unit: Unit, owner: WorkflowOwner): Promise<number> {
    return queriesOf(unit).workflowRun.count({
      where: { endedAt: null, state: { not: 'unapproved' }, workflow: ownedBy(owner) },
    })
  }

  async countUnapproved(unit: Unit, workflowId: WorkflowId): Promise<number> {
    return queriesOf(unit).workflowRun.count({ where: { workflowId, state: 'unapproved' } })
  }

  /** Of an owner's runs, the oldest first: those that wait for their turn, and the groups and number of those that are busy. */
  async turns(
    unit: Unit,
    owner: WorkflowOwner,
  ): Promise<{
    readonly queued: readonly { readonly id: WorkflowRunId; readonly group: string | null }[]
    readonly busy: number
    readonly groups: ReadonlySet<string>
  }> {
    const queries = queriesOf(unit)
    const where = { workflow: ownedBy(owner) }
    const running = await queries.workflowRun.findMany({
      where: { ...where, state: 'running', group: { not: null } },
      select: { group: true },
    })
    const groups = new Set(running.flatMap(({ group }) => group ?? []))
    const turn = {
      select: { id: true, group: true, createdAt: true },
      orderBy: { createdAt: 'asc' },
      take: mostTurns,
    } as const
    const [alone, firsts, busy] = [
      await queries.workflowRun.findMany({ where: { ...where, state: 'queued', group: null }, ...turn }),
      // Of each group one: those behind it must not stand in the way of others.
      await queries.workflowRun.findMany({
        where: { ...where, state: 'queued', group: { not: null, notIn: [...groups] } },
        distinct: ['group'],
        ...turn,
      }),
      // What only waits keeps nothing busy.
      await queries.workflowRun.count({
        where: {
          ...where,
          state: 'running',
          jobs: { some: { steps: { some: { state: { in: ['queued', 'running'] } } } } },
        },
      }),
    ]
    return {
      queued: [...alone, ...firsts]
        .toSorted((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
        .map(({ id, group }) => ({ id: WorkflowRunId.parse(id), group })),
      groups,
      busy,
    }
  }

  async openWithGroup(unit: Unit, owner: WorkflowOwner, group: string): Promise<readonly WorkflowRunId[]> {
    const rows = await queriesOf(unit).workflowRun.findMany({
      where: { workflow: ownedBy(owner), group, endedAt: null },
      select: { id: true },
    })
    return rows.map(({ id }) => WorkflowRunId.parse(id))
  }

  /** Only the latest are kept of those that have ended. */
  async forgetOld(unit: Unit, workflowId: WorkflowId, newest: number, kept: number): Promise<void> {
    await queriesOf(unit).workflowRun.deleteMany({
      where: { workflowId, number: { lte: newest - kept }, endedAt: { not: null } },
    })
  }

  async progressOf(stepId: string): Promise<Value> {
    const row = await this.#database.workflowStep.findUnique({ where: { id: stepId }, select: { progress: true } })
    return toValue(row?.progress)
  }

  async setProgress(stepId: string, progress: Value): Promise<void> {
    await this.#database.workflowStep.updateMany({
      where: { id: stepId },
      data: { progress: progress === null ? {} : json(progress) },
    })
  }

  /** Of those steps that are to end although they run: why. Also where whoever they act for may not any more. */
  async stopped(stepIds: readonly string[]): Promise<ReadonlyMap<string, StopCause>> {
    const rows = await this.#database.$queryRaw<
      readonly { readonly id: string; readonly stopping: boolean; readonly may: boolean }[]
    >`
      SELECT s."id"::text AS "id", s."stopping" IS NOT NULL OR s."state" <> 'running' AS "stopping",
        u."status" = 'active' AND (w."teamId" IS NULL OR (t."deletingAt" IS NULL AND m."role" IN ('owner', 'admin', 'member'))) AS "may"
      FROM "WorkflowStep" s JOIN "WorkflowJob" j ON j."id" = s."jobId" JOIN "WorkflowRun" r ON r."id" = j."runId"
      JOIN "Workflow" w ON w."id" = r."workflowId" LEFT JOIN "User" u ON u."id" = r."actorId"
      LEFT JOIN "Team" t ON t."id" = w."teamId"
      LEFT JOIN "Membership" m ON m."teamId" = w."teamId" AND m."userId" = r."actorId"
      WHERE s."id" = ANY(${[...stepIds]}::uuid[])`
    const known = new Map(rows.map((row) => [row.id, row]))
    const causes = new Map<string, StopCause>()
    for (const id of stepIds) {
      const row = known.get(id)
      if (row === undefined) causes.set(id, 'gone')
      else if (row.stopping) causes.set(id, 'stopped')
      else if (row.may !== true) causes.set(id, 'forbidden')
    }
    return causes
  }

  /** As whom a run acts; null where that person may not any more. */
  async personOf(userId: UserId): Promise<z.infer<typeof Person> | null> {
    const row = await this.#database.user.findUnique({
      where: { id: userId },
      select: { login: true, name: true, role: true, tier: true, status: true },
    })
    return row === null || row.status !== 'active' ? null : Person.parse(row)
  }
}

const Person = Account.pick({ login: true, name: true, role: true, tier: true })

const ownedBy = ({ ownerId, teamId }: WorkflowOwner) => (teamId === null ? { ownerId: ownerId ?? '' } : { teamId })
const ownerFrom = ({
  ownerId,
  teamId,
}: {
  readonly ownerId: string | null
  readonly teamId: string | null
}): WorkflowOwner => ({
  ownerId: ownerId === null ? null : UserId.parse(ownerId),
  teamId: teamId === null ? null : TeamId.parse(teamId),
})
const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
const json = (value: unknown): object => toValue(value) as object
const stopReason = (text: string | null): StopReason | null =>
  text === 'cancelled' || text === 'timed-out' ? text : null

type RunColumns = Omit<Awaited<ReturnType<Database['workflowRun']['findFirstOrThrow']>>, 'event' | 'inputs'>

const runRowOf = (row: RunColumns): RunRow => ({
  id: WorkflowRunId.parse(row.id),
  workflowId: WorkflowId.parse(row.workflowId),
  version: row.version,
  number: row.number,
  state: WorkflowRunState.parse(row.state),
  stopping: row.stopping,
  trigger: WorkflowTrigger.parse(row.trigger),
  actorId: row.actorId === null ? null : UserId.parse(row.actorId),
  group: row.group,
  reason: row.reason,
  rerunOf: row.rerunOf,
  createdAt: row.createdAt,
  startedAt: row.startedAt,
  endedAt: row.endedAt,
})

async function find(queries: Queries, id: WorkflowRunId): Promise<StoredRun | null> {
  const row = await queries.workflowRun.findUnique({ where: { id }, include: whole })
  if (row === null) return null
  const version = await queries.workflowVersion.findUniqueOrThrow({
    where: { workflowId_version: { workflowId: row.workflowId, version: row.version } },
  })
  const jobs = row.jobs.map((job): JobRun => ({
    id: job.id,
    name: job.name,
    index: job.index,
    matrix: toValue(job.matrix) as JobRun['matrix'],
    state: WorkflowJobState.parse(job.state),
    stopping: stopReason(job.stopping),
    outputs: toValue(job.outputs) as ValueMap,
    reason: job.reason,
    startedAt: job.startedAt,
    endedAt: job.endedAt,
    steps: job.steps.map((step): StepRun => ({
      id: step.id,
      index: step.index,
      state: WorkflowStepState.parse(step.state),
      stopping: stopReason(step.stopping),
      attempt: step.attempt,
      outputs: toValue(step.outputs) as ValueMap,
      exitCode: step.exitCode,
      reason: step.reason,
      startedAt: step.startedAt,
      endedAt: step.endedAt,
    })),
  }))
  return {
    ...runRowOf(row),
    ...ownerFrom(row.workflow),
    source: version.source,
    event: toValue(row.event) as ValueMap,
    inputs: toValue(row.inputs) as ValueMap,
    jobs,
  }
}
