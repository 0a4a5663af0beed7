import { z } from 'zod'
import type { UserActor } from '../actor.ts'
import { TeamId } from '../ids.ts'

/** What can be subscribed. */
export const PaidPlan = z.enum(['pro', 'team'])
export type PaidPlan = z.infer<typeof PaidPlan>

/** One's own, or a team's. */
export const BillingOwnerInput = z.object({ teamId: TeamId.nullable().default(null) })
export type BillingOwner = z.infer<typeof BillingOwnerInput>

export interface SubscriptionView {
  readonly plan: PaidPlan | null
  /** `unpaid`: a payment is missing, and the plan holds until `endsAt`; `ended`: it is over. */
  readonly state: 'active' | 'trial' | 'unpaid' | 'incomplete' | 'ended'
  readonly seats: number
  /** When it is renewed, or ends where `endsAt` says so too. */
  readonly periodEndsAt: string | null
  /** When the plan ends, by cancellation or as a payment is missing. */
  readonly endsAt: string | null
}

export interface BillingView {
  /** What can be subscribed here: a person takes pro, a team the plan for teams. */
  readonly plans: readonly PaidPlan[]
  /** Days of a trial that is there to be had; null where it was had, or there is none. */
  readonly trialDays: number | null
  readonly seats: number
  /** Null where there has never been one. */
  readonly subscription: SubscriptionView | null
}

export interface InvoiceView {
  readonly id: string
  readonly number: string | null
  readonly status: string
  /** In the currency's smallest unit, with tax. */
  readonly total: number
  readonly currency: string
  readonly createdAt: string
  /** At Stripe; where it is shown, and paid. */
  readonly url: string | null
}

export interface BillingCustomerView {
  readonly ownerKind: 'person' | 'team'
  readonly ownerId: string
  /** Null where they have gone. */
  readonly name: string | null
  readonly subscription: SubscriptionView | null
  /** When Stripe was last asked. */
  readonly reconciledAt: string | null
}

export interface BillingPort {
  /** Null where Stripe is not configured. @throws `team_not_found`, `forbidden`. */
  view(actor: UserActor, owner: BillingOwner): Promise<BillingView | null>
  /** Where Stripe takes the payment. @throws `billing_off`, `subscribed_already`, `stripe_unavailable`. */
  checkout(actor: UserActor, owner: BillingOwner, plan: PaidPlan): Promise<{ readonly url: string }>
  /** Where Stripe lets one change or end the subscription. @throws `billing_off`, `not_a_customer`, `stripe_unavailable`. */
  portal(actor: UserActor, owner: BillingOwner): Promise<{ readonly url: string }>
  /** The latest 24. @throws `billing_off`, `stripe_unavailable`. */
  invoices(actor: UserActor, owner: BillingOwner): Promise<readonly InvoiceView[]>
  /** Asks Stripe now. @throws `billing_off`, `stripe_unavailable`. */
  refresh(actor: UserActor, owner: BillingOwner): Promise<BillingView>
  /** Everybody, for administrators; null where Stripe is not configured. */
  customers(): Promise<readonly BillingCustomerView[] | null>
}
