import { errors } from '@arcx/router'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { NoticeBudget } from './notice.ts'
import { service } from './sampling.ts'
import type { BudgetRow, UsageOwner, UsageStore } from './store.ts'

const shares = [100, 80] as const

/** The month's first day, in UTC. */
export const monthOf = (now: Date): string => `${now.toISOString().slice(0, 7)}-01`

export interface BudgetsDependencies {
  readonly store: UsageStore
  readonly unitOfWork: UnitOfWork
  readonly notice: NoticeBudget
}

/** How many hours awake people and teams may have in a month. */
export class Budgets {
  readonly #dependencies: BudgetsDependencies

  constructor(dependencies: BudgetsDependencies) {
    this.#dependencies = dependencies
  }

  /** For a start. @throws `budget_spent`. */
  async require(unit: Unit, { ownerId, teamId }: { readonly ownerId: string | null; readonly teamId: string | null }) {
    const owner = teamId !== null ? { teamId } : ownerId !== null ? { personId: ownerId } : null
    if (owner === null) return
    const { store } = this.#dependencies
    const budget = await store.budget(owner, unit)
    if (budget?.hardStop !== true) return
    if ((await store.hoursSince(owner, monthOf(new Date()), unit)) >= budget.hours)
      throw errors.budgetSpent(budget.hours)
  }

  /** Tells of those of which 80 % and all are used up, once a month each, and stops what runs where that was asked for. */
  async check(stopAll: (owner: UsageOwner) => Promise<void>): Promise<void> {
    const { store } = this.#dependencies
    const faults: unknown[] = []
    // One that cannot be told or stopped must not keep the others running.
    for (const budget of await store.budgets())
      await this.#checkOne(budget, stopAll).catch((error: unknown) => faults.push(error))
    if (faults.length > 0) throw new AggregateError(faults, `${faults.length} budgets could not be checked.`)
  }

  async #checkOne({ owner, hours, hardStop }: BudgetRow, stopAll: (owner: UsageOwner) => Promise<void>): Promise<void> {
    const { store, unitOfWork, notice } = this.#dependencies
    const month = monthOf(new Date())
    const percent = ((await store.hoursSince(owner, month)) / hours) * 100
    const share = shares.find((each) => percent >= each)
    if (share === undefined) return
    await unitOfWork(service, async (unit) => {
      if (!(await store.alert(unit, owner, month, share))) return
      const [kind, id] = 'teamId' in owner ? ['team', owner.teamId] : ['user', owner.personId]
      unit.record({ action: `usage.budget-${share}`, target: { kind, id, name: `${hours} hours` } })
      await notice(unit, { owner, percent: share, hours, hardStop, ...(await store.contactOf(unit, owner)) })
    })
    if (share === 100 && hardStop) await stopAll(owner)
  }
}
