import type { Jobs } from '../jobs/jobs.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { TierOwner, Tiers } from '../tiers/tiers.ts'
import { newCause, reconcileCustomer, service, stopExcess } from './jobs.ts'
import type { NoticeBilling } from './notice.ts'
import { graceEnd, isLive, standingOf } from './standing.ts'
import { ownerOf } from './store.ts'
import type { BillingStore } from './store.ts'
import type { StripeClient } from './stripe.ts'

/** Others may store something in between so often; a job that meets more begins again. */
const tries = 20

export interface ReconciliationDependencies {
  readonly store: BillingStore
  readonly stripe: StripeClient
  readonly unitOfWork: UnitOfWork
  readonly jobs: Jobs
  readonly tiers: Pick<Tiers, 'give'>
  readonly graceDays: number
  readonly notice: NoticeBilling
  now(): Date
  /** Stops what somebody's plan does not hold any more. */
  stopExcess(owner: TierOwner): Promise<void>
}

/**
 * Makes plans what Stripe says. No event's contents are ever taken over: one names the customer to ask for, and what is
 * stored is what Stripe answers then. So it is the same in which order, how often and whether events come.
 */
export class Reconciliation {
  readonly #dependencies: ReconciliationDependencies

  constructor(dependencies: ReconciliationDependencies) {
    this.#dependencies = dependencies
    const { jobs, store } = dependencies
    jobs.handle(reconcileCustomer, ({ customerId }) => this.run(customerId))
    jobs.handle(stopExcess, async ({ customerId }) => {
      const customer = await store.byId(customerId)
      if (customer !== null) await dependencies.stopExcess(ownerOf(customer))
    })
  }

  /** Does nothing for one who is no customer here. */
  async queueFor(stripeId: string, cause: string): Promise<void> {
    const { store, unitOfWork } = this.#dependencies
    const customer = await store.byStripeId(stripeId)
    if (customer !== null) await unitOfWork(service, (unit) => this.queue(unit, customer.id, cause))
  }

  queue(unit: Unit, customerId: string, cause: string): Promise<void> {
    return this.#dependencies.jobs.enqueue(unit, reconcileCustomer, { customerId, cause })
  }

  /** @throws `stripe_unavailable`. */
  async run(customerId: string): Promise<void> {
    for (let tried = 0; tried < tries; tried += 1) if (await this.#try(customerId)) return
    throw new Error('The customer was changed by others again and again.')
  }

  /** Whether it is stored; not where another has stored something since before Stripe was asked, which may be newer. */
  async #try(customerId: string): Promise<boolean> {
    const { store, stripe, unitOfWork, jobs, tiers, graceDays, notice } = this.#dependencies
    const version = await store.versionOf(customerId)
    const customer = await store.byId(customerId)
    if (customer === null || version === null || customer.stripeId === null) return true
    const subscriptions = await stripe.subscriptionsOf(customer.stripeId)
    const owner = ownerOf(customer)
    const facts = await store.factsOf(owner)
    if (facts === null) for (const { id } of subscriptions.filter(isLive)) await stripe.cancel(id)
    const { subscription, plan } = standingOf(subscriptions, this.#dependencies.now(), graceDays)
    return unitOfWork(service, async (unit) => {
      if (!(await store.holdAt(unit, customerId, version))) return false
      await store.note(unit, customerId, subscription)
      // Once nothing of it is left at Stripe, nothing is asked there any more.
      if (facts === null && !subscriptions.some(isLive)) await store.forget(unit, customerId)
      if (facts === null) return true
      if (subscriptions.some(({ trialEndsAt }) => trialEndsAt !== null)) await store.noteTrial(unit, facts.trialKey)
      const isOther = await tiers.give(unit, owner, 'paid', plan)
      const unpaidSince = subscription?.unpaidSince ?? null
      if (unpaidSince !== null && (customer.unpaidSince === null || (isOther && plan === null))) {
        const endsAt = graceEnd(unpaidSince, graceDays)
        const teamName = 'teamId' in owner ? facts.name : null
        await notice(unit, { what: plan === null ? 'ended' : 'unpaid', email: facts.email, teamName, endsAt })
      }
      if (isOther) await jobs.enqueue(unit, stopExcess, { customerId, cause: newCause('plan') })
      if (plan !== null && 'userId' in owner && (await store.letIn(unit, owner.userId))) {
        unit.emit({ type: 'identity.account-changed', userId: owner.userId })
        unit.record({ action: 'user.paid', target: { kind: 'user', id: owner.userId, name: facts.name } })
      }
      return true
    })
  }
}
