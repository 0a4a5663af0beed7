import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { setImmediate, setTimeout as pause } from 'node:timers/promises'
import { WorkflowId, WorkflowStepId, errors } from '@arcx/router'
import type {
  Resume,
  SavedWorkflow,
  TeamId,
  Tracked,
  UserActor,
  Workflow as WorkflowView,
  WorkflowDetails,
  WorkflowLogChunk,
  WorkflowProblem,
  WorkflowRun,
  WorkflowRunDetails,
  WorkflowRunId,
  WorkflowsPort,
} from '@arcx/router'
import type { Feed } from '../events/feed.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { WorkflowAccess } from './access.ts'
import { readWorkflow } from './definition/workflow.ts'
import { endStep, stopRun } from './engine/advance.ts'
import { hasEnded } from './engine/states.ts'
import type { Definitions } from './definitions.ts'
import { placeOf } from './engine.ts'
import type { Engine } from './engine.ts'
import { eventsOf } from './events.ts'
import { inputsFrom } from './inputs.ts'
import type { LogStore } from './log-store.ts'
import { presentDetails, presentRun, presentWorkflow } from './present.ts'
import type { RunStore, StoredRun } from './run-store.ts'
import type { Schedules } from './schedules.ts'
import { WorkflowNameTaken } from './workflow-store.ts'
import type { WorkflowOwner, WorkflowRow, WorkflowStore } from './workflow-store.ts'

const workflowsPerOwner = 100
const runsListed = 100
const partsRead = 200
/** A log that somebody watches is looked at this often. */
const logLookMs = 500

export interface WorkflowsDependencies {
  readonly definitions: Definitions
  readonly workflows: WorkflowStore
  readonly runs: RunStore
  readonly logs: LogStore
  readonly unitOfWork: UnitOfWork
  readonly engine: Engine
  readonly schedules: Schedules
  readonly access: WorkflowAccess
  readonly feed: Feed
  readonly publicOrigin: string
}

/** Workflows and their runs, as people use them. */
export class Workflows implements WorkflowsPort {
  readonly #dependencies: WorkflowsDependencies

  constructor(dependencies: WorkflowsDependencies) {
    this.#dependencies = dependencies
  }

  async list(actor: UserActor, teamId: TeamId | null): Promise<readonly WorkflowView[]> {
    const { access, definitions, workflows, runs } = this.#dependencies
    const owner = await access.owner(actor, teamId, 'workflow.see')
    const rows = await workflows.of(owner)
    const [latest, rights] = await Promise.all([runs.latestOf(rows.map(({ id }) => id)), access.rights(actor, owner)])
    const views: WorkflowView[] = []
    for (const row of rows) {
      views.push(presentWorkflow(row, definitions.triggers(row.source), latest.get(row.id) ?? null, rights))
      // To read many takes a while, in which others have their turn.
      await setImmediate()
    }
    return views
  }

