import { errors } from '@arcx/router'
import type { TeamId, TeamRole, UserActor, WorkflowId, WorkflowRunId } from '@arcx/router'
import { may, requireMay } from '../authorization/checks.ts'
import type { ActorWithTeams, Target } from '../authorization/checks.ts'
import type { RunStore } from './run-store.ts'
import type { WorkflowOwner, WorkflowRow, WorkflowStore } from './workflow-store.ts'

export type WorkflowOperation = 'workflow.see' | 'workflow.change' | 'workflow.run'

/** Workflows and runs, for whoever may do something with them. */
export class WorkflowAccess {
  readonly #workflows: WorkflowStore
  readonly #runs: RunStore
  readonly #memberships: { of(userId: string): Promise<ReadonlyMap<string, TeamRole>> }

  constructor(
    workflows: WorkflowStore,
    runs: RunStore,
    memberships: { of(userId: string): Promise<ReadonlyMap<string, TeamRole>> },
  ) {
    this.#workflows = workflows
    this.#runs = runs
    this.#memberships = memberships
  }

  /** @throws `team_not_found`, `forbidden`, `scope_missing`. */
  async owner(actor: UserActor, teamId: TeamId | null, operation: WorkflowOperation): Promise<WorkflowOwner> {
    requireMay(await this.#withTeams(actor), operation, teamId === null ? { kind: 'self' } : { kind: 'team', teamId })
    return teamId === null ? { ownerId: actor.userId, teamId: null } : { ownerId: null, teamId }
  }

  /** @throws `workflow_not_found`, also where the actor may not see it; `forbidden`, `scope_missing`. */
  async workflow(actor: UserActor, id: WorkflowId, operation: WorkflowOperation): Promise<WorkflowRow> {
    const row = await this.#workflows.byId(id)
    if (row === null || !(await this.#mayFind(actor, row))) throw errors.workflowNotFound()
    await this.owner(actor, row.teamId, operation)
    return row
  }

  /** @throws `workflow_run_not_found`, `forbidden`, `scope_missing`. */
  async run(actor: UserActor, id: WorkflowRunId, operation: WorkflowOperation): Promise<void> {
    const owner = await this.#runs.ownerOf(id)
    if (owner === null || !(await this.#mayFind(actor, owner))) throw errors.workflowRunNotFound()
    await this.owner(actor, owner.teamId, operation)
  }

  async rights(actor: UserActor, owner: WorkflowOwner): Promise<readonly ('change' | 'run')[]> {
    const who = await this.#withTeams(actor)
    const target = targetOf(owner)
    return (['change', 'run'] as const).filter((right) => may(who, `workflow.${right}`, target))
  }

  async #mayFind(actor: UserActor, owner: WorkflowOwner): Promise<boolean> {
    if (owner.teamId === null) return owner.ownerId === actor.userId
    return (await this.#memberships.of(actor.userId)).has(owner.teamId)
  }

  async #withTeams(actor: UserActor): Promise<ActorWithTeams> {
    return { ...actor, teams: await this.#memberships.of(actor.userId) }
  }
}

const targetOf = ({ teamId }: WorkflowOwner): Target => (teamId === null ? { kind: 'self' } : { kind: 'team', teamId })
