import type {
  Administrator,
  BudgetInput,
  TeamId,
  Usage as UsageView,
  UsagePort,
  UsagePrice,
  UsageSpan,
  UserActor,
} from '@arcx/router'
import { requireMay } from '../authorization/checks.ts'
import type { ActorWithTeams } from '../authorization/checks.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { monthOf } from './budgets.ts'
import type { UsageOwner, UsageStore } from './store.ts'

export interface UsageDependencies {
  readonly store: UsageStore
  readonly unitOfWork: UnitOfWork
  teamsOf(userId: string): Promise<ActorWithTeams['teams']>
}

/** What people, teams and administrators see of what is used. */
export class Usage implements UsagePort {
  readonly #dependencies: UsageDependencies

  constructor(dependencies: UsageDependencies) {
    this.#dependencies = dependencies
  }

  mine({ userId }: UserActor, span: UsageSpan): Promise<UsageView> {
    return this.#of({ personId: userId }, span)
  }

  async ofTeam(actor: UserActor, teamId: TeamId, span: UsageSpan): Promise<UsageView> {
    await this.#requireTeam(actor, teamId, 'usage.see')
    return this.#of({ teamId }, span)
  }

  async setBudget(actor: UserActor, { teamId, budget }: BudgetInput): Promise<void> {
    const { store, unitOfWork } = this.#dependencies
    if (teamId !== null) await this.#requireTeam(actor, teamId, 'usage.budget')
    const [owner, target] =
      teamId === null
        ? ([{ personId: actor.userId }, { kind: 'user', id: actor.userId }] as const)
        : ([{ teamId }, { kind: 'team', id: teamId }] as const)
    await unitOfWork(actor, async (unit) => {
      await store.setBudget(unit, owner, budget)
      const name = budget === null ? 'none' : `${budget.hours} hours${budget.hardStop ? ', then stop' : ''}`
      unit.record({ action: 'usage.budget', target: { ...target, name } })
    })
  }

  async all(span: UsageSpan): Promise<Pick<UsageView, 'rows' | 'price'>> {
    const { store } = this.#dependencies
    const [rows, price] = await Promise.all([store.rows(null, span), store.price()])
    return { rows, price }
  }

  async setPrice(actor: Administrator, price: UsagePrice | null): Promise<void> {
    const { store, unitOfWork } = this.#dependencies
    await unitOfWork(actor, async (unit) => {
      await store.setPrice(unit, price)
      const name = price === null ? 'none' : `${price.centsPerHour} cents of ${price.currency} an hour`
      unit.record({ action: 'usage.price', target: { kind: 'usage', name } })
    })
  }

  async #of(owner: UsageOwner, span: UsageSpan): Promise<UsageView> {
    const { store } = this.#dependencies
    const [rows, price, budget, hoursThisMonth] = await Promise.all([
      store.rows(owner, span),
      store.price(),
      store.budget(owner),
      store.hoursSince(owner, monthOf(new Date())),
    ])
    return { rows, price, budget, hoursThisMonth }
  }

  async #requireTeam(actor: UserActor, teamId: TeamId, operation: 'usage.see' | 'usage.budget'): Promise<void> {
    const teams = await this.#dependencies.teamsOf(actor.userId)
    requireMay({ ...actor, teams }, operation, { kind: 'team', teamId })
  }
}