  async get(actor: UserActor, id: WorkflowId): Promise<WorkflowDetails> {
    const row = await this.#dependencies.access.workflow(actor, id, 'workflow.see')
    return { ...(await this.#present(actor, row)), source: row.source }
  }

  check(_actor: UserActor, source: string): readonly WorkflowProblem[] {
    return readWorkflow(source).problems ?? []
  }

  async save(actor: UserActor, wanted: Parameters<WorkflowsPort['save']>[1]): Promise<SavedWorkflow> {
    const { access, workflows } = this.#dependencies
    const owner =
      wanted.id === null
        ? await access.owner(actor, wanted.teamId, 'workflow.change')
        : await access.workflow(actor, wanted.id, 'workflow.change')
    const read = this.#dependencies.definitions.read(wanted.source)
    if (read.workflow === null) return { workflow: null, problems: read.problems }
    try {
      const id = await this.#store(actor, owner, { ...wanted, name: read.workflow.name })
      const row = await workflows.byId(id)
      if (row === null) throw errors.workflowNotFound()
      return { workflow: await this.#present(actor, row), problems: null }
    } catch (error) {
      if (error instanceof WorkflowNameTaken) throw errors.workflowNameTaken(read.workflow.name)
      throw error
    }
  }

  async #store(
    actor: UserActor,
    owner: WorkflowOwner,
    {
      id,
      version,
      source,
      name,
    }: {
      readonly id: WorkflowId | null
      readonly version: number | null
      readonly source: string
      readonly name: string
    },
  ): Promise<WorkflowId> {
    const { definitions, workflows, unitOfWork, schedules } = this.#dependencies
    const { on } = definitions.workflow(source)
    return unitOfWork(actor, async (unit) => {
      await workflows.lockOwner(unit, owner)
      const nextAt = schedules.next(on.schedule, new Date())
      const saved = { ...whose(owner), name, source, savedById: actor.userId, events: eventsOf(on), nextAt }
      const workflowId = id ?? WorkflowId.parse(randomUUID())
      if (id === null) {
        if ((await workflows.count(unit, owner)) >= workflowsPerOwner)
          throw errors.workflowLimitReached(workflowsPerOwner)
        await workflows.add(unit, { id: workflowId, ...saved })
      } else {
        const row = await workflows.within(unit, id)
        if (row === null) throw errors.workflowNotFound()
        if (version !== null && version !== row.version) throw errors.workflowChanged(row.version)
        await workflows.addVersion(unit, { id, version: row.version + 1, ...saved })
      }
      await schedules.enqueue(unit, workflowId, nextAt)
      unit.record({ action: 'workflow.save', target: { kind: 'workflow', id: workflowId, name } })
      return workflowId
    })
  }

  async remove(actor: UserActor, id: WorkflowId): Promise<void> {
    const { access, engine, workflows, unitOfWork } = this.#dependencies
    const row = await access.workflow(actor, id, 'workflow.change')
    await unitOfWork(actor, async (unit) => {
      await workflows.lockOwner(unit, row)
      // What runs of it finds itself gone, and ends; others have its place.
      await workflows.remove(unit, id)
      await engine.admit(unit, row)
      unit.record({ action: 'workflow.remove', target: { kind: 'workflow', id, name: row.name } })
    })
  }

  async renewHook(actor: UserActor, id: WorkflowId): Promise<{ readonly url: string; readonly secret: string }> {
    const { access, workflows, unitOfWork, publicOrigin } = this.#dependencies
    const { name } = await access.workflow(actor, id, 'workflow.change')
    const secret = `whk_${randomBytes(32).toString('base64url')}`
    await unitOfWork(actor, async (unit) => {
      await workflows.setHook(unit, id, hashOf(secret))
      unit.record({ action: 'workflow.renew-hook', target: { kind: 'workflow', id, name } })
    })
    return { url: `${publicOrigin}/hooks/workflows/${id}`, secret }
  }

  async run(actor: UserActor, id: WorkflowId, inputs: Readonly<Record<string, unknown>>): Promise<WorkflowRun> {
    const { access, workflows, unitOfWork, engine } = this.#dependencies
    const row = await access.workflow(actor, id, 'workflow.run')
    const workflow = this.#dependencies.definitions.workflow(row.source)
    if (workflow.on.workflow_dispatch === undefined) throw errors.workflowNotManual(row.name)
    const given = inputsFrom(workflow, inputs)
    const runId = await unitOfWork(actor, async (unit) => {
      await workflows.lockOwner(unit, row)
      const now = await workflows.within(unit, id)
      if (now === null) throw errors.workflowNotFound()
      unit.record({ action: 'workflow.run', target: { kind: 'workflow', id, name: row.name } })
      const event = { name: 'workflow_dispatch', sender: { login: actor.login } }
      return engine.begin(unit, now, { trigger: 'person', event, inputs: given, cause: null, isTrusted: true })
    })
    return this.#runOf(runId)
  }

  async runs(actor: UserActor, id: WorkflowId): Promise<readonly WorkflowRun[]> {
    await this.#dependencies.access.workflow(actor, id, 'workflow.see')
    return (await this.#dependencies.runs.of(id, runsListed)).map(presentRun)
  }

  async runOf(actor: UserActor, id: WorkflowRunId): Promise<WorkflowRunDetails> {
    await this.#dependencies.access.run(actor, id, 'workflow.see')
    const run = await this.#require(id)
    return presentDetails(run, this.#dependencies.definitions.workflow(run.source))
  }

  async *onRun(actor: UserActor, id: WorkflowRunId, { signal }: Resume): AsyncIterable<Tracked<WorkflowRunDetails>> {
    const changes = this.#dependencies.feed.subscribe(
      undefined,
      signal,
      (event) => event.type === 'workflows.run-changed' && event.runId === id,
    )
    const iterator = changes[Symbol.asyncIterator]()
    try {
      // Listening begins before the run is read, so that no change in between is missed.
      for (let next = iterator.next(), count = 1; ; count += 1) {
        const details = await this.runOf(actor, id)
        yield { id: String(count), data: details }
        if (details.endedAt !== null || (await next).done === true) return
        next = iterator.next()
      }
    } finally {
      await iterator.return?.()
    }
  }

  async *logs(
    actor: UserActor,
    id: WorkflowRunId,
    { after, signal }: Resume,
  ): AsyncIterable<Tracked<WorkflowLogChunk>> {
    const { access, logs } = this.#dependencies
    let last = /^\d{1,18}$/.test(after ?? '') ? BigInt(after ?? 0) : 0n
    while (!signal.aborted) {
      await access.run(actor, id, 'workflow.see')
      const isEnd = hasEnded(await this.#require(id))
      const parts = await logs.ofRun(id, last, partsRead, isEnd)
      for (const { sequence, stepId, at, text } of parts) {
        last = sequence
        yield { id: String(sequence), data: { stepId: WorkflowStepId.parse(stepId), at: at.toISOString(), text } }
      }
      if (parts.length === partsRead) continue
      if (isEnd) return
      await pause(logLookMs, undefined, { signal }).catch(() => undefined)
    }
  }

  async cancel(actor: UserActor, id: WorkflowRunId): Promise<void> {
    await this.#change(actor, id, 'cancel', (run) => {
      if (hasEnded(run)) throw errors.workflowRunEnded(run.state)
      stopRun(run, `${actor.login} cancelled it.`, new Date())
    })
  }

  async approve(actor: UserActor, id: WorkflowRunId, stepId: WorkflowStepId | null, accept: boolean): Promise<void> {
    const { engine } = this.#dependencies
    await this.#change(actor, id, accept ? 'approve' : 'decline', async (run, workflow, unit) => {
      if (run.state === 'unapproved') {
        if (accept) await engine.approved(unit, run, workflow)
        else stopRun(run, `${actor.login} did not approve it.`, new Date())
        return
      }
      const waiting = run.jobs
        .flatMap(({ steps }) => steps)
        .filter((step) => step.state === 'waiting' && (stepId ?? step.id) === step.id)
      const place = waiting.map((step) => placeOf(run, workflow, step.id)).find((each) => isApproval(each))
      const written =
        place === undefined || place === null ? undefined : workflow.jobs[place.job.name]?.steps[place.step.index]
      if (place === undefined || place === null || written === undefined) throw errors.workflowNothingToApprove()
      endStep(
        written,
        place.step,
        accept
          ? { kind: 'succeeded', outputs: { by: actor.login }, exitCode: null }
          : { kind: 'failed', reason: `${actor.login} did not approve.`, exitCode: null, outputs: { by: actor.login } },
        new Date(),
      )
    })
  }

