import { createHash } from 'node:crypto'
import { Stripe } from 'stripe'
import { errors } from '@arcx/router'
import type { InvoiceView, PaidPlan } from '@arcx/router'
import type { BillingSettings } from './settings.ts'
import type { SubscriptionFacts } from './standing.ts'

/** Pinned: an account's own version may change, and with it what everything here reads. */
const apiVersion = '2026-10-28.endive'
const timeoutMs = 8000
const retries = 1
const mostInvoices = 24
const mostSubscriptions = 100
const mostSessions = 100

export interface CheckoutOrder {
  readonly customerId: string
  readonly plan: PaidPlan
  readonly seats: number
  /** 0: none. */
  readonly trialDays: number
  readonly returnUrl: string
}

/** All that is asked of Stripe. */
export class StripeClient {
  readonly #stripe: Stripe
  readonly #settings: BillingSettings

  constructor(settings: BillingSettings) {
    this.#settings = settings
    const { protocol, hostname, port } = new URL(settings.apiUrl)
    this.#stripe = new Stripe(settings.secretKey, {
      apiVersion,
      timeout: timeoutMs,
      maxNetworkRetries: retries,
      telemetry: false,
      host: hostname,
      protocol: protocol === 'http:' ? 'http' : 'https',
      ...(port === '' ? {} : { port }),
    })
  }

  /** `owner`: which customer of ours it is; asked again it is the same one. */
  async createCustomer(owner: string, name: string, email: string | null): Promise<string> {
    const customer = await attempt(() =>
      this.#stripe.customers.create(
        { name, ...(email === null ? {} : { email }), metadata: { arcx: owner } },
        { idempotencyKey: keyOf('customer', owner, name, email ?? '') },
      ),
    )
    return customer.id
  }

  /** None of a customer that was deleted at Stripe. */
  async subscriptionsOf(customer: string): Promise<readonly SubscriptionFacts[]> {
    const { data } = await attempt(() =>
      this.#stripe.subscriptions
        .list({ customer, status: 'all', limit: mostSubscriptions })
        .catch((error: unknown) => (isGone(error) ? { data: [] } : Promise.reject(error))),
    )
    return Promise.all(
      data.map(async (subscription) => {
        const isOpen = subscription.status === 'past_due' || subscription.status === 'unpaid'
        return this.#factsOf(subscription, isOpen ? await this.#unpaidSince(subscription.id) : null)
      }),
    )
  }

  /** Of a customer one session is open at most: another one could be paid beside it. */
  async openCheckout({ customerId: customer, plan, seats, trialDays, returnUrl }: CheckoutOrder): Promise<string> {
    const order = `${plan} ${seats} ${trialDays}`
    const { data: sessions } = await attempt(() =>
      this.#stripe.checkout.sessions.list({ customer, limit: mostSessions }),
    )
    const open = sessions.filter(({ status }) => status === 'open')
    const same = open.find(({ metadata, url }) => metadata?.['order'] === order && url !== null)
    for (const session of open.filter((each) => each !== same))
      await attempt(() => this.#stripe.checkout.sessions.expire(session.id))
    if (same?.url) return same.url
    const session = await attempt(() =>
      this.#stripe.checkout.sessions.create(
        {
          mode: 'subscription',
          customer,
          line_items: [{ price: this.#settings.prices[plan][0], quantity: seats }],
          success_url: returnUrl,
          cancel_url: returnUrl,
          metadata: { order },
          automatic_tax: { enabled: this.#settings.automaticTax },
          ...(this.#settings.automaticTax
            ? { customer_update: { address: 'auto', name: 'auto' }, tax_id_collection: { enabled: true } }
            : {}),
          subscription_data: {
            billing_mode: { type: 'flexible' },
            metadata: { arcx: customer },
            ...(trialDays === 0
              ? {}
              : {
                  trial_period_days: trialDays,
                  trial_settings: { end_behavior: { missing_payment_method: 'cancel' } },
                }),
          },
        },
        // Of two at once both have seen the same latest one, and get one session.
        { idempotencyKey: keyOf('checkout', customer, order, returnUrl, sessions[0]?.id ?? '') },
      ),
    )
    if (session.url === null) throw errors.stripeUnavailable()
    return session.url
  }

  async openPortal(customer: string, returnUrl: string): Promise<string> {
    const { url } = await attempt(() => this.#stripe.billingPortal.sessions.create({ customer, return_url: returnUrl }))
    return url
  }

  /** Prorated on the next invoice, and not by one for each change. */
  async setSeats({ id, itemId }: Pick<SubscriptionFacts, 'id' | 'itemId'>, quantity: number): Promise<void> {
    await attempt(() =>
      this.#stripe.subscriptions.update(id, {
        items: [{ id: itemId, quantity }],
        proration_behavior: 'create_prorations',
      }),
    )
  }

  async cancel(id: string): Promise<void> {
    await attempt(() => this.#stripe.subscriptions.cancel(id))
  }

  async invoicesOf(customer: string): Promise<readonly InvoiceView[]> {
    const { data } = await attempt(() => this.#stripe.invoices.list({ customer, limit: mostInvoices }))
    return data.map(({ id, number, status, total, currency, created, hosted_invoice_url: url }) => ({
      id: id ?? '',
      number: number ?? null,
      status: status ?? 'draft',
      total,
      currency,
      createdAt: dateOf(created).toISOString(),
      url: url ?? null,
    }))
  }

  async #unpaidSince(subscription: string): Promise<Date | null> {
    const { data } = await attempt(() =>
      this.#stripe.invoices.list({ subscription, status: 'open', limit: mostSubscriptions }),
    )
    return data.length === 0 ? null : dateOf(Math.min(...data.map(({ created }) => created)))
  }

  #factsOf(subscription: Stripe.Subscription, unpaidSince: Date | null): SubscriptionFacts {
    const { id, status, created, items, trial_end, cancel_at } = subscription
    const { prices } = this.#settings
    const planOf = (price: string): PaidPlan | null =>
      prices.team.includes(price) ? 'team' : prices.pro.includes(price) ? 'pro' : null
    const item = items.data.find(({ price }) => planOf(price.id) !== null) ?? items.data[0]
    return {
      id,
      status,
      plan: item === undefined ? null : planOf(item.price.id),
      itemId: item?.id ?? '',
      seats: item?.quantity ?? 0,
      createdAt: dateOf(created),
      periodEndsAt: dateOf(item?.current_period_end ?? created),
      trialEndsAt: trial_end === null ? null : dateOf(trial_end),
      cancelsAt: cancel_at === null ? null : dateOf(cancel_at),
      unpaidSince,
    }
  }
}

/** What is sent again under the same key makes nothing twice. */
const keyOf = (what: string, ...parts: readonly string[]): string =>
  `arcx-${what}-${createHash('sha256').update(JSON.stringify(parts)).digest('base64url')}`

const isGone = (error: unknown): boolean =>
  error instanceof Stripe.errors.StripeInvalidRequestError && error.code === 'resource_missing'

const dateOf = (seconds: number): Date => new Date(seconds * 1000)

/** @throws `stripe_unavailable` where it does not answer, or answers that it cannot; whatever else it says as it is. */
async function attempt<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (
      error instanceof Stripe.errors.StripeConnectionError ||
      error instanceof Stripe.errors.StripeRateLimitError ||
      error instanceof Stripe.errors.StripeAuthenticationError ||
      error instanceof Stripe.errors.StripePermissionError ||
      error instanceof Stripe.errors.StripeAPIError
    )
      throw errors.stripeUnavailable(error)
    throw error
  }
}
