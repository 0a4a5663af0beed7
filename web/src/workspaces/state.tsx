import type { WorkspaceFacts, WorkspaceState } from '@arcx/router'

const words: Record<WorkspaceState, { readonly label: string; readonly colour: string; readonly moving: boolean }> = {
  creating: { label: 'Creating', colour: 'bg-busy', moving: true },
  starting: { label: 'Starting', colour: 'bg-busy', moving: true },
  running: { label: 'Running', colour: 'bg-good', moving: false },
  stopping: { label: 'Stopping', colour: 'bg-busy', moving: true },
  stopped: { label: 'Stopped', colour: 'bg-rest', moving: false },
  failed: { label: 'Failed', colour: 'bg-bad', moving: false },
  deleting: { label: 'Deleting', colour: 'bg-bad', moving: true },
}

export const isMoving = (state: WorkspaceState): boolean => words[state].moving

export function StateDot({ state }: { state: WorkspaceState }) {
  const { colour, moving } = words[state]
  return <span aria-hidden className={`inline-block size-2.5 shrink-0 rounded-full ${colour} ${moving ? 'pulse-dot' : ''}`} />
}

/** The state in words, with what is being done or why it is so. */
export function StateText({ workspace }: { workspace: WorkspaceFacts }) {
  const detail = workspace.step ?? workspace.reason
  return (
    <span aria-live="polite" className={workspace.state === 'failed' ? 'text-bad' : 'text-ink-soft'}>
      {words[workspace.state].label}
      {detail !== null && <span> · {detail}</span>}
    </span>
  )
}
