import { z } from 'zod'
import type { TeamId, WorkflowId, WorkflowRunId, WorkflowStepId } from '../ids.ts'

export const WorkflowRunState = z.enum(['unapproved', 'queued', 'running', 'succeeded', 'failed', 'cancelled'])
export type WorkflowRunState = z.infer<typeof WorkflowRunState>

export const WorkflowJobState = z.enum(['pending', 'running', 'succeeded', 'failed', 'cancelled', 'skipped'])
export type WorkflowJobState = z.infer<typeof WorkflowJobState>

export const WorkflowStepState = z.enum([
  'pending',
  'queued',
  'running',
  'waiting',
  'succeeded',
  'failed',
  'cancelled',
  'skipped',
])
export type WorkflowStepState = z.infer<typeof WorkflowStepState>

export const WorkflowTrigger = z.enum(['person', 'schedule', 'workflow', 'hook', 'workspace', 'github'])
export type WorkflowTrigger = z.infer<typeof WorkflowTrigger>

/** Something that is wrong in a workflow's source, and where; both are counted from 1. */
export interface WorkflowProblem {
  readonly line: number
  readonly column: number
  readonly message: string
}

/** What a person is asked for when they start it. */
export interface WorkflowInput {
  readonly name: string
  readonly type: 'string' | 'number' | 'boolean' | 'choice'
  readonly description: string | null
  readonly required: boolean
  readonly default: string | number | boolean | null
  readonly options: readonly string[]
}

export interface Workflow {
  readonly id: WorkflowId
  readonly teamId: TeamId | null
  readonly name: string
  readonly version: number
  /** What starts it, as its source calls it. */
  readonly triggers: readonly string[]
  readonly inputs: readonly WorkflowInput[]
  readonly nextAt: string | null
  readonly hasHook: boolean
  readonly updatedAt: string
  readonly lastRun: WorkflowRun | null
  readonly may: readonly ('change' | 'run')[]
}

export interface WorkflowDetails extends Workflow {
  readonly source: string
}

export interface WorkflowRun {
  readonly id: WorkflowRunId
  readonly workflowId: WorkflowId
  readonly number: number
  readonly version: number
  readonly state: WorkflowRunState
  /** It was cancelled, and clean-up still runs. */
  readonly stopping: boolean
  readonly trigger: WorkflowTrigger
  /** Why it ended, or waits; for a person. */
  readonly reason: string | null
  /** The run of which this one goes on. */
  readonly rerunOf: number | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export interface WorkflowStepRun {
  readonly id: WorkflowStepId
  readonly name: string
  readonly state: WorkflowStepState
  readonly attempt: number
  readonly exitCode: number | null
  readonly reason: string | null
  /** What a person is asked, while it waits for an approval. */
  readonly question: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
}

export interface WorkflowJobRun {
  readonly name: string
  /** With the values of its matrix. */
  readonly title: string
  readonly needs: readonly string[]
  readonly state: WorkflowJobState
  readonly reason: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly steps: readonly WorkflowStepRun[]
}

export interface WorkflowRunDetails extends WorkflowRun {
  readonly workflowName: string
  readonly jobs: readonly WorkflowJobRun[]
}

/** A part of a step's log. */
export interface WorkflowLogChunk {
  readonly stepId: WorkflowStepId
  readonly at: string
  readonly text: string
}
