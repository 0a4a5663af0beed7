import type { TeamId } from '@arcx/router'
import type { Jobs } from '../jobs/jobs.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'
import { countSeats, newCause } from './jobs.ts'
import { isLive } from './standing.ts'
import type { BillingStore } from './store.ts'
import type { StripeClient } from './stripe.ts'

const tries = 20

export interface SeatsDependencies {
  readonly store: BillingStore
  readonly stripe: StripeClient
  readonly jobs: Jobs
}

/**
 * Tells Stripe how many seats a team takes, after each change of its members. Nothing that comes from Stripe leads here, so
 * that the event of such a change cannot cause the next one.
 */
export class Seats {
  readonly #dependencies: SeatsDependencies

  constructor(dependencies: SeatsDependencies) {
    this.#dependencies = dependencies
    dependencies.jobs.handle(countSeats, ({ teamId }) => this.run(teamId))
  }

  queue(unit: Unit, teamId: TeamId): Promise<void> {
    return this.#dependencies.jobs.enqueue(unit, countSeats, { teamId, cause: newCause('members') })
  }

  /** Counts again once it has told Stripe: another one may have counted later and told it sooner. @throws `stripe_unavailable`. */
  async run(teamId: TeamId): Promise<void> {
    const { store, stripe } = this.#dependencies
    const customer = await store.of({ teamId })
    if (customer === null || customer.stripeId === null) return
    for (let tried = 0; tried < tries; tried += 1) {
      const subscription = (await stripe.subscriptionsOf(customer.stripeId)).find(
        (each) => isLive(each) && each.plan !== null,
      )
      const facts = await store.factsOf({ teamId })
      if (subscription === undefined || subscription.seats === facts?.seats) return
      // The team has gone.
      if (facts === null) return stripe.cancel(subscription.id)
      await stripe.setSeats(subscription, facts.seats)
    }
    throw new Error('The members changed again and again.')
  }
}
