import type { Combination } from '../definition/matrix.ts'
import type { ValueMap } from '../expressions/value.ts'

/** From each state, the states that may follow. Anything else is a fault. */
export const runTransitions = {
  unapproved: ['queued', 'cancelled'],
  queued: ['running', 'cancelled'],
  running: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<string, readonly string[]>

export const jobTransitions = {
  pending: ['running', 'skipped', 'failed', 'cancelled'],
  running: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
  skipped: [],
} as const satisfies Record<string, readonly string[]>

export const stepTransitions = {
  pending: ['queued', 'skipped', 'failed'],
  queued: ['running', 'cancelled', 'failed'],
  // To the queue: once more, after a failure.
  running: ['waiting', 'queued', 'succeeded', 'failed', 'cancelled'],
  waiting: ['succeeded', 'failed', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
  skipped: [],
} as const satisfies Record<string, readonly string[]>

export type RunState = keyof typeof runTransitions
export type JobState = keyof typeof jobTransitions
export type StepState = keyof typeof stepTransitions

export type StopReason = 'cancelled' | 'timed-out'

export interface StepRun {
  readonly id: string
  readonly index: number
  state: StepState
  stopping: StopReason | null
  attempt: number
  outputs: ValueMap
  exitCode: number | null
  reason: string | null
  startedAt: Date | null
  endedAt: Date | null
}

export interface JobRun {
  readonly id: string
  readonly name: string
  readonly index: number
  readonly matrix: Combination
  state: JobState
  stopping: StopReason | null
  outputs: ValueMap
  reason: string | null
  startedAt: Date | null
  endedAt: Date | null
  readonly steps: StepRun[]
}

export interface Run {
  readonly id: string
  readonly number: number
  readonly trigger: string
  readonly event: ValueMap
  readonly inputs: ValueMap
  state: RunState
  stopping: boolean
  reason: string | null
  startedAt: Date | null
  endedAt: Date | null
  readonly jobs: JobRun[]
}

type Stateful<State extends string> = { state: State; startedAt: Date | null; endedAt: Date | null }

/** @throws where one state does not follow the other. */
export function move<State extends string>(
  what: Stateful<State>,
  transitions: Readonly<Record<State, readonly string[]>>,
  to: State,
  now: Date,
): void {
  if (!transitions[what.state].includes(to)) throw new Error(`What is ${what.state} does not become ${to}.`)
  what.state = to
  if (to === 'running') what.startedAt = now
  if (transitions[to].length === 0) what.endedAt = now
}

export const hasEnded = (what: { readonly endedAt: Date | null }): boolean => what.endedAt !== null
