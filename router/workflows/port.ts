import type { UserActor } from '../actor.ts'
import type { TeamId, WorkflowId, WorkflowRunId, WorkflowStepId } from '../ids.ts'
import type { Resume } from '../workspaces/port.ts'
import type { Tracked } from '../workspaces/workspace.ts'
import type {
  Workflow,
  WorkflowDetails,
  WorkflowLogChunk,
  WorkflowProblem,
  WorkflowRun,
  WorkflowRunDetails,
} from './workflow.ts'

/** Saved, or what is wrong with it. */
export type SavedWorkflow =
  | { readonly workflow: Workflow; readonly problems: null }
  | { readonly workflow: null; readonly problems: readonly WorkflowProblem[] }

export interface WorkflowsPort {
  /** A person's own, or a team's. */
  list(actor: UserActor, teamId: TeamId | null): Promise<readonly Workflow[]>
  get(actor: UserActor, id: WorkflowId): Promise<WorkflowDetails>
  /** What is wrong with a source. */
  check(actor: UserActor, source: string): readonly WorkflowProblem[]
  /** Makes one, or another version of it. `version`: the one that was changed. @throws `workflow_name_taken`, `workflow_changed`. */
  save(
    actor: UserActor,
    wanted: {
      readonly teamId: TeamId | null
      readonly id: WorkflowId | null
      readonly version: number | null
      readonly source: string
    },
  ): Promise<SavedWorkflow>
  remove(actor: UserActor, id: WorkflowId): Promise<void>
  /** Another secret for its HTTP hook; the one before starts it no more. */
  renewHook(actor: UserActor, id: WorkflowId): Promise<{ readonly url: string; readonly secret: string }>
  run(actor: UserActor, id: WorkflowId, inputs: Readonly<Record<string, unknown>>): Promise<WorkflowRun>
  runs(actor: UserActor, id: WorkflowId): Promise<readonly WorkflowRun[]>
  runOf(actor: UserActor, id: WorkflowRunId): Promise<WorkflowRunDetails>
  /** What its steps put out; ends with the run. */
  logs(actor: UserActor, id: WorkflowRunId, resume: Resume): AsyncIterable<Tracked<WorkflowLogChunk>>
  /** The run as it is now, then after each change; ends with the run. */
  onRun(actor: UserActor, id: WorkflowRunId, resume: Resume): AsyncIterable<Tracked<WorkflowRunDetails>>
  cancel(actor: UserActor, id: WorkflowRunId): Promise<void>
  /** A step that waits, or the run itself where what started it came from outside. @throws `workflow_nothing_to_approve`. */
  approve(actor: UserActor, id: WorkflowRunId, stepId: WorkflowStepId | null, accept: boolean): Promise<void>
  /** Another run, which begins with what failed. @throws `workflow_run_open`. */
  rerun(actor: UserActor, id: WorkflowRunId): Promise<WorkflowRun>
}
