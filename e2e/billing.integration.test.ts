import { randomUUID } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { startStripeDouble } from '@arcx/testing/stripe/double'
import type { StripeDouble } from '@arcx/testing/stripe/double'
import { openBrowser } from './browser.ts'

let stripe: StripeDouble
let arc: TestOrchestrator
let browser: Browser
beforeAll(async () => {
  stripe = await startStripeDouble({ price_pro: 1000, price_team: 2500 })
  ;[arc, browser] = await Promise.all([
    startTestOrchestrator({
      ARC_SIGNUP_MODE: 'stripe',
      ARC_STRIPE_SECRET_KEY: stripe.secretKey,
      ARC_STRIPE_PRICE_PRO: 'price_pro',
      ARC_STRIPE_PRICE_TEAM: 'price_team',
      ARC_STRIPE_API_URL: stripe.url,
    }),
    openBrowser(),
  ])
})
afterAll(async () => {
  await browser?.close()
  await arc?.destroy()
  await stripe?.close()
})

async function pageOf(person: Person, width = 1280): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height: 900 } })
  const [name = '', value = ''] = person.cookie.split('=')
  await context.addCookies([{ name, value, url: arc.origin }])
  const page = await context.newPage()
  // Stripe's own pages.
  await page.route('https://*.stripe.test/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<h1>At Stripe: ${new URL(route.request().url()).hostname}</h1>` }),
  )
  return page
}

test('who waits for their payment is led to Stripe, and comes back to their workspaces; settings show what is subscribed', async () => {
  const person = await arc.person('free')
  await arc.prisma.user.update({ where: { id: person.userId }, data: { status: 'waiting_payment' } })
  const page = await pageOf(person)
  await page.goto(`${arc.origin}/dashboard`)
  await page.getByText('First 14 days free.').waitFor()
  await page.getByRole('button', { name: 'Subscribe to Pro' }).click()
  await page.getByRole('heading', { name: 'At Stripe: checkout.stripe.test' }).waitFor()
  const session = [...stripe.account.sessions.values()].at(-1)
  stripe.account.complete(session?.id ?? '')
  // Where Stripe sends them back to; no event has come.
  await page.goto(`${arc.origin}/waiting`)
  await page.waitForURL('**/dashboard')
  const subscription = stripe.account.subscriptionsOf(session?.customer ?? '').at(0)
  stripe.account.renew(subscription?.id ?? '', true)
  await page.goto(`${arc.origin}/settings`)
  await page.getByText('The next payment is on').waitFor()
  await page.getByRole('list', { name: 'Invoices' }).getByText('€10.00').waitFor()
  await page.getByRole('button', { name: 'Manage at Stripe' }).click()
  await page.getByRole('heading', { name: 'At Stripe: portal.stripe.test' }).waitFor()
})

test('limits of plans are changed and usage is seen, on a phone, too', async () => {
  const admin = await arc.person()
  await arc.prisma.user.update({ where: { id: admin.userId }, data: { role: 'admin' } })
  await arc.prisma.usageDay.create({
    data: {
      day: new Date(new Date().toISOString().slice(0, 10)),
      workspaceId: randomUUID(),
      workspaceName: 'heavy',
      personId: admin.userId,
      awakeSeconds: 9 * 3600,
    },
  })
  const page = await pageOf(admin, 390)
  await page.goto(`${arc.origin}/admin?tab=plans`)
  await page.getByLabel('Workspaces of Pro').fill('7')
  await page.getByRole('button', { name: 'Save Pro' }).click()
  await expect
    .poll(async () => (await arc.prisma.tierLimit.findUniqueOrThrow({ where: { tier: 'pro' } })).workspaces)
    .toBe(7)
  await vi.waitFor(async () => expect(await page.getByRole('button', { name: 'Save Pro' }).isDisabled()).toBe(true), {
    timeout: 20_000,
  })
  // An emptied field is nothing to save, and not 0.
  await page.getByLabel('Workspaces of Pro').fill('')
  await page.getByRole('button', { name: 'Save Pro' }).click()
  expect(await page.getByLabel('Workspaces of Pro').inputValue()).toBe('')
  await page.goto(`${arc.origin}/usage`)
  await page.getByLabel('Hours awake a month (empty for no budget)').fill('10')
  await page.getByRole('button', { name: 'Save budget' }).click()
  await page.getByText('9 of 10 hours awake').waitFor()
  await page.getByRole('row', { name: /heavy 9/ }).waitFor()
  // Nothing stands out to the right, and what is for readers of the screen alone adds nothing below.
  const overflow = () => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
  expect(await overflow()).toBe(0)
  expect(await page.evaluate('document.documentElement.scrollHeight')).toBeLessThan(1300)
  await page.goto(`${arc.origin}/admin?tab=usage`)
  await page.getByText('Hours awake by day (UTC)').first().waitFor()
  expect(await overflow()).toBe(0)
})
