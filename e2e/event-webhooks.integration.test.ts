import { randomUUID } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { webhookEventTypes } from '@arcx/router'
import { startMailServer } from '@arcx/testing/mail-server'
import type { MailServer } from '@arcx/testing/mail-server'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { startWebhookReceiver } from '@arcx/testing/webhook-receiver'
import type { WebhookReceiver } from '@arcx/testing/webhook-receiver'
import { openBrowser, unlessGivenUp } from './browser.ts'

let arc: TestOrchestrator
let plain: TestOrchestrator
let browser: Browser
let hook: WebhookReceiver
let smtp: MailServer

beforeAll(async () => {
  ;[hook, smtp] = await Promise.all([startWebhookReceiver(), startMailServer()])
  ;[arc, plain, browser] = await Promise.all([
    startTestOrchestrator({
      ARC_EVENT_WEBHOOK_EXEMPT: '127.0.0.0/8',
      ARC_SMTP_URL: `smtp://127.0.0.1:${smtp.port}`,
      ARC_MAIL_FROM: 'arcx@example.com',
    }),
    startTestOrchestrator(),
    openBrowser(),
  ])
})
afterAll(async () => {
  await browser?.close()
  await Promise.all([arc?.destroy(), plain?.destroy(), hook?.close(), smtp?.close()])
})

async function pageOf(
  server: TestOrchestrator,
  person: Person,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Page> {
  const context = await browser.newContext(options)
  const [name = '', value = ''] = person.cookie.split('=')
  await context.addCookies([{ name, value, url: server.origin }])
  return context.newPage()
}

async function administrator(server: TestOrchestrator): Promise<Person> {
  const person = await server.person()
  await server.prisma.user.update({ where: { id: person.userId }, data: { role: 'admin' } })
  return person
}

const isWiderThanScreen = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)

test(
  'a webhook is set up, tried, seen, sent again and deleted on the team’s page; what was answered is text and nothing else',
  unlessGivenUp,
  async () => {
    const owner = await arc.person()
    const { name } = await owner.api.teams.create.mutate({ name: `team-${randomUUID().slice(0, 8)}` })
    hook.answer = { status: 500, body: '<img src=x onerror="document.title=\'taken over\'">' }
    const page = await pageOf(arc, owner, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
    await page.goto(`${arc.origin}/teams/${name}`)
    const section = page.getByRole('region', { name: 'Webhooks' })
    await section.getByText('No webhooks yet').waitFor()

    await section.getByRole('button', { name: 'New webhook' }).press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Name').fill('Pager')
    await dialog.getByLabel('Address').fill('https://10.0.0.1/hook')
    await dialog.getByRole('checkbox', { name: /workspace\.created/ }).uncheck()
    await dialog.getByRole('button', { name: 'Create webhook' }).click()
    await dialog.getByText('leads to a private address').waitFor()
    await dialog.getByLabel('Address').fill(hook.url)
    await dialog.getByLabel('Address').press('Enter')
    const secret = (await dialog.getByLabel('Secret', { exact: true }).textContent()) ?? ''
    expect(secret).toMatch(/^whsec_/)
    await dialog.getByRole('button', { name: 'Done' }).click()

    const row = page.locator('[data-endpoint=Pager]')
    // All but the one.
    await row.getByText(`${webhookEventTypes.length - 1} events`).waitFor()
    await row.getByRole('button', { name: 'Send a test to Pager' }).click()
    await row.getByText('It answered 500').waitFor({ timeout: 20_000 })
    await row.getByText('Request and answer').click()
    await row.getByText('<img src=x onerror=').waitFor()
    expect(await page.title()).not.toBe('taken over')
    expect(await isWiderThanScreen(page)).toBe(false)
    const first = hook.received.at(-1)
    expect(new Webhook(secret).verify(first?.body ?? '', first?.headers as Record<string, string>)).toMatchObject({
      type: 'test',
    })

    hook.answer = { status: 204 }
    await row.getByRole('button', { name: 'Send test again' }).click()
    await row.getByText('Delivered · 204').waitFor({ timeout: 20_000 })
    await row.getByRole('button', { name: 'Switch off' }).click()
    await row.getByText('Switched off').waitFor()
    await row.getByRole('button', { name: 'Switch on' }).click()
    await row.getByRole('button', { name: 'New secret for Pager' }).click()
    await dialog.getByText('signed with the former secret, too').waitFor()
    await dialog.getByRole('button', { name: 'Done' }).click()
    await row.getByRole('button', { name: 'Delete Pager' }).click()
    await page.getByRole('alertdialog').getByRole('textbox').fill('Pager')
    await page.getByRole('alertdialog').getByRole('textbox').press('Enter')
    await section.getByText('No webhooks yet').waitFor()
  },
)

test(
  'somebody who does not manage the team sees nothing of its webhooks; in the settings are one’s own',
  unlessGivenUp,
  async () => {
    const [owner, member] = await Promise.all([arc.person(), arc.person()])
    const { id: teamId, name } = await owner.api.teams.create.mutate({ name: `team-${randomUUID().slice(0, 8)}` })
    await arc.prisma.membership.create({ data: { teamId, userId: member.userId, role: 'member' } })
    const page = await pageOf(arc, member)
    await page.goto(`${arc.origin}/teams/${name}`)
    await page.getByRole('heading', { name: 'Secrets' }).waitFor()
    expect(await page.getByRole('region', { name: 'Webhooks' }).count()).toBe(0)
    await page.goto(`${arc.origin}/settings`)
    await page.getByRole('region', { name: 'Webhooks' }).getByRole('button', { name: 'New webhook' }).click()
    await page.getByRole('dialog').getByText('A workspace has failed').waitFor()
    expect(await page.getByRole('dialog').getByText('Somebody joined the team').count()).toBe(0)
  },
)

test(
  'where e-mail is configured the administration shows it and sends a test; elsewhere nothing of it is shown',
  unlessGivenUp,
  async () => {
    const [admin, elsewhere] = await Promise.all([administrator(arc), administrator(plain)])
    const page = await pageOf(arc, admin)
    await page.goto(`${arc.origin}/admin`)
    await page.getByRole('tab', { name: 'E-mail' }).click()
    await page.getByLabel('Send a test mail to').fill('somebody@example.org')
    await page.getByRole('button', { name: 'Send', exact: true }).click()
    await page.getByText('A test of arcx').waitFor()
    await vi.waitFor(() => expect(smtp.received.map(({ to }) => to)).toContainEqual(['somebody@example.org']), 20_000)
    await page.getByText('Sent', { exact: true }).waitFor()

    const other = await pageOf(plain, elsewhere)
    await other.goto(`${plain.origin}/admin`)
    await other.getByRole('tab', { name: 'Audit log' }).waitFor()
    expect(await other.getByRole('tab', { name: 'E-mail' }).count()).toBe(0)
  },
)
