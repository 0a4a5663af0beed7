import { ArcError, errors } from '@arcx/router'
import type { WorkflowId, WorkflowRunId, WorkspaceFacts } from '@arcx/router'
import type { Log } from '@arcx/service-kit/log'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { Workflow } from './definition/schema.ts'
import type { Triggers } from './definition/triggers.ts'
import { readWorkflow } from './definition/workflow.ts'
import { service, workflowOf } from './engine.ts'
import type { Engine, NewRun } from './engine.ts'
import { githubEvent, matches } from './events.ts'
import type { GitHubEventName } from './events.ts'
import { memberOf, toValue } from './expressions/value.ts'
import { readGitHubEvent } from './github-event.ts'
import type { GitHubEvent } from './github-event.ts'
import { usualInputs } from './inputs.ts'
import type { PersonStore } from './person-store.ts'
import type { StoredRun } from './run-store.ts'
import type { WorkflowOwner, WorkflowRow, WorkflowStore } from './workflow-store.ts'
import { hashOf } from './workflows.ts'

/** A workflow that starts another that starts another … */
const longestChain = 5

export interface StartsDependencies {
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
  }

  async byGitHub(name: GitHubEventName, payload: unknown): Promise<void> {
    const event = readGitHubEvent(name, payload)
    if (event === null) return
    for (const row of await this.#dependencies.workflows.forEvent(githubEvent(name, event.repository.full_name)))
      if (event.starts(triggersOf(row)) && (await this.#maySee(row, event)))
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
    for (const row of await this.#dependencies.workflows.forEvent('workspace', owner)) {
      // What happened before it was saved does not start it.
      if (Date.parse(updatedAt) < row.updatedAt.getTime()) continue
      const trigger = triggersOf(row).workspace
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
    if (row === null || row.id !== id || triggersOf(row).hook === undefined) throw errors.workflowHookUnknown()
    const event = { name: 'hook', body: toValue(body) }
    return this.#begin(
      row,
      { trigger: 'hook', event, cause: key === null ? null : `hook ${key}`, isTrusted: true },
      true,
    )
  }

  /** Within the unit in which it ended. */
  async afterRun(unit: Unit, run: StoredRun, { name }: Workflow): Promise<void> {
    const chain = Number(memberOf(run.event, 'chain') ?? 0) + 1
    if (chain > longestChain) return
    for (const row of await this.#dependencies.workflows.forEvent('workflow_run', run)) {
      const { workflow_run: trigger } = triggersOf(row)
      if (
        trigger === undefined ||
        !trigger.workflows.includes(name) ||
        !trigger.results.some((each) => each === run.state)
      )
        continue
      const workflow = workflowOf(row.source)
      const event = { name: 'workflow_run', workflow: name, number: run.number, result: run.state, chain }
      const wanted = {
        event,
        inputs: usualInputs(workflow),
        cause: `run ${run.id}`,
        isTrusted: true,
        trigger: 'workflow',
      } as const
      await this.#orLeft(() => this.#dependencies.engine.begin(unit, row, wanted))
    }
  }

  async #begin(row: WorkflowRow, start: Start, isAsked = false): Promise<WorkflowRunId | null> {
    const { workflows, unitOfWork, engine } = this.#dependencies
    const begin = () =>
      unitOfWork(service, async (unit) => {
        await workflows.lockOwner(unit, row)
        const now = await workflows.within(unit, row.id)
        return now === null ? null : engine.begin(unit, now, { ...start, inputs: usualInputs(workflowOf(now.source)) })
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

/** Nothing starts one that a later version of arcx reads no more. */
const triggersOf = ({ source }: WorkflowRow): Triggers => readWorkflow(source).workflow?.on ?? {}
