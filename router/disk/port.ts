import type { UserActor } from '../actor.ts'

/** Where arcx keeps something, and how much room is left there. */
export interface DiskRoom {
  readonly name: string
  readonly freeBytes: number
  readonly totalBytes: number
}

export interface DiskCondition {
  /** `low`: nothing new starts. `full`: nothing can be saved. */
  readonly level: 'enough' | 'low' | 'full'
  /** In numbers, for whoever runs the server alone. */
  readonly numbers: { readonly reserveBytes: number; readonly rooms: readonly DiskRoom[] } | null
}

export interface DiskPort {
  condition(actor: UserActor): Promise<DiskCondition>
}
