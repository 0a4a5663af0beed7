import { randomBytes } from 'node:crypto'

export interface Customer {
  readonly id: string
  readonly object: 'customer'
  name: string
  email: string | null
  metadata: Record<string, string>
}

export interface Invoice {
  readonly id: string
  readonly object: 'invoice'
  readonly number: string
  readonly customer: string
  readonly created: number
  readonly currency: 'eur'
  readonly total: number
  readonly hosted_invoice_url: string
  readonly parent: { readonly type: 'subscription_details'; readonly subscription_details: { subscription: string } }
  status: 'open' | 'paid' | 'void'
}

export interface Subscription {
  readonly id: string
  readonly object: 'subscription'
  readonly customer: string
  readonly created: number
  readonly trial_end: number | null
  readonly billing_mode: { readonly type: string }
  readonly automatic_tax: { readonly enabled: boolean }
  status: 'active' | 'trialing' | 'past_due' | 'unpaid' | 'canceled' | 'incomplete' | 'paused'
  cancel_at: number | null
  items: {
    readonly object: 'list'
    readonly data: {
      readonly id: string
      readonly object: 'subscription_item'
      price: { readonly id: string; readonly object: 'price' }
      quantity: number
      current_period_start: number
      current_period_end: number
    }[]
  }
}

export interface CheckoutSession {
  readonly id: string
  readonly object: 'checkout.session'
  readonly customer: string
  readonly created: number
  readonly mode: 'subscription'
  readonly metadata: Record<string, string>
  readonly order: {
    readonly price: string
    readonly quantity: number
    readonly trialDays: number
    readonly billingMode: string
    readonly automaticTax: boolean
  }
  status: 'open' | 'complete' | 'expired'
  url: string | null
  subscription: string | null
}

export interface StripeEvent {
  readonly id: string
  readonly object: 'event'
  readonly type: string
  readonly created: number
  readonly data: { readonly object: unknown }
}

const month = 30 * 86_400
const day = 86_400
const idOf = (prefix: string) => `${prefix}_${randomBytes(10).toString('hex')}`

/** An account at Stripe: what is in it, what happens to it, and the events that tell of that. Its clock is moved by hand. */
export class StripeAccount {
  readonly customers = new Map<string, Customer>()
  readonly subscriptions = new Map<string, Subscription>()
  readonly invoices = new Map<string, Invoice>()
  readonly sessions = new Map<string, CheckoutSession>()
  readonly events: StripeEvent[] = []
  /** In cents, for a month and seat. */
  readonly prices: ReadonlyMap<string, number>
  now = Math.floor(Date.now() / 1000)

  constructor(prices: Readonly<Record<string, number>>) {
    this.prices = new Map(Object.entries(prices))
  }

  advance(days: number): void {
    this.now += days * day
  }

  addCustomer(values: Pick<Customer, 'name' | 'email' | 'metadata'>): Customer {
    const customer: Customer = { id: idOf('cus'), object: 'customer', ...values }
    this.customers.set(customer.id, customer)
    this.#tell('customer.created', customer)
    return customer
  }

  openSession(values: Pick<CheckoutSession, 'customer' | 'metadata' | 'order'>): CheckoutSession {
    const id = idOf('cs_test')
    const session: CheckoutSession = {
      id,
      object: 'checkout.session',
      created: this.now,
      mode: 'subscription',
      status: 'open',
      url: `https://checkout.stripe.test/${id}`,
      subscription: null,
      ...values,
    }
    this.sessions.set(id, session)
    return session
  }

  /** Somebody goes through with it. `pays`: whether their card is good. */
  complete(sessionId: string, pays = true): Subscription {
    const session = known(this.sessions, sessionId)
    if (session.status !== 'open') throw new Error(`The session is ${session.status}.`)
    const { order, customer } = session
    const subscription = this.subscribe(customer, order.price, order.quantity, {
      trialDays: order.trialDays,
      pays,
      billingMode: order.billingMode,
      automaticTax: order.automaticTax,
    })
    Object.assign(session, { status: 'complete', url: null, subscription: subscription.id })
    this.#tell('checkout.session.completed', session)
    return subscription
  }

