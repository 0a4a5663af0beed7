import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { createLog } from '@arcx/service-kit/log'
import type { UserActor } from '@arcx/router'
import { TeamId, UserId } from '@arcx/router'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { fuzzRuns, fuzzSeed, fuzzTimeoutMs } from '@arcx/testing/fuzz'
import type { StripeAccount, StripeEvent } from '@arcx/testing/stripe/account'
import { startStripeDouble } from '@arcx/testing/stripe/double'
import type { StripeDouble } from '@arcx/testing/stripe/double'
import { Jobs } from '../jobs/jobs.ts'
import { TierStore } from '../tiers/store.ts'
import { Tiers } from '../tiers/tiers.ts'
import { openUnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { WebhookStore } from '../webhooks/store.ts'
import { Webhooks } from '../webhooks/webhooks.ts'
import { openBilling } from './module.ts'
import type { BillingModule } from './module.ts'
import type { BillingNotice } from './notice.ts'

/** Whatever comes of Stripe's events, in whatever order: the database, jobs, webhooks and Stripe's library are the real ones. */
const prices = { price_pro: 1000, price_team: 2500 }
const graceDays = 7
let database: TestDatabase
let stripe: StripeDouble
let jobs: Jobs
let webhooks: Webhooks
let module: BillingModule
let ownerId: UserId
const notices: BillingNotice[] = []

beforeAll(async () => {
  ;[database, stripe] = await Promise.all([createDatabase(), startStripeDouble(prices)])
  const unitOfWork = openUnitOfWork(database.prisma, () => undefined)
  jobs = await Jobs.open(database.url, createLog('test', 'silent'))
  webhooks = new Webhooks({ store: new WebhookStore(database.prisma), unitOfWork, jobs })
  module = openBilling({
    database: database.prisma,
    unitOfWork,
    jobs,
    webhooks,
    tiers: new Tiers(new TierStore(database.prisma), unitOfWork),
    settings: {
      secretKey: stripe.secretKey,
      apiUrl: stripe.url,
      // Another price is offered by now; who pays the one before keeps the plan.
      prices: { pro: ['price_newer', 'price_pro'], team: ['price_team'] },
      trialDays: 14,
      graceDays,
      automaticTax: true,
    },
    publicOrigin: 'https://arcx.example',
    teamsOf: async (userId) =>
      new Map(
        (await database.prisma.membership.findMany({ where: { userId } })).map(({ teamId }) => [
          teamId,
          'owner' as const,
        ]),
      ),
    now: () => new Date(stripe.account.now * 1000),
    stopExcess: async () => undefined,
    notice: async (_unit, notice) => void notices.push(notice),
  })
  await jobs.start()
  ownerId = UserId.parse(randomUUID())
  await database.prisma.user.create({
    data: { id: ownerId, login: 'owner', name: 'Owner', email: 'owner@example.com' },
  })
})
// A repair is about everybody.
afterEach(async () => {
  await database.prisma.billingCustomer.deleteMany()
})
afterAll(async () => {
  await jobs?.close()
  await stripe?.close()
  await database?.drop()
})

const actor = (): UserActor => ({
  kind: 'user',
  via: 'session',
  userId: ownerId,
  login: 'owner',
  name: 'Owner',
  role: 'member',
  tier: 'free',
  status: 'active',
  sessionId: randomUUID() as never,
  address: '127.0.0.1',
  requestId: 'test',
})

/** A team that is Stripe's customer. */
async function newTeam(): Promise<{ readonly teamId: TeamId; readonly customer: string; readonly session: string }> {
  const teamId = TeamId.parse(randomUUID())
  await database.prisma.team.create({ data: { id: teamId, name: `team-${teamId}` } })
  await database.prisma.membership.create({ data: { teamId, userId: ownerId, role: 'owner' } })
  await module.billing.checkout(actor(), { teamId }, 'team')
  const { stripeId } = await database.prisma.billingCustomer.findFirstOrThrow({ where: { ownerId: teamId } })
  const customer = stripeId ?? ''
  const session = [...stripe.account.sessions.values()].findLast((each) => each.customer === customer)
  return { teamId, customer, session: session?.id ?? '' }
}

const deliver = (event: StripeEvent, again = '') =>
  webhooks.receive({
    source: 'stripe',
    deliveryId: `${event.id}${again}`,
    event: event.type,
    body: JSON.stringify(event),
  })

async function idle(): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await database.pool.query<{ waiting: number }>({
        text: `SELECT count(*)::integer AS "waiting" FROM "jobs"."job"
          WHERE ("name" LIKE 'billing.%' OR "name" = 'webhooks.handle') AND "state" IN ('created', 'retry', 'active')`,
      })
      expect(rows[0]?.waiting).toBe(0)
    },
    { timeout: 60_000, interval: 5 },
  )
}

