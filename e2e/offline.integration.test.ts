import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRunning, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { openBrowser } from './browser.ts'

let arc: TestOrchestrator
let browser: Browser
let person: Person
let context: BrowserContext
let page: Page

beforeAll(async () => {
  ;[arc, browser] = await Promise.all([startTestOrchestrator(), openBrowser()])
  person = await arc.person()
  await createRunning(person, 'steady')
  context = await browser.newContext({ reducedMotion: 'reduce' })
  const [name = '', value = ''] = person.cookie.split('=')
  await context.addCookies([{ name, value, url: arc.origin }])
  page = await context.newPage()
})
afterAll(async () => {
  await browser?.close()
  await arc?.destroy()
})

const banner = () => page.getByRole('status').getByText('The server cannot be reached.')
/** Well before a keep-alive message would find it out. */
const soon = { timeout: 8000 }

test('without a network the page says so soon, refuses what cannot be sent, and sends nothing of it later', async () => {
  const opened = page.waitForEvent('websocket')
  await page.goto(`${arc.origin}/dashboard`)
  const row = page.locator('[data-workspace=steady]')
  await row.and(page.locator('[data-state=running]')).waitFor()
  const socket = await opened
  await socket.waitForEvent('framereceived')
  const sent: string[] = []
  page.on('requestfinished', (request) => void (request.method() === 'POST' && sent.push(request.url())))

  // What a click would show has come before.
  for (const part of ['toast-host', 'create-dialog'])
    await expect
      .poll(
        () =>
          page.evaluate(
            (name) => performance.getEntriesByType('resource').some((entry) => entry.name.includes(name)),
            part,
          ),
        { timeout: 20_000 },
      )
      .toBe(true)

  await context.setOffline(true)
  await banner().waitFor(soon)
  await row.getByRole('button', { name: 'Stop steady' }).click()
  await page.getByText('You are offline, so this was not sent.').first().waitFor(soon)
  await row.and(page.locator('[data-state=running]')).waitFor()

  await page.getByRole('button', { name: 'New workspace' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('later')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByRole('alert').getByText('You are offline').waitFor(soon)
  await page.keyboard.press('Escape')

  await context.setOffline(false)
  await banner().waitFor({ state: 'detached', timeout: 20_000 })
  // It works again, and what was refused has not been done.
  await page.getByRole('button', { name: 'New workspace' }).click()
  await page.getByRole('dialog').getByLabel('Name').fill('afterwards')
  await page.keyboard.press('Enter')
  await page.locator('[data-workspace=afterwards][data-state=running]').waitFor({ timeout: 60_000 })
  expect((await person.api.workspaces.list.query()).map(({ name, state }) => [name, state])).toEqual([
    ['afterwards', 'running'],
    ['steady', 'running'],
  ])
  expect(sent.filter((url) => url.includes('workspaces.stop'))).toEqual([])
})