  async rerun(actor: UserActor, id: WorkflowRunId): Promise<WorkflowRun> {
    const { access, definitions, workflows, unitOfWork, engine } = this.#dependencies
    await access.run(actor, id, 'workflow.run')
    const run = await this.#require(id)
    const runId = await unitOfWork(actor, async (unit) => {
      await workflows.lockOwner(unit, run)
      unit.record({
        action: 'workflow.rerun',
        target: { kind: 'workflow', id: run.workflowId, name: definitions.workflow(run.source).name },
      })
      return engine.rerun(unit, run)
    })
    return this.#runOf(runId)
  }

  async #change(
    actor: UserActor,
    id: WorkflowRunId,
    action: string,
    work: Parameters<Engine['change']>[2],
  ): Promise<void> {
    await this.#dependencies.access.run(actor, id, 'workflow.run')
    const done = await this.#dependencies.engine.change(id, actor, async (run, workflow, unit) => {
      await work(run, workflow, unit)
      unit.record({
        action: `workflow.${action}`,
        target: { kind: 'workflow', id: run.workflowId, name: workflow.name },
      })
      return true
    })
    if (done === null) throw errors.workflowRunNotFound()
  }

  async #runOf(id: WorkflowRunId | null): Promise<WorkflowRun> {
    if (id === null) throw errors.workflowRunNotFound()
    return presentRun(await this.#require(id))
  }

  async #require(id: WorkflowRunId): Promise<StoredRun> {
    const run = await this.#dependencies.runs.byId(id)
    if (run === null) throw errors.workflowRunNotFound()
    return run
  }

  async #present(actor: UserActor, row: WorkflowRow): Promise<WorkflowView> {
    const { access, definitions, runs } = this.#dependencies
    const [latest, rights] = await Promise.all([runs.latestOf([row.id]), access.rights(actor, row)])
    return presentWorkflow(row, definitions.triggers(row.source), latest.get(row.id) ?? null, rights)
  }
}

export const hashOf = (secret: string): Uint8Array => createHash('sha256').update(secret).digest()

const whose = ({ ownerId, teamId }: WorkflowOwner): WorkflowOwner => ({ ownerId, teamId })

function isApproval(place: ReturnType<typeof placeOf>): boolean {
  const written = place === null ? undefined : place.workflow.jobs[place.job.name]?.steps[place.step.index]
  return written !== undefined && 'uses' in written && written.uses === 'approval'
}
