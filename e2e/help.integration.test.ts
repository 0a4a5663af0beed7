import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRunning, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { openBrowser } from './browser.ts'

let arc: TestOrchestrator
let browser: Browser
let person: Person
let page: Page
let phone: Page

async function contextOf(options: Parameters<Browser['newContext']>[0] = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
  const [name = '', value = ''] = person.cookie.split('=')
  await context.addCookies([{ name, value, url: arc.origin }])
  return context
}

beforeAll(async () => {
  ;[arc, browser] = await Promise.all([startTestOrchestrator(), openBrowser()])
  person = await arc.person()
  await createRunning(person, 'box')
  page = await (await contextOf()).newPage()
  phone = await (await contextOf({ viewport: { width: 390, height: 844 }, hasTouch: true })).newPage()
})
afterAll(async () => {
  await browser?.close()
  await arc?.destroy()
})

const dialog = () => page.getByRole('dialog')

test('help leads to the documentation, and tells how to get the command line and the desktop app', async () => {
  await page.goto(`${arc.origin}/dashboard`)
  await page.getByRole('button', { name: 'Help' }).click()
  await page.getByRole('menuitem', { name: 'Command line and desktop app' }).click()
  const install = (await dialog().getByLabel('Install', { exact: true }).textContent()) ?? ''
  const [address = ''] = /http\S+/.exec(install) ?? []
  // What it says to fetch is there.
  expect(new URL(address).origin).toBe(arc.origin)
  const { status, body } = await arc.send(new URL(address).pathname)
  expect([status, body.startsWith('#!')]).toEqual([200, true])
  expect(await dialog().getByLabel('Desktop app', { exact: true }).textContent()).toBe('npm run desktop')
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Help' }).click()
  await page.getByRole('menuitem', { name: 'Documentation' }).click()
  await page.waitForURL('**/docs')
})

test('each workspace has the ways to connect to it, on its page and in its row', async () => {
  for (const reach of [
    async () => {
      await page.goto(`${arc.origin}/workspaces/box`)
      await page.getByRole('button', { name: 'Connect to box' }).click()
    },
    async () => {
      await page.goto(`${arc.origin}/dashboard`)
      await page.getByRole('button', { name: 'More for box' }).click()
      await page.getByRole('menuitem', { name: 'Connect…' }).click()
    },
  ]) {
    await reach()
    await dialog().getByRole('heading', { name: 'Connect to box' }).waitFor()
    expect(await dialog().getByLabel('Sign in', { exact: true }).textContent()).toBe(`arcx login ${arc.origin}`)
    expect(await dialog().getByLabel('Shell', { exact: true }).textContent()).toBe('arcx shell box')
    expect(await dialog().getByRole('link', { name: 'Open in the browser' }).getAttribute('href')).toContain('//box.')
    const app = new URL(
      (await dialog().getByRole('link', { name: 'Open in the desktop app' }).getAttribute('href')) ?? '',
    )
    expect([app.protocol, app.searchParams.get('server'), app.searchParams.get('workspace')]).toEqual([
      'arcx:',
      arc.origin,
      'box',
    ])
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'detached' })
  }
})

test('a name that cannot be is told while it is typed, with all the rules, of workspaces and teams alike', async () => {
  for (const [path, button] of [
    ['/dashboard', 'New workspace'],
    ['/teams', 'New team'],
  ] as const) {
    await page.goto(arc.origin + path)
    await page.getByRole('button', { name: button }).click()
    const field = dialog().getByLabel('Name')
    const rules = dialog().getByText('two as the third and fourth characters')
    for (const bad of ['ab--c', 'Ab', 'a_b', '-a', 'x'.repeat(41)]) {
      await field.fill(bad)
      await rules.waitFor()
      expect(await field.getAttribute('aria-invalid')).toBe('true')
    }
    await field.fill('good-name')
    await rules.waitFor({ state: 'detached' })
    expect(await field.getAttribute('aria-invalid')).not.toBe('true')
    await page.keyboard.press('Escape')
    await dialog().waitFor({ state: 'detached' })
  }
})

test('whoever is in a team already is told so at its invitation, and not offered to join it', async () => {
  const { id: teamId } = await person.api.teams.create.mutate({ name: 'crew' })
  const { url } = await person.api.teams.invites.create.mutate({ teamId, login: null })
  await page.goto(url)
  await page.getByRole('heading', { name: 'You are in crew already' }).waitFor()
  expect(await page.getByRole('button', { name: /^Join/ }).count()).toBe(0)
  await page.getByRole('link', { name: 'Go to the team' }).click()
  await page.waitForURL('**/teams/crew')
})

test('a device code is typed at once, and shown with its hyphen however it is typed', async () => {
  const { userCode } = await person.api.programs.beginDevice.mutate({ clientName: 'arcx CLI on a test' })
  await page.goto(`${arc.origin}/authorize`)
  const field = page.getByLabel('Code shown by the program')
  await expect.poll(() => field.evaluate((input) => input === document.activeElement)).toBe(true)
  await page.keyboard.type(userCode.replace('-', '').toLowerCase())
  await page.keyboard.press('Enter')
  await page.getByText(userCode, { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Allow' }).waitFor()
})

test('on a phone the help and the theme are in the account’s menu, and a text of the documentation comes before the list of all', async () => {
  await phone.goto(`${arc.origin}/dashboard`)
  await phone.getByRole('button', { name: /^Account of/ }).click()
  await phone.getByRole('menuitem', { name: 'Documentation' }).waitFor()
  await phone.getByRole('menuitem', { name: 'Dark theme' }).click()
  expect(await phone.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
  await phone.goto(`${arc.origin}/docs/teams`)
  const title = phone.getByRole('heading', { level: 1, name: 'Teams' })
  await title.waitFor()
  expect((await title.boundingBox())?.y).toBeLessThan(300)
  const list = phone.getByRole('navigation', { name: 'Documentation' })
  expect(await list.getByRole('link').count()).toBe(0)
  await list.getByText('All pages').click()
  await list.getByRole('link', { name: 'Command line' }).click()
  await phone.waitForURL('**/docs/cli')
})

test('the landing page says that workspaces may reach the internet, and what limits it', async () => {
  await page.goto(arc.origin)
  await page.getByText('Workspaces may reach the internet unless you restrict it').waitFor()
  expect(await page.locator('body').innerText()).not.toMatch(/closed to everything/)
})
