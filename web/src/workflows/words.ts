import { msg } from '@lingui/core/macro'
import type { MessageDescriptor } from '@lingui/core'
import type { WorkflowRunState, WorkflowStepState, WorkflowTrigger } from '@arcx/router'

export const runWords: Readonly<Record<WorkflowRunState, MessageDescriptor>> = {
  unapproved: msg`Waits for an approval`,
  queued: msg`Waits for its turn`,
  running: msg`Running`,
  succeeded: msg`Succeeded`,
  failed: msg`Failed`,
  cancelled: msg`Cancelled`,
}

export const stepWords: Readonly<Record<WorkflowStepState, MessageDescriptor>> = {
  pending: msg`Not begun`,
  queued: msg`Begins`,
  running: msg`Running`,
  waiting: msg`Waiting`,
  succeeded: msg`Succeeded`,
  failed: msg`Failed`,
  cancelled: msg`Cancelled`,
  skipped: msg`Skipped`,
}

export const triggerWords: Readonly<Record<WorkflowTrigger, MessageDescriptor>> = {
  person: msg`by a person`,
  schedule: msg`by its schedule`,
  workflow: msg`by another workflow`,
  hook: msg`by an HTTP request`,
  workspace: msg`by a workspace`,
  github: msg`by GitHub`,
}
