import { z } from 'zod'
import { ConfigError, wholeNumber } from '@arcx/service-kit/config'
import type { PaidPlan } from '@arcx/router'

const prices = () =>
  z
    .string()
    .regex(/^price_\w+(\s*,\s*price_\w+)*$/)
    .optional()
    .describe('ids of prices of Stripe’s, price_…, with commas between them: first the one that is offered')

/** What billing takes from the environment. */
export const billingEnvironment = {
  ARC_STRIPE_SECRET_KEY: z.string().min(1).optional().describe('a secret key of Stripe’s, sk_… or rk_…'),
  ARC_STRIPE_PRICE_PRO: prices(),
  ARC_STRIPE_PRICE_TEAM: prices(),
  ARC_STRIPE_TRIAL_DAYS: wholeNumber(0, 730, 'a number of days, 0 for no trial').default(14),
  ARC_STRIPE_GRACE_DAYS: wholeNumber(0, 365, 'a number of days').default(7),
  ARC_STRIPE_TAX: z.enum(['on', 'off']).default('on').describe('on or off'),
  ARC_STRIPE_API_URL: z
    .url({ protocol: /^https?$/ })
    .default('https://api.stripe.com')
    .describe('the URL of Stripe’s API'),
} as const

type Environment = z.infer<z.ZodObject<typeof billingEnvironment>>

export interface BillingSettings {
  readonly secretKey: string
  readonly apiUrl: string
  /** Stripe's prices of each plan, for a month, by seat: the one that is offered, and those that are still paid. */
  readonly prices: Readonly<Record<PaidPlan, readonly [string, ...string[]]>>
  /** 0: none. */
  readonly trialDays: number
  readonly graceDays: number
  readonly automaticTax: boolean
}

/** Null where Stripe is not configured. @throws {ConfigError} where it is by half. */
export function billingOf(environment: Environment, signUpMode: string): BillingSettings | null {
  const { ARC_STRIPE_SECRET_KEY: secretKey, ARC_STRIPE_PRICE_PRO: pro, ARC_STRIPE_PRICE_TEAM: team } = environment
  if (secretKey === undefined && pro === undefined && team === undefined) {
    if (signUpMode !== 'stripe') return null
    throw new ConfigError(
      'ARC_SIGNUP_MODE is “stripe”, for which ARC_STRIPE_SECRET_KEY has to be set; see docs/billing.md.',
    )
  }
  for (const [name, value] of Object.entries({
    ARC_STRIPE_SECRET_KEY: secretKey,
    ARC_STRIPE_PRICE_PRO: pro,
    ARC_STRIPE_PRICE_TEAM: team,
  }))
    if (value === undefined)
      throw new ConfigError(
        `${name} is not set; billing takes ARC_STRIPE_SECRET_KEY, ARC_STRIPE_PRICE_PRO and ARC_STRIPE_PRICE_TEAM.`,
      )
  return {
    secretKey: secretKey ?? '',
    apiUrl: environment.ARC_STRIPE_API_URL,
    prices: { pro: idsOf(pro), team: idsOf(team) },
    trialDays: environment.ARC_STRIPE_TRIAL_DAYS,
    graceDays: environment.ARC_STRIPE_GRACE_DAYS,
    automaticTax: environment.ARC_STRIPE_TAX === 'on',
  }
}

function idsOf(text = ''): readonly [string, ...string[]] {
  const [offered = '', ...others] = text.split(/\s*,\s*/)
  return [offered, ...others]
}
