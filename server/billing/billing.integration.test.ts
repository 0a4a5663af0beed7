import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Workspace } from '@arcx/router'
import { startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import type { CheckoutSession } from '@arcx/testing/stripe/account'
import { startStripeDouble } from '@arcx/testing/stripe/double'
import type { StripeDouble } from '@arcx/testing/stripe/double'

const secret = 'whsec_for-the-tests-of-billing-0123456789'
let stripe: StripeDouble
let arc: TestOrchestrator
beforeAll(async () => {
  stripe = await startStripeDouble({ price_pro: 1000, price_team: 2500 })
  arc = await startTestOrchestrator({
    ARC_SIGNUP_MODE: 'stripe',
    ARC_STRIPE_SECRET_KEY: stripe.secretKey,
    ARC_STRIPE_PRICE_PRO: 'price_pro',
    ARC_STRIPE_PRICE_TEAM: 'price_team',
    ARC_STRIPE_API_URL: stripe.url,
    ARC_STRIPE_WEBHOOK_SECRET: secret,
  })
})
afterAll(async () => {
  await arc?.destroy()
  await stripe?.close()
})

/** Sends what has happened at Stripe since, as Stripe does. */
let told = 0
async function deliver(): Promise<void> {
  for (const event of stripe.account.events.slice(told)) {
    const { body, signature } = stripe.delivery(event, secret)
    const headers = { 'content-type': 'application/json', 'stripe-signature': signature }
    expect((await arc.send('/webhooks/stripe', { method: 'POST', headers, body })).status).toBe(202)
  }
  told = stripe.account.events.length
}

function sessionAt(url: string): CheckoutSession {
  const found = [...stripe.account.sessions.values()].find((session) => session.url === url)
  if (found === undefined) throw new Error('There is no such session.')
  return found
}
const soon = { timeout: 20_000 }
const code = async (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'done',
    (error: { data?: { arc?: { code: string } } }) => error.data?.arc?.code,
  )
const status = async ({ userId }: Person) =>
  await arc.prisma.user.findUniqueOrThrow({ where: { id: userId }, select: { status: true, tier: true } })

async function subscribed(owner: Person, name: string) {
  const team = await owner.api.teams.create.mutate({ name })
  const { url } = await owner.api.billing.checkout.mutate({ teamId: team.id, plan: 'team' })
  const subscription = stripe.account.complete(sessionAt(url).id)
  await deliver()
  await vi.waitFor(
    async () =>
      expect(await arc.prisma.team.findUniqueOrThrow({ where: { id: team.id } })).toMatchObject({ tier: 'team' }),
    soon,
  )
  return { team, subscription }
}

test('who signs up where that is paid for is led to Checkout, and gets in when the subscription is there', async () => {
  const person = await arc.person('free')
  await arc.prisma.user.update({ where: { id: person.userId }, data: { status: 'waiting_payment' } })
  expect(await code(person.api.workspaces.list.query())).toBe('payment_awaited')
  expect(await person.api.billing.get.query()).toEqual({ plans: ['pro'], trialDays: 14, seats: 1, subscription: null })
  const { url } = await person.api.billing.checkout.mutate({ plan: 'pro' })
  // Pressed twice, it is the same session.
  expect((await person.api.billing.checkout.mutate({ plan: 'pro' })).url).toBe(url)
  const session = sessionAt(url)
  expect(session.order).toEqual({
    price: 'price_pro',
    quantity: 1,
    trialDays: 14,
    billingMode: 'flexible',
    automaticTax: true,
  })
  stripe.account.complete(session.id)
  await deliver()
  await vi.waitFor(async () => expect(await status(person)).toEqual({ status: 'active', tier: 'pro' }), soon)
  await vi.waitFor(async () => expect(await person.api.workspaces.list.query()).toEqual([]), soon)
  expect(await person.api.billing.get.query()).toMatchObject({
    trialDays: null,
    subscription: { plan: 'pro', state: 'trial', seats: 1, endsAt: null },
  })
  expect(await code(person.api.billing.checkout.mutate({ plan: 'pro' }))).toBe('subscribed_already')
})

test('without any event it is found by asking again', async () => {
  const person = await arc.person('free')
  const { url } = await person.api.billing.checkout.mutate({ plan: 'pro' })
  stripe.account.complete(sessionAt(url).id)
  told = stripe.account.events.length
  expect((await person.api.billing.refresh.mutate()).subscription).toMatchObject({ state: 'trial' })
  expect(await status(person)).toMatchObject({ tier: 'pro' })
})

test('a trial is had once, also by who leaves it and comes again', async () => {
  const owner = await arc.person('free')
  const { team, subscription } = await subscribed(owner, 'trial-team')
  expect(subscription.status).toBe('trialing')
  stripe.account.cancel(subscription.id)
  await deliver()
  await vi.waitFor(
    async () => expect((await owner.api.billing.get.query({ teamId: team.id }))?.subscription?.state).toBe('ended'),
    soon,
  )
  // As if everything else of it were forgotten.
  await arc.prisma.billingCustomer.deleteMany({ where: { ownerId: team.id } })
  expect(await owner.api.billing.get.query({ teamId: team.id })).toMatchObject({ trialDays: null })
  const { url } = await owner.api.billing.checkout.mutate({ teamId: team.id, plan: 'team' })
  expect(sessionAt(url).order.trialDays).toBe(0)
})

test('each change of members changes the seats once, prorated, and the event of it changes nothing', async () => {
  const owner = await arc.person('free')
  const { team, subscription } = await subscribed(owner, 'seats-team')
  const updates = () => stripe.calls.filter(({ method, path }) => method === 'POST' && path.endsWith(subscription.id))
  const invite = await owner.api.teams.invites.create.mutate({ teamId: team.id, role: 'member', maxUses: 5 })
  const joiner = await arc.person('free')
  await joiner.api.teams.accept.mutate({ code: new URL(invite.url).searchParams.get('code') ?? '' })
  await vi.waitFor(() => expect(subscription.items.data[0]?.quantity).toBe(2), soon)
  expect(updates()).toMatchObject([{ form: { proration_behavior: 'create_prorations' } }])
  await deliver()
  await vi.waitFor(
    async () => expect((await owner.api.billing.get.query({ teamId: team.id }))?.subscription?.seats).toBe(2),
    soon,
  )
  await joiner.api.teams.leave.mutate({ teamId: team.id })
  await vi.waitFor(() => expect(subscription.items.data[0]?.quantity).toBe(1), soon)
  await deliver()
  await vi.waitFor(
    async () => expect((await owner.api.billing.get.query({ teamId: team.id }))?.subscription?.seats).toBe(1),
    soon,
  )
  expect(updates()).toHaveLength(2)
})

test('unpaid for longer than the grace, the plan ends: what is over the limit is stopped, and nothing deleted', async () => {
  const owner = await arc.person('free')
  const { team, subscription } = await subscribed(owner, 'unpaid-team')
  const made: Workspace[] = []
  for (const name of ['unpaid-one', 'unpaid-two']) {
    const workspace = await owner.api.workspaces.create.mutate({ name, teamId: team.id })
    made.push(await untilState(owner, workspace.id, 'running'))
  }
  stripe.account.renew(subscription.id, false)
  await deliver()
  await vi.waitFor(
    async () =>
      expect((await owner.api.billing.get.query({ teamId: team.id }))?.subscription).toMatchObject({ state: 'unpaid' }),
    soon,
  )
  expect(await arc.prisma.team.findUniqueOrThrow({ where: { id: team.id } })).toMatchObject({ tier: 'team' })
  // It has been so for longer than a grace.
  stripe.account.pay(subscription.id)
  stripe.account.advance(-30)
  stripe.account.renew(subscription.id, false)
  stripe.account.advance(30)
  await deliver()
  await vi.waitFor(
    async () =>
      expect(await arc.prisma.team.findUniqueOrThrow({ where: { id: team.id } })).toMatchObject({ tier: null }),
    soon,
  )
  // Free holds one, and the owner has no other.
  await vi.waitFor(
    async () => {
      const states = (await owner.api.workspaces.list.query()).map(({ state }) => state)
      expect(states.toSorted()).toEqual(['running', 'stopped'])
    },
    { timeout: 60_000 },
  )
  const stopped = (await owner.api.workspaces.list.query()).find(({ state }) => state === 'stopped')
  if (stopped === undefined) throw new Error('None was stopped.')
  expect(made.map(({ id }) => id)).toContain(stopped.id)
  const again = () => owner.api.workspaces.start.mutate({ workspaceId: stopped.id })
  expect(await code(again())).toBe('running_limit_reached')
  stripe.account.pay(subscription.id)
  await deliver()
  await vi.waitFor(async () => expect(await code(again())).toBe('done'), soon)
}, 180_000)

test('invoices and the portal are there for who ordered; members see nothing of them', async () => {
  const owner = await arc.person('free')
  const { team, subscription } = await subscribed(owner, 'paying-team')
  stripe.account.renew(subscription.id, true)
  expect(await owner.api.billing.invoices.query({ teamId: team.id })).toMatchObject([
    { status: 'paid', total: 2500, currency: 'eur', url: expect.stringContaining('https://') },
  ])
  const headers = { cookie: owner.cookie, origin: arc.origin }
  const portal = await arc.send(`/api/billing/portal?team=${team.id}`, { method: 'POST', headers })
  expect(JSON.parse(portal.body)).toEqual({ url: expect.stringContaining('portal.stripe.test') })
  const view = await arc.send(`/api/billing?team=${team.id}`, { headers })
  expect(JSON.parse(view.body)).toMatchObject({ plans: ['team'], subscription: { plan: 'team' } })
  const all = await arc.send('/api/admin/billing', { headers: { authorization: `Bearer ${arc.adminToken}` } })
  expect(JSON.parse(all.body)).toContainEqual(expect.objectContaining({ ownerId: team.id, name: 'paying-team' }))
  const stranger = await arc.person('free')
  expect(await code(stranger.api.billing.get.query({ teamId: team.id }))).toBe('team_not_found')
  expect(await code(stranger.api.billing.portal.mutate())).toBe('not_a_customer')
  await arc.prisma.membership.create({ data: { teamId: team.id, userId: stranger.userId, role: 'member' } })
  const asMember = await arc.person('free')
  await arc.prisma.membership.create({ data: { teamId: team.id, userId: asMember.userId, role: 'member' } })
  expect(await code(asMember.api.billing.invoices.query({ teamId: team.id }))).toBe('forbidden')
})

test('while Stripe is away that is said, and everything else goes on', async () => {
  const person = await arc.person('free')
  for (const mode of ['away', 'silent'] as const) {
    stripe.mode = mode
    try {
      expect(await code(person.api.billing.checkout.mutate({ plan: 'pro' }))).toBe('stripe_unavailable')
      const { id } = await person.api.workspaces.create.mutate({ name: `while-${mode}` })
      await person.api.workspaces.remove.mutate({ workspaceId: id })
      await vi.waitFor(async () => expect(await person.api.workspaces.list.query()).toEqual([]), { timeout: 60_000 })
      const team = await person.api.teams.create.mutate({ name: `team-while-${mode}` })
      await person.api.teams.remove.mutate({ teamId: team.id })
    } finally {
      stripe.mode = 'there'
    }
  }
  expect(await person.api.billing.checkout.mutate({ plan: 'pro' })).toMatchObject({ url: expect.any(String) })
}, 120_000)

test('what is made at Stripe is made with an idempotency key', () => {
  const made = stripe.calls.filter(
    ({ method, path }) => method === 'POST' && ['/v1/customers', '/v1/checkout/sessions'].includes(path),
  )
  expect(made.length).toBeGreaterThan(5)
  expect(made.filter(({ idempotencyKey }) => idempotencyKey?.startsWith('arcx-') !== true)).toEqual([])
})

test('without Stripe nothing is paid for', async () => {
  const plain = await startTestOrchestrator()
  try {
    const person = await plain.person('free')
    expect(await person.api.billing.get.query()).toBe(null)
    expect(await code(person.api.billing.checkout.mutate({ plan: 'pro' }))).toBe('billing_off')
    const answer = await plain.send('/api/billing/portal', {
      method: 'POST',
      headers: { cookie: person.cookie, origin: plain.origin },
    })
    expect([answer.status, JSON.parse(answer.body).error.code]).toEqual([404, 'billing_off'])
  } finally {
    await plain.destroy()
  }
})
