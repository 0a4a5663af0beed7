import { expect, test } from 'vitest'
import { z } from 'zod'
import { billingEnvironment, billingOf } from './settings.ts'

const environment = (pro: string) =>
  z.object(billingEnvironment).parse({
    ARC_STRIPE_SECRET_KEY: 'sk_test_1',
    ARC_STRIPE_PRICE_PRO: pro,
    ARC_STRIPE_PRICE_TEAM: 'price_team',
  })

test('of several prices of a plan the first is offered, and the others are known', () => {
  expect(billingOf(environment('price_new, price_old'), 'open')?.prices).toEqual({
    pro: ['price_new', 'price_old'],
    team: ['price_team'],
  })
})

test('what is no price is refused', () => {
  expect(() => environment('prod_1')).toThrow()
  expect(() => environment('price_a,,price_b')).toThrow()
})
