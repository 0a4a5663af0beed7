import { errors } from '@arcx/router'
import type {
  BillingCustomerView,
  BillingOwner,
  BillingPort,
  BillingView,
  InvoiceView,
  PaidPlan,
  SubscriptionView,
  UserActor,
} from '@arcx/router'
import { requireMay } from '../authorization/checks.ts'
import type { ActorWithTeams } from '../authorization/checks.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { TierOwner } from '../tiers/tiers.ts'
import type { Reconciliation } from './reconciliation.ts'
import type { BillingSettings } from './settings.ts'
import { graceEnd, isLive, stateOf } from './standing.ts'
import { ownerOf } from './store.ts'
import type { BillingStore, CustomerRow, OwnerFacts } from './store.ts'
import type { StripeClient } from './stripe.ts'

export interface BillingDependencies {
  readonly store: BillingStore
  readonly unitOfWork: UnitOfWork
  readonly publicOrigin: string
  teamsOf(userId: string): Promise<ActorWithTeams['teams']>
  /** Null where Stripe is not configured. */
  readonly configured: {
    readonly stripe: StripeClient
    readonly reconciliation: Reconciliation
    readonly settings: BillingSettings
  } | null
}

type Configured = NonNullable<BillingDependencies['configured']>

/** What people and teams pay for, and where they do. */
export class Billing implements BillingPort {
  readonly #dependencies: BillingDependencies

  constructor(dependencies: BillingDependencies) {
    this.#dependencies = dependencies
  }

  async view(actor: UserActor, whose: BillingOwner): Promise<BillingView | null> {
    const owner = await this.#require(actor, whose, 'billing.see')
    return this.#dependencies.configured === null ? null : this.#viewOf(owner)
  }

  async checkout(actor: UserActor, whose: BillingOwner, plan: PaidPlan): Promise<{ readonly url: string }> {
    const { store, unitOfWork } = this.#dependencies
    const owner = await this.#require(actor, whose, 'billing.order')
    const { stripe, settings } = this.#configured()
    if (!plansOf(owner).includes(plan)) throw errors.planNotOffered(plan)
    const facts = await this.#factsOf(owner)
    const customer = await unitOfWork(actor, (unit) => store.findOrAdd(unit, owner))
    const customerId = customer.stripeId ?? (await this.#makeCustomer(actor, customer, facts))
    if ((await stripe.subscriptionsOf(customerId)).some(isLive)) throw errors.subscribedAlready()
    const trialDays = (await store.hadTrial(facts.trialKey)) ? 0 : settings.trialDays
    const returnUrl = await this.#returnUrl(actor, owner, facts)
    const url = await stripe.openCheckout({ customerId, plan, seats: facts.seats, trialDays, returnUrl })
    await this.#record(actor, owner, facts, 'billing.checkout')
    return { url }
  }

  async portal(actor: UserActor, whose: BillingOwner): Promise<{ readonly url: string }> {
    const owner = await this.#require(actor, whose, 'billing.order')
    const { stripe } = this.#configured()
    const facts = await this.#factsOf(owner)
    const customer = await this.#dependencies.store.of(owner)
    if (customer === null || customer.stripeId === null) throw errors.notACustomer()
    const url = await stripe.openPortal(customer.stripeId, await this.#returnUrl(actor, owner, facts))
    await this.#record(actor, owner, facts, 'billing.portal')
    return { url }
  }

  async invoices(actor: UserActor, whose: BillingOwner): Promise<readonly InvoiceView[]> {
    const owner = await this.#require(actor, whose, 'billing.see')
    const { stripe } = this.#configured()
    const customer = await this.#dependencies.store.of(owner)
    return customer === null || customer.stripeId === null ? [] : stripe.invoicesOf(customer.stripeId)
  }

  async refresh(actor: UserActor, whose: BillingOwner): Promise<BillingView> {
    const owner = await this.#require(actor, whose, 'billing.see')
    const { reconciliation } = this.#configured()
    const customer = await this.#dependencies.store.of(owner)
    if (customer !== null) await reconciliation.run(customer.id)
    return this.#viewOf(owner)
  }

  async customers(): Promise<readonly BillingCustomerView[] | null> {
    const { configured, store } = this.#dependencies
    if (configured === null) return null
    return Promise.all(
      (await store.all()).map(async (row) => ({
        ownerKind: row.ownerKind,
        ownerId: row.ownerId,
        name: (await store.factsOf(ownerOf(row)))?.name ?? null,
        subscription: subscriptionOf(row, configured.settings.graceDays),
        reconciledAt: row.reconciledAt?.toISOString() ?? null,
      })),
    )
  }

  async #require(
    actor: UserActor,
    { teamId }: BillingOwner,
    operation: 'billing.see' | 'billing.order',
  ): Promise<TierOwner> {
    if (teamId === null) return { userId: actor.userId }
    const teams = await this.#dependencies.teamsOf(actor.userId)
    requireMay({ ...actor, teams }, operation, { kind: 'team', teamId })
    return { teamId }
  }

  #configured(): Configured {
    const { configured } = this.#dependencies
    if (configured === null) throw errors.billingOff()
    return configured
  }

  async #factsOf(owner: TierOwner): Promise<OwnerFacts> {
    const facts = await this.#dependencies.store.factsOf(owner)
    if (facts === null) throw 'teamId' in owner ? errors.teamNotFound() : errors.userNotFound()
    return facts
  }

  async #makeCustomer(actor: UserActor, { id }: CustomerRow, { name, email }: OwnerFacts): Promise<string> {
    const { store, unitOfWork } = this.#dependencies
    const stripeId = await this.#configured().stripe.createCustomer(id, name, email)
    await unitOfWork(actor, (unit) => store.setStripeId(unit, id, stripeId))
    return stripeId
  }

  async #returnUrl(actor: UserActor, owner: TierOwner, { name }: OwnerFacts): Promise<string> {
    const { publicOrigin } = this.#dependencies
    if ('teamId' in owner) return `${publicOrigin}/teams/${encodeURIComponent(name)}`
    return `${publicOrigin}/${actor.status === 'active' ? 'settings' : 'waiting'}`
  }

  async #record(actor: UserActor, owner: TierOwner, { name }: OwnerFacts, action: string): Promise<void> {
    const target =
      'teamId' in owner ? { kind: 'team', id: owner.teamId, name } : { kind: 'user', id: owner.userId, name }
    await this.#dependencies.unitOfWork(actor, async (unit) => unit.record({ action, target }))
  }

  async #viewOf(owner: TierOwner): Promise<BillingView> {
    const { store } = this.#dependencies
    const { settings } = this.#configured()
    const [customer, facts] = await Promise.all([store.of(owner), this.#factsOf(owner)])
    const hadTrial = settings.trialDays === 0 || (await store.hadTrial(facts.trialKey))
    return {
      plans: plansOf(owner),
      trialDays: hadTrial ? null : settings.trialDays,
      seats: facts.seats,
      subscription: customer === null ? null : subscriptionOf(customer, settings.graceDays),
    }
  }
}

const plansOf = (owner: TierOwner): readonly PaidPlan[] => ('teamId' in owner ? ['team'] : ['pro'])

function subscriptionOf(row: CustomerRow, graceDays: number): SubscriptionView | null {
  if (row.status === null) return null
  const endsAt = row.unpaidSince === null ? row.cancelsAt : graceEnd(row.unpaidSince, graceDays)
  return {
    plan: row.plan,
    state: stateOf(row.status),
    seats: row.seats ?? 0,
    periodEndsAt: row.periodEndsAt?.toISOString() ?? null,
    endsAt: endsAt?.toISOString() ?? null,
  }
}
