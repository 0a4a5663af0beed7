import { z } from 'zod'
import { Tier } from '../actor.ts'
import type { Administrator } from '../admin/port.ts'
import type { TeamId } from '../ids.ts'

/** What a plan holds. */
export const TierLimits = z.object({
  tier: Tier,
  workspaces: z.number().int().min(0).max(100_000),
  /** Of a team. */
  members: z.number().int().min(1).max(100_000),
})
export type TierLimits = z.infer<typeof TierLimits>

export interface TieredTeam {
  readonly id: TeamId
  readonly name: string
  /** Its own plan; null where its workspaces count for its owner. */
  readonly tier: Tier | null
  readonly ownerLogin: string | null
  readonly members: number
  readonly workspaces: number
}

export interface TiersPort {
  /** From the least to the most. */
  list(): Promise<readonly TierLimits[]>
  /** What runs goes on where a limit is lowered; what is new is refused. */
  update(actor: Administrator, limits: TierLimits): Promise<void>
  /** By name; the first of those that hold `search` in it. */
  teams(search: string): Promise<readonly TieredTeam[]>
  /** Null: it counts for its owner. @throws `team_not_found`. */
  setTierOfTeam(actor: Administrator, teamId: TeamId, tier: Tier | null): Promise<void>
}
