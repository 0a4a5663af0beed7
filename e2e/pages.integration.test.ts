import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { openBrowser } from './browser.ts'

let arc: TestOrchestrator
let browser: Browser
let person: Person

beforeAll(async () => {
  ;[arc, browser] = await Promise.all([startTestOrchestrator(), openBrowser()])
  person = await arc.person()
  await arc.prisma.user.update({ where: { id: person.userId }, data: { role: 'admin' } })
})
afterAll(async () => {
  await browser?.close()
  await arc?.destroy()
})

async function openPage(width: number, height: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height } })
  const [name = '', cookie = ''] = person.cookie.split('=')
  await context.addCookies([{ name, value: cookie, url: arc.origin }])
  return context.newPage()
}

test('a name that cannot be is not shown as an address, and the dialog of the first workspace leaves the keyboard on the page', async () => {
  const page = await openPage(1280, 720)
  await page.goto(`${arc.origin}/dashboard`)
  await page.getByRole('button', { name: 'Create a workspace' }).click()
  const dialog = page.getByRole('dialog')
  for (const name of ['-a-', 'My Project!', 'x'.repeat(50)]) {
    await dialog.getByLabel('Name').fill(name)
    await dialog.getByText('Use 1 to 40 lower-case letters, digits and hyphens').waitFor()
    expect(await dialog.getByText(new URL(arc.origin).host).count()).toBe(0)
  }
  // What is wrong with it is told once, also when it is tried all the same.
  await page.keyboard.press('Enter')
  await dialog.getByRole('alert').waitFor()
  expect(await dialog.getByText('Use 1 to 40 lower-case letters').count()).toBe(0)
  await dialog.getByLabel('Name').fill('first')
  await dialog.getByText(`first.${new URL(arc.origin).host}`).waitFor()
  await dialog.getByRole('button', { name: 'Create', exact: true }).click()
  await page.getByRole('heading', { name: 'first is ready' }).waitFor({ timeout: 60_000 })
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await expect
    .poll(() =>
      page.evaluate(
        () => document.activeElement?.closest('#content') !== null && document.activeElement !== document.body,
      ),
    )
    .toBe(true)
  await page.context().close()
})

test('a page that has not heard from the server yet says so, and names no limits and no step of its own', async () => {
  const page = await openPage(1280, 800)
  const heard = Promise.withResolvers<void>()
  await page.routeWebSocket(/\/trpc/, async (socket) => {
    await heard.promise
    socket.connectToServer()
  })
  await page.goto(`${arc.origin}/workspaces/first`)
  const cpu = page.getByRole('figure').filter({ has: page.getByRole('img', { name: 'CPU: no value yet' }) })
  expect((await cpu.innerText()).replace(/\s+/g, ' ').trim()).toBe('CPU –')

  const { id } = await person.api.workspaces.get.query({ name: 'first' })
  await person.api.workspaces.stop.mutate({ workspaceId: id })
  await untilState(person, id, 'stopped')
  await page.goto(`${arc.origin}/open/first`)
  await page.getByText('Connecting to the server').waitFor()
  expect(await page.getByText('Waiting for its turn').count()).toBe(0)
  await untilState(person, id, 'running')
  heard.resolve()
  await page.waitForURL((url) => url.hostname.startsWith('first.'), { waitUntil: 'commit' })
  await page.context().close()
})

test('an announcement is put away, and stays so', async () => {
  await person.api.announcements.announce.mutate({ text: 'Maintenance on Sunday', tone: 'info', hours: 1 })
  const page = await openPage(1280, 720)
  await page.goto(`${arc.origin}/dashboard`)
  await page.getByText('Maintenance on Sunday').waitFor()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await page.getByText('Maintenance on Sunday').waitFor({ state: 'detached' })
  await page.reload()
  await page.getByRole('link', { name: 'first' }).first().waitFor()
  expect(await page.getByText('Maintenance on Sunday').count()).toBe(0)
  await page.context().close()
})

test('in the documentation no word of a table is broken in two', async () => {
  for (const width of [1280, 390]) {
    const page = await openPage(width, 800)
    await page.goto(`${arc.origin}/docs/sign-in`)
    const scope = page.getByRole('cell').locator('code').getByText('workspaces:write', { exact: true })
    await scope.waitFor()
    expect(await scope.evaluate((code) => code.getClientRects().length), `${width} wide`).toBe(1)
    await page.context().close()
  }
})

test('on a phone nothing is wider than the screen, offline as well, and every part of the administration is in sight', async () => {
  const page = await openPage(390, 844)
  const width = () => page.evaluate(() => document.documentElement.scrollWidth)
  await page.goto(`${arc.origin}/admin`)
  await page.getByRole('tab', { name: 'Overview' }).waitFor()
  for (const tab of await page.getByRole('tab').all()) {
    const box = await tab.boundingBox()
    expect(box === null ? 0 : box.x + box.width).toBeLessThanOrEqual(390)
  }
  await page.getByRole('tab', { name: 'Audit log' }).click()
  const entries = page.getByRole('region', { name: 'Entries' })
  await entries.waitFor()
  expect(await entries.evaluate((region) => region.scrollWidth - region.clientWidth)).toBe(0)
  await page.goto(`${arc.origin}/dashboard`)
  await page
    .getByRole('link', { name: 'Administration' })
    .or(page.getByRole('link', { name: 'Admin' }))
    .first()
    .waitFor()
  await arc.kill()
  await page.getByText('The server cannot be reached.').waitFor()
  expect(await width()).toBeLessThanOrEqual(390)
  await page.context().close()
})
