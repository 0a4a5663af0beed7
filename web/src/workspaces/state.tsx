import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { WorkspaceFacts, WorkspaceState } from '@arcx/router'
import { stepInWords } from './step-words.ts'

const words: Record<
  WorkspaceState,
  { readonly label: MessageDescriptor; readonly colour: string; readonly moving: boolean }
> = {
  creating: { label: msg`Creating`, colour: 'bg-busy', moving: true },
  starting: { label: msg`Starting`, colour: 'bg-busy', moving: true },
  running: { label: msg`Running`, colour: 'bg-good', moving: false },
  stopping: { label: msg`Stopping`, colour: 'bg-busy', moving: true },
  stopped: { label: msg`Stopped`, colour: 'bg-rest', moving: false },
  failed: { label: msg`Failed`, colour: 'bg-bad', moving: false },
  deleting: { label: msg`Deleting`, colour: 'bg-bad', moving: true },
}

export const stateName = (state: WorkspaceState): string => i18n._(words[state].label)

export const isMoving = (state: WorkspaceState): boolean => words[state].moving

export function StateDot({ state }: { state: WorkspaceState }) {
  const { colour, moving } = words[state]
  return (
    <span
      aria-hidden
      className={`inline-block size-2.5 shrink-0 rounded-full ${colour} ${moving ? 'pulse-dot' : ''}`}
    />
  )
}

/** The state in words, with what is being done or why it is so. */
export function StateText({ workspace }: { workspace: WorkspaceFacts }) {
  const { state, step, reason } = workspace
  const detail = step === null ? reason : step.toLowerCase() === state ? null : stepInWords(step)
  return (
    <span aria-live="polite" className={state === 'failed' ? 'text-bad' : 'text-ink-soft'}>
      {stateName(state)}
      {detail !== null && <span> · {detail}</span>}
    </span>
  )
}