  subscribe(
    customer: string,
    price: string,
    quantity: number,
    { trialDays = 0, pays = true, billingMode = 'flexible', automaticTax = true } = {},
  ): Subscription {
    const id = idOf('sub')
    const end = this.now + (trialDays > 0 ? trialDays * day : month)
    const subscription: Subscription = {
      id,
      object: 'subscription',
      customer,
      created: this.now,
      trial_end: trialDays > 0 ? end : null,
      billing_mode: { type: billingMode },
      automatic_tax: { enabled: automaticTax },
      status: trialDays > 0 ? 'trialing' : pays ? 'active' : 'incomplete',
      cancel_at: null,
      items: {
        object: 'list',
        data: [
          {
            id: idOf('si'),
            object: 'subscription_item',
            price: { id: price, object: 'price' },
            quantity,
            current_period_start: this.now,
            current_period_end: end,
          },
        ],
      },
    }
    this.subscriptions.set(id, subscription)
    this.#tell('customer.subscription.created', subscription)
    if (trialDays === 0) this.#bill(subscription, pays)
    return subscription
  }

  /** The period ends, and the next one is billed. */
  renew(id: string, pays: boolean): void {
    const subscription = known(this.subscriptions, id)
    for (const item of subscription.items.data) {
      item.current_period_start = this.now
      item.current_period_end = this.now + month
    }
    subscription.status = pays && !this.#isOwed(id) ? 'active' : 'past_due'
    this.#bill(subscription, pays)
    this.#tell('customer.subscription.updated', subscription)
  }

  /** Whatever is owed is paid. */
  pay(id: string): void {
    const subscription = known(this.subscriptions, id)
    for (const invoice of this.invoicesOf(id).filter((each) => each.status === 'open')) {
      invoice.status = 'paid'
      this.#tell('invoice.paid', invoice)
    }
    if (subscription.status === 'canceled') return
    subscription.status = 'active'
    this.#tell('customer.subscription.updated', subscription)
  }

  cancel(id: string): Subscription {
    const subscription = known(this.subscriptions, id)
    subscription.status = 'canceled'
    this.#tell('customer.subscription.deleted', subscription)
    return subscription
  }

  change(id: string, change: { readonly price?: string; readonly quantity?: number }): Subscription {
    const subscription = known(this.subscriptions, id)
    const [item] = subscription.items.data
    if (item === undefined) throw new Error('It has no items.')
    if (change.price !== undefined) item.price = { id: change.price, object: 'price' }
    if (change.quantity !== undefined) item.quantity = change.quantity
    this.#tell('customer.subscription.updated', subscription)
    return subscription
  }

  deleteCustomer(id: string): void {
    for (const subscription of this.subscriptionsOf(id))
      if (subscription.status !== 'canceled') this.cancel(subscription.id)
    const customer = known(this.customers, id)
    this.customers.delete(id)
    this.#tell('customer.deleted', customer)
  }

  subscriptionsOf(customer: string): readonly Subscription[] {
    return [...this.subscriptions.values()].filter((each) => each.customer === customer)
  }

  invoicesOf(subscription: string): readonly Invoice[] {
    return [...this.invoices.values()].filter(({ parent }) => parent.subscription_details.subscription === subscription)
  }

  #isOwed(subscription: string): boolean {
    return this.invoicesOf(subscription).some(({ status }) => status === 'open')
  }

  #bill(subscription: Subscription, pays: boolean): void {
    const id = idOf('in')
    const total = subscription.items.data.reduce(
      (sum, { price, quantity }) => sum + (this.prices.get(price.id) ?? 0) * quantity,
      0,
    )
    const invoice: Invoice = {
      id,
      object: 'invoice',
      number: `ARCX-${this.invoices.size + 1}`,
      customer: subscription.customer,
      created: this.now,
      currency: 'eur',
      total,
      hosted_invoice_url: `https://invoice.stripe.test/${id}`,
      parent: { type: 'subscription_details', subscription_details: { subscription: subscription.id } },
      status: pays ? 'paid' : 'open',
    }
    this.invoices.set(id, invoice)
    this.#tell(pays ? 'invoice.paid' : 'invoice.payment_failed', invoice)
  }

  /** With what it is about as it is now, and not as it is when somebody reads it. */
  #tell(type: string, about: object): void {
    this.events.push({
      id: idOf('evt'),
      object: 'event',
      type,
      created: this.now,
      data: { object: structuredClone(about) },
    })
  }
}

export function known<T>(from: ReadonlyMap<string, T>, id: string): T {
  const found = from.get(id)
  if (found === undefined) throw new Error(`There is no ${id}.`)
  return found
}
