import type { z } from 'zod'

/** Of what kind a job is: its queue. */
export interface JobKind<Input extends object> {
  /** Never changed once jobs of it may be stored. */
  readonly name: string
  /** What is stored of it, parsed again before it runs: an earlier version may have stored it. */
  readonly input: z.ZodType<Input>
  /** Of all jobs with one key one is queued or runs; a second is not queued beside it. */
  keyOf(input: Input): string
  /** How often it is tried; without end where nothing is said. */
  readonly attempts?: number
  /** How many of it one copy runs at a time; two where nothing is said. */
  readonly atOnce?: number
  /** How many of those are of one group, so that none waits for all of another's. */
  readonly groups?: { of(input: Input): string; readonly atOnce: number }
}

export interface JobRun {
  /** Aborted when this process ends or the job was given to another one. */
  readonly signal: AbortSignal
  /** Counted from 1. */
  readonly attempt: number
  /** It is not tried again where this one fails. */
  readonly isLast: boolean
}

/** May be run again, whole or from where a crash cut it off: its effects must be the same then. */
export type JobHandler<Input extends object> = (input: Input, run: JobRun) => Promise<void>
