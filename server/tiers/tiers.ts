import { TeamId, errors } from '@arcx/router'
import type { Administrator, Tier, TierLimits, TieredTeam, TiersPort, UserId } from '@arcx/router'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { TierSource, TierStore } from './store.ts'

export type TierOwner = { readonly userId: UserId } | { readonly teamId: TeamId }

/** Plans: what each holds, which administrators change, and who has which. */
export class Tiers implements TiersPort {
  readonly #store: TierStore
  readonly #unitOfWork: UnitOfWork

  constructor(store: TierStore, unitOfWork: UnitOfWork) {
    this.#store = store
    this.#unitOfWork = unitOfWork
  }

  list(): Promise<readonly TierLimits[]> {
    return this.#store.limits()
  }

  async update(actor: Administrator, limits: TierLimits): Promise<void> {
    await this.#unitOfWork(actor, async (unit) => {
      await this.#store.setLimits(unit, limits)
      const { tier, workspaces, members } = limits
      const name = `${tier}: ${workspaces} workspaces, ${members} members`
      unit.record({ action: 'tier.update', target: { kind: 'tier', id: tier, name } })
    })
  }

  async teams(search: string): Promise<readonly TieredTeam[]> {
    return (await this.#store.teams(search)).map((row) => ({ ...row, id: TeamId.parse(row.id) }))
  }

  async setTierOfTeam(actor: Administrator, teamId: TeamId, tier: Tier | null): Promise<void> {
    await this.#unitOfWork(actor, (unit) => this.give(unit, { teamId }, 'granted', tier))
  }

  /**
   * Gives somebody a plan, within a unit; what an administrator gave and what is paid for stand beside each other, and the
   * higher one holds. Whether another one holds now. @throws `user_not_found`, `team_not_found`.
   */
  async give(unit: Unit, owner: TierOwner, source: TierSource, tier: Tier | null): Promise<boolean> {
    if ('userId' in owner) {
      const { userId } = owner
      const changed = await this.#store.setTierOfPerson(unit, userId, source, tier)
      if (changed === undefined) throw errors.userNotFound()
      const isOther = changed.tier !== changed.before
      if (source === 'granted' || isOther) {
        unit.emit({ type: 'identity.account-changed', userId })
        const action = `user.tier-${source === 'granted' ? (tier ?? 'free') : changed.tier}`
        unit.record({ action, target: { kind: 'user', id: userId, name: changed.login } })
      }
      return isOther
    }
    const { teamId } = owner
    const changed = await this.#store.setTierOfTeam(unit, teamId, source, tier)
    if (changed === undefined) throw errors.teamNotFound()
    const isOther = changed.tier !== changed.before
    if (source === 'granted' || isOther) {
      unit.emit({ type: 'teams.changed', teamId, userIds: [] })
      const action = `team.tier-${(source === 'granted' ? tier : changed.tier) ?? 'none'}`
      unit.record({ action, target: { kind: 'team', id: teamId, name: changed.name } })
    }
    return isOther
  }

  /** What a plan holds, as it stands within the unit. */
  limitsOf(unit: Unit, tier: Tier): Promise<TierLimits> {
    return this.#store.limitsOf(unit, tier)
  }

  /** How many may be in a team. */
  async mostMembers(unit: Unit, teamId: TeamId): Promise<number> {
    return (await this.#store.limitsOf(unit, await this.#store.tierOfTeam(unit, teamId))).members
  }
}
