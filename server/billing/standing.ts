import type { PaidPlan, SubscriptionView } from '@arcx/router'

/** A subscription, as Stripe has it now. */
export interface SubscriptionFacts {
  readonly id: string
  readonly status: string
  /** Null where its price is none of ours. */
  readonly plan: PaidPlan | null
  readonly itemId: string
  readonly seats: number
  readonly createdAt: Date
  readonly periodEndsAt: Date
  readonly trialEndsAt: Date | null
  readonly cancelsAt: Date | null
  /** Since when the eldest of its invoices has been open; null where none is. */
  readonly unpaidSince: Date | null
}

/** What follows from it. */
export interface Standing {
  readonly subscription: SubscriptionFacts | null
  /** What is paid for now; null: nothing. */
  readonly plan: PaidPlan | null
}

const dayMs = 24 * 3600 * 1000
const current: ReadonlySet<string> = new Set(['active', 'trialing'])
const missing: ReadonlySet<string> = new Set(['past_due', 'unpaid'])

export const graceEnd = (unpaidSince: Date, graceDays: number): Date =>
  new Date(unpaidSince.getTime() + graceDays * dayMs)

/** Whether it gives its plan: paid, tried, or unpaid for less than the grace. */
function holds({ status, plan, unpaidSince }: SubscriptionFacts, now: Date, graceDays: number): boolean {
  if (plan === null) return false
  if (current.has(status)) return true
  return missing.has(status) && unpaidSince !== null && now < graceEnd(unpaidSince, graceDays)
}

/**
 * Of all of a customer's subscriptions the one that counts, and what it gives. It is worked out from what Stripe has now, and
 * from nothing that was known before, so that it is the same whatever events came, in which order, and how often.
 */
export function standingOf(subscriptions: readonly SubscriptionFacts[], now: Date, graceDays: number): Standing {
  const rank = (each: SubscriptionFacts): number =>
    holds(each, now, graceDays)
      ? each.plan === 'team'
        ? 4
        : 3
      : missing.has(each.status)
        ? 2
        : each.plan === null
          ? 0
          : 1
  const [first] = subscriptions.toSorted(
    (a, b) => rank(b) - rank(a) || b.createdAt.getTime() - a.createdAt.getTime() || a.id.localeCompare(b.id),
  )
  if (first === undefined) return { subscription: null, plan: null }
  return { subscription: first, plan: holds(first, now, graceDays) ? first.plan : null }
}

/** It can still be paid, or go on: another one beside it would be paid twice. */
export const isLive = ({ status }: Pick<SubscriptionFacts, 'status'>): boolean =>
  current.has(status) || missing.has(status) || status === 'paused'

export function stateOf(status: string): SubscriptionView['state'] {
  if (status === 'trialing') return 'trial'
  if (status === 'active') return 'active'
  if (missing.has(status)) return 'unpaid'
  return status === 'incomplete' ? 'incomplete' : 'ended'
}
