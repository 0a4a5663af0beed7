import { setImmediate } from 'node:timers/promises'
import { ArcError, errors } from '@arcx/router'
import type { WorkflowId, WorkflowRunId, WorkspaceFacts } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { Jobs } from '../jobs/jobs.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { Workflow } from './definition/schema.ts'
import type { Triggers } from './definition/triggers.ts'
import type { Definitions } from './definitions.ts'
import { service } from './engine.ts'
import type { Engine, NewRun } from './engine.ts'
import { githubEvent, matches } from './events.ts'
import type { GitHubEventName } from './events.ts'
import { memberOf, toValue } from './expressions/value.ts'
import { readGitHubEvent } from './github-event.ts'
import type { GitHubEvent } from './github-event.ts'
import { usualInputs } from './inputs.ts'
import type { PersonStore } from './person-store.ts'
import { beginFollowing } from './kinds.ts'
import type { RunStore, StoredRun } from './run-store.ts'
import type { WorkflowOwner, WorkflowRow, WorkflowStore } from './workflow-store.ts'
import { hashOf } from './workflows.ts'

/** A workflow that starts another that starts another … */
const longestChain = 5

export interface StartsDependencies {
  readonly definitions: Definitions
  readonly runs: RunStore
  readonly jobs: Jobs
  readonly workflows: WorkflowStore
  readonly people: PersonStore
  readonly unitOfWork: UnitOfWork
  readonly engine: Engine
  readonly log: Log
}

type Start = Pick<NewRun, 'trigger' | 'event' | 'cause' | 'isTrusted'>

/** Runs that nobody starts by hand: by events of GitHub and of workspaces, by other runs, by HTTP. */
export class Starts {
  readonly #dependencies: StartsDependencies

  constructor(dependencies: StartsDependencies) {
    this.#dependencies = dependencies
    dependencies.jobs.handle(beginFollowing, ({ runId }) => this.#following(runId))
  }

  async byGitHub(name: GitHubEventName, payload: unknown): Promise<void> {
    const event = readGitHubEvent(name, payload)
    if (event === null) return
    const { workflows } = this.#dependencies
    for await (const [row, on] of this.#each(await workflows.forEvent(githubEvent(name, event.repository.full_name))))
      if (event.starts(on) && (await this.#maySee(row, event)))
        await this.#begin(row, {
          trigger: 'github',
          event: event.event,
          cause: event.cause,
          isTrusted: await this.#isTrusted(row, event),
        })
  }

  async byWorkspace({ id, name, state, ownerId, teamId, startedAt, updatedAt, url }: WorkspaceFacts): Promise<void> {
    if (state !== 'running' && state !== 'stopped' && state !== 'failed') return
    const owner: WorkflowOwner = teamId === null ? { ownerId, teamId } : { ownerId: null, teamId }
    for await (const [row, { workspace: trigger }] of this.#each(
      await this.#dependencies.workflows.forEvent('workspace', owner),
    )) {
      // What happened before it was saved does not start it.
      if (Date.parse(updatedAt) < row.updatedAt.getTime()) continue
      if (trigger === undefined || !trigger.types.includes(state) || !matches(trigger.names, name)) continue
      const event = { name: 'workspace', state, workspace: { id, name, url } }
      // Told of by every copy, and again with every change that is none of its state.
      await this.#begin(row, {
        trigger: 'workspace',
        event,
        cause: `workspace ${id} ${state} ${startedAt ?? ''}`,
        isTrusted: true,
      })
    }
  }

  /** @throws `workflow_hook_unknown`. */
  async byHook(id: WorkflowId, secret: string, body: unknown, key: string | null): Promise<WorkflowRunId | null> {
    const row = await this.#dependencies.workflows.byHook(hashOf(secret))
    if (row === null || row.id !== id || this.#dependencies.definitions.triggers(row.source).hook === undefined)
      throw errors.workflowHookUnknown()
    const event = { name: 'hook', body: toValue(body) }
    return this.#begin(
      row,
      { trigger: 'hook', event, cause: key === null ? null : `hook ${key}`, isTrusted: true },
      true,
    )
  }

  /** Within the unit in which it ended. Those that begin with it do so each in a unit of its own. */
  async afterRun(unit: Unit, run: StoredRun, { name }: Workflow): Promise<void> {
    const { definitions, workflows, jobs } = this.#dependencies
    if (chainOf(run) > longestChain) return
    const rows = await workflows.forEvent('workflow_run', run)
    if (rows.some(({ source }) => isAfter(definitions.triggers(source), run, name)))
      await jobs.enqueue(unit, beginFollowing, { runId: run.id })
  }

  async #following(runId: WorkflowRunId): Promise<void> {
    const { definitions, workflows, runs } = this.#dependencies
    const run = await runs.byId(runId)
    if (run === null) return
    const { name } = definitions.workflow(run.source)
    for await (const [row, on] of this.#each(await workflows.forEvent('workflow_run', run)))
      if (isAfter(on, run, name))
        await this.#begin(row, {
          trigger: 'workflow',
          event: { name: 'workflow_run', workflow: name, number: run.number, result: run.state, chain: chainOf(run) },
          cause: `run ${run.id}`,
          isTrusted: true,
        })
  }

  /** With what starts it. To read many takes a while, in which others have their turn. */
  async *#each(rows: readonly WorkflowRow[]): AsyncIterable<readonly [WorkflowRow, Triggers]> {
    for (const row of rows) {
      yield [row, this.#dependencies.definitions.triggers(row.source)]
      await setImmediate()
    }
  }

  async #begin(row: WorkflowRow, start: Start, isAsked = false): Promise<WorkflowRunId | null> {
    const { definitions, workflows, unitOfWork, engine } = this.#dependencies
    const begin = () =>
      unitOfWork(service, async (unit) => {
        await workflows.lockOwner(unit, row)
        const now = await workflows.within(unit, row.id)
        if (now === null) return null
        return engine.begin(unit, now, { ...start, inputs: usualInputs(definitions.workflow(now.source)) })
      })
    return isAsked ? begin() : this.#orLeft(begin)
  }

  /** Where there are too many runs already, another is left out. */
  async #orLeft(begin: () => Promise<WorkflowRunId | null>): Promise<WorkflowRunId | null> {
    try {
      return await begin()
    } catch (error) {
      if (!(error instanceof ArcError) || error.kind === 'Unavailable') throw error
      this.#dependencies.log.warn({ err: error }, 'an event started no run')
      return null
    }
  }

  /** What happens in a private repository is told only where whoever saved the workflow owns it, or did it. */
  async #maySee({ savedById }: WorkflowRow, { repository, sender }: GitHubEvent): Promise<boolean> {
    if (!repository.private) return true
    const githubId = savedById === null ? null : await this.#dependencies.people.githubIdOf(savedById)
    return githubId !== null && (githubId === repository.owner.id || githubId === sender.id)
  }

  /** What a stranger does, or what comes out of a fork, waits for somebody with the right. */
  async #isTrusted(row: WorkflowRow, { sender, authors, isForeign }: GitHubEvent): Promise<boolean> {
    if (isForeign) return false
    for (const githubId of new Set([sender.id, ...authors]))
      if (!(await this.#dependencies.people.mayRun(githubId, row))) return false
    return true
  }
}

const chainOf = ({ event }: StoredRun): number => Number(memberOf(event, 'chain') ?? 0) + 1

const isAfter = ({ workflow_run: trigger }: Triggers, { state }: StoredRun, name: string): boolean =>
  trigger !== undefined && trigger.workflows.includes(name) && trigger.results.some((each) => each === state)
