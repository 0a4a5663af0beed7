import type { WorkspaceState } from '@arcx/router'

/** From each state, the states that may follow. Anything else is refused. */
export const transitions: Readonly<Record<WorkspaceState, readonly WorkspaceState[]>> = {
  creating: ['starting', 'failed', 'deleting'],
  // To itself: a restart while it starts begins anew.
  starting: ['starting', 'running', 'stopping', 'failed', 'deleting'],
  running: ['starting', 'stopping', 'failed', 'deleting'],
  stopping: ['stopped', 'deleting'],
  stopped: ['starting', 'deleting'],
  failed: ['starting', 'stopping', 'deleting'],
  deleting: [],
}

/** The states from which `to` may follow. */
export function statesBefore(to: WorkspaceState): readonly WorkspaceState[] {
  return (Object.keys(transitions) as WorkspaceState[]).filter((from) => transitions[from].includes(to))
}
