import type { UserActor, UserId, WorkflowId, Workspace, WorkspaceId } from '@arcx/router'
import type { ContainerRef, RuntimePort } from '../../runtime/port.ts'
import type { Value, ValueMap } from '../expressions/value.ts'
import type { WorkflowNotice } from '../notices.ts'
import type { WorkflowOwner } from '../workflow-store.ts'

/** What a step that runs is given. */
export interface StepContext {
  /** As whom it acts; what that person may not, it may not. */
  readonly actor: UserActor
  /** Whose workflow it is: it touches no other's workspaces. */
  readonly owner: WorkflowOwner
  readonly run: { readonly id: string; readonly number: number }
  readonly workflow: { readonly id: WorkflowId; readonly name: string }
  /** Of this attempt alone; the same again where it goes on after a crash. */
  readonly executionId: string
  /** It has to end, and what it has started too. */
  readonly signal: AbortSignal
  /** The process stops, and another copy goes on: what the step has started stays. */
  readonly lost: AbortSignal
  readonly log: StepLog
  /** What it has to find again after a crash. */
  readonly progress: { get(): Promise<Value>; set(value: Value): Promise<void> }
  readonly ports: StepPorts
}

export interface StepLog {
  /** How many bytes this attempt has put out, as far as they are kept. */
  readonly position: number
  write(bytes: Uint8Array): void
  line(text: string): void
  flush(): Promise<void>
}

/** What steps may ask of the rest of the server. */
export interface StepPorts {
  readonly workspaces: {
    getByName(actor: UserActor, name: string): Promise<Workspace>
    get(actor: UserActor, id: WorkspaceId): Promise<Workspace>
    create(actor: UserActor, name: string, teamId: Workspace['teamId']): Promise<Workspace>
    start(actor: UserActor, id: WorkspaceId): Promise<Workspace>
    stop(actor: UserActor, id: WorkspaceId): Promise<Workspace>
    remove(actor: UserActor, id: WorkspaceId): Promise<Workspace>
    running(actor: UserActor, id: WorkspaceId): Promise<ContainerRef>
  }
  readonly runtime: Pick<RuntimePort, 'exec'>
  /** Somebody works there, so that it does not stop as idle. */
  onActivity(id: WorkspaceId): void
  /** Tells people something, by webhooks and e-mail. */
  notify(this: void, notice: Omit<WorkflowNotice, 'email'>, savedBy: UserId): Promise<void>
}

export type StepOutcome =
  | { readonly kind: 'done'; readonly outputs: ValueMap; readonly exitCode: number | null }
  /** Nothing is done until then, or until somebody decides. */
  | { readonly kind: 'waiting'; readonly until: Date | null }

export const done = (outputs: ValueMap = {}): StepOutcome => ({ kind: 'done', outputs, exitCode: null })

/** It did not come to what it was for; its message is for a person. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed'
  readonly exitCode: number | null
  readonly outputs: ValueMap

  constructor(message: string, exitCode: number | null = null, outputs: ValueMap = {}) {
    super(message)
    this.exitCode = exitCode
    this.outputs = outputs
  }
}
