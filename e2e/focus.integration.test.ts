import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRunning, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { openBrowser, unlessGivenUp } from './browser.ts'

/** Chromium gives up what it fetches when the machine's network changes, as it does with other tests' containers. */
const again = { timeout: 60_000, ...unlessGivenUp }

let arc: TestOrchestrator
let browser: Browser
let person: Person
let page: Page

beforeAll(async () => {
  ;[arc, browser] = await Promise.all([startTestOrchestrator(), openBrowser()])
  person = await arc.person()
  await createRunning(person, 'taken')
  const context = await browser.newContext({ reducedMotion: 'reduce' })
  const [name = '', value = ''] = person.cookie.split('=')
  await context.addCookies([{ name, value, url: arc.origin }])
  page = await context.newPage()
})
afterAll(async () => {
  await browser?.close()
  await arc?.destroy()
})

/** What whoever works by the keyboard is at, in words. */
const focused = () =>
  page.evaluate(() => {
    const at = document.activeElement
    if (at === null || at === document.body) return 'nothing'
    const label = at.getAttribute('aria-label') ?? (at as HTMLInputElement).labels?.[0]?.textContent
    return `${at.tagName.toLowerCase()} ${(label ?? (at.children.length > 4 ? '' : at.textContent)).trim()}`.trim()
  })
const atLast = (words: string | RegExp, timeout = 8000) => expect.poll(focused, { timeout }).toMatch(words)
const isIn = (part: string) => page.evaluate((within) => document.activeElement?.closest(within) !== null, part)
const dialog = () => page.getByRole('dialog').or(page.getByRole('alertdialog')).last()

/** Goes to a button by the keyboard, and presses it. */
async function press(label: string, key = 'Enter'): Promise<void> {
  // One that is coming up cannot be pressed yet.
  await page.getByRole('button', { name: label, exact: true, disabled: false }).first().focus()
  await page.keyboard.press(key)
}
async function choose(menu: string, entry: string): Promise<void> {
  await press(menu)
  const wanted = page.getByRole('menuitem', { name: entry })
  await wanted.waitFor()
  await expect
    .poll(async () => {
      await page.keyboard.press('ArrowDown')
      return wanted.evaluate((item) => item === document.activeElement)
    })
    .toBe(true)
  await page.keyboard.press('Enter')
}

test('creating: back in the field after a refusal, and at the way in once it is ready', again, async () => {
  const name = `made-${Date.now().toString(36)}`
  await page.goto(`${arc.origin}/dashboard`)
  await page.locator('[data-workspace=taken]').waitFor()
  await page.keyboard.press('c')
  await atLast(/^input Name/)
  await page.keyboard.type('taken')
  await page.keyboard.press('Enter')
  await dialog().getByRole('alert').waitFor()
  await atLast(/^input Name/)
  await page.keyboard.press('Control+a')
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: `${name} is ready` }).waitFor({ timeout: 60_000 })
  await atLast(/^a Open workspace/)
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
  expect(await isIn('#content')).toBe(true)
})

test('renaming: in the field after a refusal, and back at the menu that led there', again, async () => {
  await page.goto(`${arc.origin}/dashboard`)
  await page.locator('[data-workspace=taken]').waitFor()
  await choose('More for taken', 'Rename')
  await atLast(/^input New name/)
  await page.keyboard.type('www')
  await page.keyboard.press('Enter')
  await dialog().getByRole('alert').waitFor()
  await atLast(/^input New name/)
  await page.keyboard.press('Escape')
  await dialog().waitFor({ state: 'detached' })
  await atLast(/^button More for taken/)
})

