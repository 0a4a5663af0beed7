import { errors } from '@arcx/router'
import type { TeamId, Tier, TierLimits, UserActor } from '@arcx/router'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import type { QuotaHolder, WorkspaceRow, WorkspaceStore } from './store.ts'

/** @throws `budget_spent`. */
export type RequireBudget = (
  unit: Unit,
  owner: { readonly ownerId: string | null; readonly teamId: string | null },
) => Promise<void>
export type LimitsOf = (unit: Unit, tier: Tier) => Promise<TierLimits>

/**
 * How many workspaces a plan holds. They count for their owner, or for their team's owner, unless the team has a plan of its
 * own. Each check locks the person or team first, so that two at once cannot both take the last place.
 */
export class WorkspaceQuota {
  readonly #store: WorkspaceStore
  readonly #limitsOf: LimitsOf
  readonly #requireBudget: RequireBudget

  constructor(store: WorkspaceStore, limitsOf: LimitsOf, requireBudget: RequireBudget = async () => undefined) {
    this.#store = store
    this.#limitsOf = limitsOf
    this.#requireBudget = requireBudget
  }

  /** For one more. @throws `workspace_limit_reached`, `budget_spent`, `team_not_found`, `signed_out`. */
  async requirePlace(unit: Unit, actor: UserActor, teamId: TeamId | null): Promise<void> {
    const { holder, tier, login, status } = await this.#holderOf(unit, actor.userId, teamId)
    if (teamId === null && status !== 'active') throw errors.signedOut()
    await this.#requireBudget(unit, { ownerId: actor.userId, teamId })
    const { workspaces: limit } = await this.#limitsOf(unit, tier)
    if ((await this.#store.countTowards(unit, holder)) < limit) return
    if ('teamId' in holder) throw errors.planLimitReached(limit, tier)
    throw holder.userId === actor.userId
      ? errors.workspaceLimitReached(limit, tier)
      : errors.teamLimitReached(limit, login, tier)
  }

  /**
   * For a start: where there are more than the plan holds, as it was lowered, no more than it holds run at once.
   * @throws `running_limit_reached`, `budget_spent`.
   */
  async requireStart(unit: Unit, row: Pick<WorkspaceRow, 'id' | 'ownerId' | 'teamId'>): Promise<void> {
    const { holder, tier } = await this.#holderOf(unit, row.ownerId, row.teamId)
    await this.#requireBudget(unit, row)
    const { workspaces: limit } = await this.#limitsOf(unit, tier)
    if ((await this.#store.countTowards(unit, holder, { awakeBesides: row.id })) >= limit)
      throw errors.runningLimitReached(limit, tier)
  }

  /** For whom somebody's workspaces count, and how many may run; null where they have gone. */
  async limitFor(
    unit: Unit,
    owner: QuotaHolder,
  ): Promise<{ readonly holder: QuotaHolder; readonly limit: number } | null> {
    const [ownerId, teamId] = 'teamId' in owner ? [null, owner.teamId] : [owner.userId, null]
    if (teamId !== null && (await this.#store.ownerOf(unit, teamId)) === null) return null
    const { holder, tier } = await this.#holderOf(unit, ownerId, teamId)
    return { holder, limit: (await this.#limitsOf(unit, tier)).workspaces }
  }

  async #holderOf(
    unit: Unit,
    ownerId: string | null,
    teamId: string | null,
  ): Promise<{ readonly holder: QuotaHolder; readonly tier: Tier; readonly login: string; readonly status: string }> {
    const userId = teamId === null ? ownerId : await this.#store.ownerOf(unit, teamId)
    if (userId === null) throw errors.teamNotFound()
    const person = await this.#store.lockQuotaOwner(unit, userId)
    if (teamId === null) return { ...person, holder: { userId } }
    const team = await this.#store.holdTeam(unit, teamId)
    if (team === null) throw errors.teamNotFound()
    return team.tier === null ? { ...person, holder: { userId } } : { ...person, tier: team.tier, holder: { teamId } }
  }
}
