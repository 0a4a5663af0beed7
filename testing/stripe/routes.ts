import { z } from 'zod'
import { known } from './account.ts'
import type { StripeAccount } from './account.ts'

export class StripeRefusal extends Error {
  readonly status: number
  readonly type: string
  readonly code: string

  constructor(status: number, type: string, code: string, message: string) {
    super(message)
    this.status = status
    this.type = type
    this.code = code
  }
}

const whole = z.coerce.number().int()
const flag = z.enum(['true', 'false']).transform((value) => value === 'true')
const metadata = z.record(z.string(), z.string()).default({})

/** All that is taken; anything else is `parameter_unknown`, as at Stripe. */
const forms = {
  customer: z.strictObject({ name: z.string(), email: z.email().nullable().default(null), metadata }),
  subscriptions: z.strictObject({ customer: z.string(), status: z.literal('all'), limit: whole.max(100) }),
  update: z.strictObject({
    items: z.array(z.strictObject({ id: z.string(), quantity: whole.min(1) })).length(1),
    proration_behavior: z.literal('create_prorations'),
  }),
  invoices: z.union([
    z.strictObject({ customer: z.string(), limit: whole.max(100) }),
    z.strictObject({ subscription: z.string(), status: z.literal('open'), limit: whole.max(100) }),
  ]),
  sessions: z.strictObject({ customer: z.string(), limit: whole.max(100) }),
  session: z.strictObject({
    mode: z.literal('subscription'),
    customer: z.string(),
    line_items: z.array(z.strictObject({ price: z.string(), quantity: whole.min(1) })).length(1),
    success_url: z.url(),
    cancel_url: z.url(),
    metadata,
    automatic_tax: z.strictObject({ enabled: flag }),
    customer_update: z.strictObject({ address: z.literal('auto'), name: z.literal('auto') }).optional(),
    tax_id_collection: z.strictObject({ enabled: flag }).optional(),
    subscription_data: z.strictObject({
      billing_mode: z.strictObject({ type: z.enum(['classic', 'flexible']) }),
      metadata,
      trial_period_days: whole.min(1).optional(),
      trial_settings: z
        .strictObject({ end_behavior: z.strictObject({ missing_payment_method: z.enum(['cancel', 'pause']) }) })
        .optional(),
    }),
  }),
  portal: z.strictObject({ customer: z.string(), return_url: z.url() }),
  nothing: z.strictObject({}),
}

/** Answers one request. @throws {StripeRefusal} */
export function routes(account: StripeAccount, method: string, path: string, form: unknown): object {
  const one = <T>(from: ReadonlyMap<string, T>, id: string, what: string): T => {
    if (!from.has(id))
      throw new StripeRefusal(404, 'invalid_request_error', 'resource_missing', `No such ${what}: '${id}'`)
    return known(from, id)
  }
  const [, version, noun = '', id = '', verb = ''] = path.split('/')
  if (version !== 'v1') throw unknownRoute(method, path)
  switch (`${method} ${noun}${id === '' ? '' : '/:id'}${verb === '' ? '' : `/${verb}`}`) {
    case 'POST customers':
      return account.addCustomer(read(forms.customer, form))
    case 'GET subscriptions': {
      const { customer } = read(forms.subscriptions, form)
      one(account.customers, customer, 'customer')
      return list(path, account.subscriptionsOf(customer))
    }
    case 'POST subscriptions/:id': {
      const { items } = read(forms.update, form)
      const subscription = one(account.subscriptions, id, 'subscription')
      const [item] = items
      if (item === undefined || item.id !== subscription.items.data[0]?.id)
        throw new StripeRefusal(404, 'invalid_request_error', 'resource_missing', 'No such subscription item.')
      return account.change(id, { quantity: item.quantity })
    }
    case 'DELETE subscriptions/:id':
      read(forms.nothing, form)
      one(account.subscriptions, id, 'subscription')
      return account.cancel(id)
    case 'GET invoices': {
      const asked = read(forms.invoices, form)
      const found =
        'customer' in asked
          ? [...account.invoices.values()].filter(({ customer }) => customer === asked.customer)
          : account.invoicesOf(asked.subscription).filter(({ status }) => status === asked.status)
      return list(path, found.toReversed())
    }
    case 'GET checkout/:id': {
      if (id !== 'sessions') throw unknownRoute(method, path)
      const { customer } = read(forms.sessions, form)
      return list(path, [...account.sessions.values()].filter((each) => each.customer === customer).toReversed())
    }
    case 'POST checkout/:id': {
      if (id !== 'sessions') throw unknownRoute(method, path)
      const { customer, line_items, metadata, automatic_tax, subscription_data } = read(forms.session, form)
      one(account.customers, customer, 'customer')
      const price = line_items[0]?.price ?? ''
      one(account.prices, price, 'price')
      return account.openSession({
        customer,
        metadata,
        order: {
          price,
          quantity: line_items[0]?.quantity ?? 1,
          trialDays: subscription_data.trial_period_days ?? 0,
          billingMode: subscription_data.billing_mode.type,
          automaticTax: automatic_tax.enabled,
        },
      })
    }
    case 'POST billing_portal/:id': {
      if (id !== 'sessions') throw unknownRoute(method, path)
      const { customer, return_url } = read(forms.portal, form)
      one(account.customers, customer, 'customer')
      return { object: 'billing_portal.session', customer, return_url, url: `https://portal.stripe.test/${customer}` }
    }
    default:
      return expired(account, method, path, form)
  }
}

/** `POST /v1/checkout/sessions/ID/expire`. */
function expired(account: StripeAccount, method: string, path: string, form: unknown): object {
  const id = /^\/v1\/checkout\/sessions\/([^/]+)\/expire$/.exec(path)?.[1]
  const session = id === undefined ? undefined : account.sessions.get(id)
  if (method !== 'POST' || session === undefined) throw unknownRoute(method, path)
  read(forms.nothing, form)
  if (session.status !== 'open')
    throw new StripeRefusal(400, 'invalid_request_error', 'session_state', `The session is ${session.status}.`)
  return Object.assign(session, { status: 'expired', url: null })
}

const unknownRoute = (method: string, path: string) =>
  new StripeRefusal(404, 'invalid_request_error', 'url_invalid', `Unrecognized request URL (${method}: ${path}).`)

function read<T>(schema: z.ZodType<T>, form: unknown): T {
  const parsed = schema.safeParse(form)
  if (parsed.success) return parsed.data
  const said = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join(' ')
  throw new StripeRefusal(400, 'invalid_request_error', 'parameter_unknown', said)
}

const list = (url: string, data: readonly object[]): object => ({ object: 'list', url, has_more: false, data })