test('a button that waits for the server keeps the focus, and so does what takes its place', again, async () => {
  const workspace = (await person.api.workspaces.list.query()).find(({ name }) => name === 'taken')
  if (workspace?.state !== 'running' && workspace !== undefined) {
    await person.api.workspaces.start.mutate({ workspaceId: workspace.id })
    await page.locator('[data-workspace=taken][data-state=running]').waitFor({ timeout: 60_000 })
  }
  await page.goto(`${arc.origin}/dashboard`)
  await page.locator('[data-workspace=taken][data-state=running]').waitFor()
  const placeOfOpen = () =>
    page.getByRole('link', { name: 'Open taken' }).evaluate((link) => link.getBoundingClientRect().x)
  const before = await placeOfOpen()
  const held = Promise.withResolvers<null>()
  await page.route('**/trpc/workspaces.stop*', async (route) => {
    await held.promise
    await route.continue()
  })
  await press('Stop taken')
  await page.locator('[data-workspace=taken][data-state=stopping]').waitFor()
  await atLast(/^button Stop taken/)
  // It waits: pressing it again asks for nothing more.
  await page.keyboard.press('Enter')
  held.resolve(null)
  await page.locator('[data-workspace=taken][data-state=stopped]').waitFor({ timeout: 30_000 })
  await atLast(/^button Start taken/)
  // What one is about to click stays where it is.
  expect(await placeOfOpen()).toBe(before)
  await page.unroute('**/trpc/workspaces.stop*')
})

test('deleting a workspace: at the list that it stood in, and on its page at the list of all', again, async () => {
  const [first, second] = [`gone-${Date.now().toString(36)}`, `left-${Date.now().toString(36)}`]
  for (const name of [first, second]) await createRunning(person, name)
  await page.goto(`${arc.origin}/dashboard`)
  await page.locator(`[data-workspace=${first}]`).waitFor()
  const remove = async (name: string) => {
    await choose(`More for ${name}`, 'Delete')
    await atLast(/^input Type/)
    await page.keyboard.type(name)
    await page.keyboard.press('Enter')
    await dialog().waitFor({ state: 'detached' })
  }
  await remove(first)
  await page.locator(`[data-workspace=${first}]`).waitFor({ state: 'detached', timeout: 30_000 })
  await expect.poll(() => isIn('section ul')).toBe(true)
  await page.goto(`${arc.origin}/workspaces/${second}`)
  await page.getByRole('heading', { name: second }).waitFor()
  await remove(second)
  await page.waitForURL('**/dashboard')
  await page.locator(`[data-workspace=${second}]`).waitFor({ state: 'detached', timeout: 30_000 })
  expect(await isIn('#content')).toBe(true)
})

test('tokens: at the way to copy one that is made, and at the list where one is revoked', again, async () => {
  await person.api.tokens.create.mutate({ name: `kept-${Date.now()}`, scopes: ['workspaces:read'] })
  const name = `spent-${Date.now().toString(36)}`
  await page.goto(`${arc.origin}/settings`)
  await page.getByRole('heading', { name: 'API tokens' }).waitFor()
  await press('New token')
  await atLast(/^input Name/)
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await page.getByLabel('Token', { exact: true }).waitFor()
  await atLast(/^button Copy/)
  await page.keyboard.press('Escape')
  await atLast(/^button New token/)
  await press(`Revoke ${name}`)
  await atLast(/^input Type/)
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: `Revoke ${name}` }).waitFor({ state: 'detached' })
  await expect.poll(() => isIn('section[aria-labelledby=tokens] ul')).toBe(true)
})

test(
  'secrets: at the field that was refused, and where the last is deleted, in their part of the page',
  again,
  async () => {
    await page.goto(`${arc.origin}/settings`)
    await page.getByRole('heading', { name: 'Secrets' }).waitFor()
    await press('New secret')
    await atLast(/^input Name/)
    await page.keyboard.type('A_KEY')
    await page.keyboard.press('Tab')
    await page.keyboard.type('a value of enough letters')
    await page.keyboard.press('Tab')
    await page.keyboard.type('https://api.example.com/path')
    await page.keyboard.press('Enter')
    await dialog().getByRole('alert').waitFor()
    await atLast(/^(input|textarea) .*[Hh]ost/)
    await page.keyboard.press('Control+a')
    await page.keyboard.type('api.example.com')
    await page.keyboard.press('Enter')
    await dialog().waitFor({ state: 'detached' })
    await atLast(/^button New secret/)
    await press('Delete A_KEY')
    await atLast(/^input Type/)
    await page.keyboard.type('A_KEY')
    await page.keyboard.press('Enter')
    await page.getByText('No secrets yet').waitFor()
    await expect.poll(() => isIn('section[aria-labelledby=secrets]')).toBe(true)
  },
)
