import { z } from 'zod'
import type { TeamId } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import type { ActorWithTeams } from '../authorization/checks.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { TierOwner, Tiers } from '../tiers/tiers.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { Billing } from './billing.ts'
import { endGrace, newCause, repairAll, service } from './jobs.ts'
import type { NoticeBilling } from './notice.ts'
import { Reconciliation } from './reconciliation.ts'
import { Seats } from './seats.ts'
import type { BillingSettings } from './settings.ts'
import { BillingStore, ownerOf } from './store.ts'
import { StripeClient } from './stripe.ts'

/** Stripe's events after which a customer's subscriptions may be others than before. */
export const billingEvents = [
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'customer.deleted',
  'customer.subscription.created',
  'customer.subscription.updated',
  'customer.subscription.deleted',
  'customer.subscription.paused',
  'customer.subscription.resumed',
  'customer.subscription.trial_will_end',
  'invoice.paid',
  'invoice.payment_failed',
  'invoice.payment_action_required',
  'invoice.marked_uncollectible',
  'invoice.voided',
] as const

/** All that is read of an event: which it is, and which customer it is about. */
const AboutCustomer = z.object({
  id: z.string().min(1),
  data: z.object({
    object: z.union([
      z.object({ object: z.literal('customer'), id: z.string() }).transform(({ id }) => id),
      z.object({ customer: z.string() }).transform(({ customer }) => customer),
      z.unknown().transform(() => null),
    ]),
  }),
})

export interface BillingModuleDependencies {
  readonly database: Database
  readonly unitOfWork: UnitOfWork
  readonly jobs: Jobs
  readonly webhooks: Pick<Webhooks, 'on'>
  readonly tiers: Pick<Tiers, 'give'>
  readonly settings: BillingSettings | null
  readonly publicOrigin: string
  readonly notice: NoticeBilling
  teamsOf(userId: string): Promise<ActorWithTeams['teams']>
  now?(): Date
  /** Stops what somebody's plan does not hold any more. */
  stopExcess(owner: TierOwner): Promise<void>
}

export interface BillingModule {
  readonly billing: Billing
  /** Within the unit in which a team's members change. */
  membersChanged(unit: Unit, teamId: TeamId): Promise<void>
  /** Asks Stripe about everybody, and counts every team's seats: whatever event or change was lost. It is done daily. */
  repair(): Promise<void>
}

/** Before jobs are started. */
export function openBilling(dependencies: BillingModuleDependencies): BillingModule {
  const { settings, jobs, webhooks, unitOfWork, tiers, publicOrigin } = dependencies
  const store = new BillingStore(dependencies.database)
  const teamsOf = (userId: string) => dependencies.teamsOf(userId)
  if (settings === null)
    return {
      billing: new Billing({ store, unitOfWork, publicOrigin, teamsOf, configured: null }),
      membersChanged: async () => undefined,
      repair: async () => undefined,
    }
  const stripe = new StripeClient(settings)
  const reconciliation = new Reconciliation({
    store,
    stripe,
    unitOfWork,
    jobs,
    tiers,
    graceDays: settings.graceDays,
    notice: dependencies.notice,
    now: dependencies.now ?? (() => new Date()),
    stopExcess: (owner) => dependencies.stopExcess(owner),
  })
  const seats = new Seats({ store, stripe, jobs })
  for (const event of billingEvents)
    webhooks.on('stripe', event, async (payload) => {
      const { id, data } = AboutCustomer.parse(payload)
      if (data.object !== null) await reconciliation.queueFor(data.object, id)
    })
  const repair = async () => {
    for (const id of await store.idsOf('all'))
      await unitOfWork(service, async (unit) => {
        await reconciliation.queue(unit, id, newCause('daily'))
        const customer = await store.byId(id)
        const owner = customer === null ? null : ownerOf(customer)
        if (owner !== null && 'teamId' in owner) await seats.queue(unit, owner.teamId)
      })
  }
  jobs.repeat('41 3 * * *', repairAll, repair)
  jobs.repeat('11 * * * *', endGrace, async () => {
    for (const id of await store.idsOf('unpaid'))
      await unitOfWork(service, (unit) => reconciliation.queue(unit, id, newCause('grace')))
  })
  return {
    billing: new Billing({
      store,
      unitOfWork,
      publicOrigin,
      teamsOf,
      configured: { stripe, reconciliation, settings },
    }),
    membersChanged: (unit, teamId) => seats.queue(unit, teamId),
    repair,
  }
}
