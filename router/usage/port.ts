import { z } from 'zod'
import type { UserActor } from '../actor.ts'
import type { Administrator } from '../admin/port.ts'
import { TeamId } from '../ids.ts'

const day = z.iso.date()
const longestDays = 400
const dayMs = 24 * 3600 * 1000

/** Days in UTC, both included. */
export const UsageSpan = z
  .object({ from: day, to: day })
  .refine(
    ({ from, to }) => from <= to && Date.parse(to) - Date.parse(from) <= longestDays * dayMs,
    `From a day to a later one, at most ${longestDays} days.`,
  )
export type UsageSpan = z.infer<typeof UsageSpan>

/** What a workspace used on a day, in UTC. */
export interface UsageRow {
  readonly day: string
  readonly workspaceId: string
  readonly workspaceName: string
  /** Whose it is, or who has made it in a team; null where they have gone. */
  readonly person: string | null
  /** Null for a person's own, and where the team has gone. */
  readonly team: string | null
  readonly awakeSeconds: number
  readonly asleepSeconds: number
  readonly cpuSeconds: number
  readonly memoryByteSeconds: number
  readonly storageByteSeconds: number
  readonly trafficBytes: number
  readonly agentTokens: number
  readonly agentCostMicros: number
  readonly workflowSeconds: number
}

/** What an hour awake costs. */
export const UsagePrice = z.object({
  centsPerHour: z.number().int().min(0).max(1_000_000),
  currency: z.string().regex(/^[a-z]{3}$/),
})
export type UsagePrice = z.infer<typeof UsagePrice>

export interface UsageBudget {
  /** Awake, in a month. */
  readonly hours: number
  /** Once they are used up, what runs is stopped and nothing is started until the next month. */
  readonly hardStop: boolean
}

export interface Usage {
  readonly rows: readonly UsageRow[]
  /** Null where administrators have set none. */
  readonly price: UsagePrice | null
  readonly budget: UsageBudget | null
  /** Since the month began. */
  readonly hoursThisMonth: number
}

export const BudgetInput = z.object({
  teamId: TeamId.nullable().default(null),
  /** Null: none. */
  budget: z.object({ hours: z.number().int().min(1).max(1_000_000), hardStop: z.boolean().default(false) }).nullable(),
})
export type BudgetInput = z.infer<typeof BudgetInput>

export interface UsagePort {
  /** Of one's own workspaces. */
  mine(actor: UserActor, span: UsageSpan): Promise<Usage>
  /** @throws `team_not_found`, `forbidden`. */
  ofTeam(actor: UserActor, teamId: TeamId, span: UsageSpan): Promise<Usage>
  /** One's own, or a team's. @throws `team_not_found`, `forbidden`. */
  setBudget(actor: UserActor, input: BudgetInput): Promise<void>
  /** Everybody's. */
  all(span: UsageSpan): Promise<Pick<Usage, 'rows' | 'price'>>
  /** Null: none. */
  setPrice(actor: Administrator, price: UsagePrice | null): Promise<void>
}