const tierOf = async (teamId: TeamId) => (await database.prisma.team.findUniqueOrThrow({ where: { id: teamId } })).tier

/** What is to come of it, worked out apart from the server. */
function expected(account: StripeAccount, customer: string): string | null {
  const held = new Set<string | undefined>()
  for (const { id, status, items } of account.subscriptionsOf(customer)) {
    const since = account.invoicesOf(id).find((invoice) => invoice.status === 'open')?.created
    const inGrace =
      (status === 'past_due' || status === 'unpaid') && since !== undefined && account.now < since + graceDays * 86_400
    if (status === 'active' || status === 'trialing' || inGrace) held.add(items.data[0]?.price.id)
  }
  return held.has('price_team') ? 'team' : held.has('price_pro') ? 'pro' : null
}

type Step = (account: StripeAccount, subscription: string) => void
const steps: Readonly<Record<string, Step>> = {
  renewed: (account, id) => account.renew(id, true),
  'not paid': (account, id) => account.renew(id, false),
  paid: (account, id) => account.pay(id),
  canceled: (account, id) => void account.cancel(id),
  'to pro': (account, id) => void account.change(id, { price: 'price_pro' }),
  'to team': (account, id) => void account.change(id, { price: 'price_team' }),
  'a day': (account) => account.advance(1),
  'grace is over': (account) => account.advance(graceDays),
}
type StepName = keyof typeof steps & string

test.each<[readonly StepName[], string | null]>([
  [[], 'team'],
  [['renewed'], 'team'],
  [['not paid'], 'team'],
  [['not paid', 'a day'], 'team'],
  [['not paid', 'grace is over'], null],
  [['not paid', 'grace is over', 'not paid'], null],
  [['not paid', 'grace is over', 'paid'], 'team'],
  [['not paid', 'paid', 'grace is over'], 'team'],
  [['not paid', 'canceled'], null],
  [['canceled'], null],
  [['canceled', 'paid'], null],
  [['to pro'], 'pro'],
  [['to pro', 'to team'], 'team'],
  [['to pro', 'canceled'], null],
])(
  'after %j a team has the plan %s, with the events in order, from the last to the first, and with the last alone',
  async (names, tier) => {
    for (const choose of [
      (events: readonly StripeEvent[]) => events,
      (events: readonly StripeEvent[]) => events.toReversed(),
      (events: readonly StripeEvent[]) => events.slice(-1),
    ]) {
      const { teamId, customer, session } = await newTeam()
      const { account } = stripe
      const from = account.events.length
      const { id } = account.complete(session)
      for (const name of names) steps[name]?.(account, id)
      expect(expected(account, customer)).toBe(tier)
      for (const event of choose(account.events.slice(from))) await deliver(event)
      await idle()
      expect(await tierOf(teamId)).toBe(tier)
    }
  },
  120_000,
)

test(
  `in all orders, late, repeated and lost, the plan is in the end what Stripe says (seed ${fuzzSeed})`,
  async () => {
    const scenario = fc.record({
      pays: fc.boolean(),
      names: fc.array(fc.constantFrom(...Object.keys(steps)), { maxLength: 6 }),
      /** For each event in turn: how many steps later it comes, and once more where there are two; never where there is none. */
      fates: fc.array(fc.array(fc.nat({ max: 8 }), { maxLength: 2 }), { minLength: 20, maxLength: 20 }),
    })
    await fc.assert(
      fc.asyncProperty(scenario, async ({ pays, names, fates }) => {
        const { teamId, customer, session } = await newTeam()
        const { account } = stripe
        const due: { readonly at: number; readonly event: StripeEvent; readonly copy: number }[] = []
        let told = account.events.length
        let isLost = false
        const happens = async (at: number, what: () => unknown) => {
          what()
          for (const event of account.events.slice(told)) {
            const fate = fates[due.length % fates.length] ?? []
            if (fate.length === 0) isLost = true
            for (const [copy, delay] of fate.entries()) due.push({ at: at + delay, event, copy })
          }
          told = account.events.length
          // At once, so that their jobs overlap.
          await Promise.all(
            due.filter((each) => each.at === at).map(({ event, copy }) => deliver(event, copy === 0 ? '' : '-again')),
          )
        }
        let id = ''
        await happens(0, () => (id = account.complete(session, pays).id))
        for (const [index, name] of names.entries()) await happens(index + 1, () => steps[name]?.(account, id))
        for (let at = names.length + 1; at <= names.length + 9; at += 1) await happens(at, () => undefined)
        await idle()
        // Of the end of a grace there is no event; whatever was lost is found by the daily repair.
        if (isLost || names.includes('grace is over') || names.includes('a day')) await module.repair()
        await idle()
        expect(await tierOf(teamId)).toBe(expected(account, customer))
        await database.prisma.billingCustomer.deleteMany()
      }),
      fuzzRuns(60),
    )
  },
  fuzzTimeoutMs(240_000),
)

