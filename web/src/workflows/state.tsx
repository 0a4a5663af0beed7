import { i18n } from '@lingui/core'
import { Ban, CircleCheck, CircleDashed, CircleX, Hourglass, LoaderCircle, SkipForward } from 'lucide-react'
import type { WorkflowJobState, WorkflowRunState, WorkflowStepState } from '@arcx/router'
import { runWords, stepWords } from './words.ts'

type State = WorkflowRunState | WorkflowStepState | WorkflowJobState

const looks: Readonly<Record<State, readonly [icon: typeof Ban, colour: string]>> = {
  pending: [CircleDashed, 'text-ink-soft'],
  queued: [CircleDashed, 'text-ink-soft'],
  running: [LoaderCircle, 'text-accent motion-safe:animate-spin'],
  waiting: [Hourglass, 'text-busy'],
  unapproved: [Hourglass, 'text-busy'],
  succeeded: [CircleCheck, 'text-good'],
  failed: [CircleX, 'text-bad'],
  cancelled: [Ban, 'text-ink-soft'],
  skipped: [SkipForward, 'text-ink-soft'],
}

/** A state by its sign, whose word is read out. */
export function StateSign({ state, size = 16 }: { state: State; size?: number }) {
  const [Icon, colour] = looks[state]
  return (
    <span className="inline-flex shrink-0" title={wordOf(state)}>
      <Icon size={size} aria-hidden className={colour} />
      <span className="sr-only">{wordOf(state)}</span>
    </span>
  )
}

export const wordOf = (state: State): string =>
  i18n._(state in runWords ? runWords[state as WorkflowRunState] : stepWords[state as WorkflowStepState])
