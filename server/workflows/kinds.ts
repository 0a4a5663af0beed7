import { z } from 'zod'
import { WorkflowId, WorkflowRunId, WorkflowStepId } from '@arcx/router'
import type { JobKind } from '../jobs/job.ts'

const Attempt = z.object({ stepId: WorkflowStepId, attempt: z.number().int() })
type Attempt = z.infer<typeof Attempt>

/**
 * So many steps run in one copy at a time, and so many of them of one owner; what is beyond waits. Following a command
 * costs one stream, and it may take hours.
 */
const stepsAtOnce = 100
const stepsOfOwner = 20

const OwnersAttempt = Attempt.extend({ owner: z.uuid() })

export const executeStep: JobKind<z.infer<typeof OwnersAttempt>> = {
  name: 'workflows.step',
  input: OwnersAttempt,
  groups: { of: ({ owner }) => owner, atOnce: stepsOfOwner },
  keyOf: ({ stepId, attempt }) => `${stepId} ${attempt}`,
  atOnce: stepsAtOnce,
}

/** Time is up for a step that waits. */
export const wakeStep: JobKind<Attempt> = {
  name: 'workflows.wake',
  input: Attempt,
  keyOf: ({ stepId, attempt }) => `${stepId} ${attempt}`,
}

export const endJobInTime: JobKind<{ jobId: string }> = {
  name: 'workflows.job-timeout',
  input: z.object({ jobId: z.uuid() }),
  keyOf: ({ jobId }) => jobId,
}

/** A workflow's schedule is due. */
export const runSchedule: JobKind<{ workflowId: WorkflowId; at: string }> = {
  name: 'workflows.schedule',
  input: z.object({ workflowId: WorkflowId, at: z.iso.datetime() }),
  keyOf: ({ workflowId, at }) => `${workflowId} ${at}`,
}

/** A run has ended, and others begin with it. */
export const beginFollowing: JobKind<{ runId: WorkflowRunId }> = {
  name: 'workflows.following',
  input: z.object({ runId: WorkflowRunId }),
  keyOf: ({ runId }) => runId,
}