test('two that ask Stripe at once leave what it said last', async () => {
  const { teamId, session } = await newTeam()
  const { account } = stripe
  const from = account.events.length
  const { id } = account.complete(session)
  for (let round = 0; round < 10; round += 1) {
    account.change(id, { price: 'price_pro' })
    account.change(id, { price: 'price_team' })
  }
  account.change(id, { price: 'price_pro' })
  await Promise.all(account.events.slice(from).map((event) => deliver(event)))
  await idle()
  expect(await tierOf(teamId)).toBe('pro')
}, 120_000)

test('an answer of Stripe’s that is late is not taken over a later one', async () => {
  const { teamId, customer, session } = await newTeam()
  const { account } = stripe
  const { id } = account.complete(session)
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  const { promise: asked, resolve: hasAsked } = Promise.withResolvers<void>()
  let isFirst = true
  stripe.onTheWay = async (path) => {
    if (!isFirst || !path.includes(customer)) return
    isFirst = false
    hasAsked()
    await released
  }
  try {
    const [created, changed] = [
      account.events.at(-1),
      (account.change(id, { price: 'price_pro' }), account.events.at(-1)),
    ]
    if (created === undefined || changed === undefined) throw new Error('There are no events.')
    account.change(id, { price: 'price_team' })
    await deliver(created)
    await asked
    account.change(id, { price: 'price_pro' })
    await deliver(changed)
    await vi.waitFor(async () => expect(await tierOf(teamId)).toBe('pro'), { timeout: 20_000 })
  } finally {
    release()
    stripe.onTheWay = null
  }
  await idle()
  expect(await tierOf(teamId)).toBe('pro')
})

test('of a missing payment, and of the plan’s end by it, its owner is told once each', async () => {
  const { teamId, session } = await newTeam()
  const { account } = stripe
  notices.length = 0
  const { id } = account.complete(session)
  account.renew(id, false)
  for (const event of account.events.slice(-4)) for (const again of ['', '-2']) await deliver(event, again)
  await idle()
  const about = { email: 'owner@example.com', teamName: `team-${teamId}` }
  expect(notices).toMatchObject([{ what: 'unpaid', ...about, endsAt: new Date((account.now + 7 * 86_400) * 1000) }])
  account.advance(graceDays)
  for (let times = 0; times < 2; times += 1) {
    await module.repair()
    await idle()
  }
  expect(notices).toMatchObject([{ what: 'unpaid' }, { what: 'ended', ...about }])
})

test('a subscription of a team that has gone is ended at Stripe', async () => {
  const { teamId, session } = await newTeam()
  const { id } = stripe.account.complete(session)
  await database.prisma.team.update({ where: { id: teamId }, data: { deletingAt: new Date() } })
  await module.repair()
  await idle()
  expect(stripe.account.subscriptions.get(id)?.status).toBe('canceled')
  await module.repair()
  await idle()
  expect(await database.prisma.billingCustomer.count({ where: { ownerId: teamId } })).toBe(0)
})

test('a customer that was deleted at Stripe has no plan any more', async () => {
  const { teamId, customer, session } = await newTeam()
  const from = stripe.account.events.length
  stripe.account.complete(session)
  for (const event of stripe.account.events.slice(from)) await deliver(event)
  await idle()
  expect(await tierOf(teamId)).toBe('team')
  const before = stripe.account.events.length
  stripe.account.deleteCustomer(customer)
  for (const event of stripe.account.events.slice(before)) await deliver(event)
  await idle()
  expect(await tierOf(teamId)).toBe(null)
})
