import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRunning, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { openBrowser, unlessGivenUp } from './browser.ts'

/** Chromium gives up what it fetches when the machine's network changes, as it does with other tests' containers. */
const again = { timeout: 120_000, ...unlessGivenUp }
const many = 500
const initialBudgetBytes = 180 * 1024

let arc: TestOrchestrator
let browser: Browser
let person: Person
let context: BrowserContext
/** Of very many workspaces. */
let owner: Person

beforeAll(async () => {
  ;[arc, browser] = await Promise.all([startTestOrchestrator(), openBrowser()])
  person = await arc.person()
  context = await signedIn(person)
  owner = await arc.person()
  const rows = Array.from({ length: many }, (_, index) => ({
    id: crypto.randomUUID(),
    ownerId: owner.userId,
    name: `row-${String(index).padStart(3, '0')}`,
    state: 'stopped',
  }))
  await arc.prisma.workspace.createMany({ data: rows })
})
afterAll(async () => {
  await browser?.close()
  await arc?.destroy()
})

async function signedIn(who: Person): Promise<BrowserContext> {
  const made = await browser.newContext({ reducedMotion: 'reduce' })
  const [name = '', value = ''] = who.cookie.split('=')
  await made.addCookies([{ name, value, url: arc.origin }])
  return made
}

test('the dashboard comes with at most 180 KB of compressed JavaScript, compressed by the server', again, async () => {
  const page = await context.newPage()
  const sizes: number[] = []
  const encodings = new Set<string | undefined>()
  const bodies: Promise<unknown>[] = []
  page.on('response', (response) => {
    if (!new URL(response.url()).pathname.endsWith('.js')) return
    encodings.add(response.headers()['content-encoding'])
    // Of a page that is asked for again there is none any more.
    bodies.push(
      response.body().then(
        (body) => sizes.push(gzipSync(body).length),
        () => undefined,
      ),
    )
  })
  await page.goto(`${arc.origin}/dashboard`)
  await page.getByRole('heading', { name: 'Your first workspace' }).waitFor()
  await page.waitForLoadState('networkidle')
  await Promise.all(bodies)
  expect(sizes.length).toBeGreaterThan(3)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(initialBudgetBytes)
  expect([...encodings]).toContain('br')
  await page.close()
})

test('what the dashboard asks first is asked while its program is on its way, and once', again, async () => {
  const page = await context.newPage()
  const asked = Promise.withResolvers<null>()
  const lists: string[] = []
  page.on('request', (request) => {
    if (!request.url().includes('workspaces.list')) return
    lists.push(request.url())
    asked.resolve(null)
  })
  await page.route('**/assets/index-*.js', async (route) => {
    await asked.promise
    await route.continue()
  })
  await page.goto(`${arc.origin}/dashboard`)
  await page.getByRole('heading', { name: 'Your first workspace' }).waitFor()
  expect(lists.length).toBe(1)
  await page.close()
})

test(
  'a part of the page that does not come is asked for again with the page: its style, its program, or what a link brings',
  again,
  async () => {
    const page = await context.newPage()
    for (const part of ['**/assets/*.css', '**/assets/index-*.js', '**/assets/parts-*.js']) {
      let failed = 0
      await page.route(part, (route) => ((failed += 1) === 1 ? route.abort('failed') : route.continue()))
      await page.goto(`${arc.origin}/dashboard`)
      await page.getByRole('heading', { name: 'Your first workspace' }).waitFor()
      await expect.poll(() => page.evaluate(() => getComputedStyle(document.body).fontFamily)).toContain('Inter')
      expect(failed).toBeGreaterThan(1)
      await page.unroute(part)
      await page.evaluate(() => sessionStorage.clear())
    }
    await page.goto(`${arc.origin}/dashboard`)
    await page.getByRole('heading', { name: 'Your first workspace' }).waitFor()
    let failed = 0
    await page.route('**/assets/teams-*.js', (route) =>
      (failed += 1) === 1 ? route.abort('failed') : route.continue(),
    )
    await page.getByRole('link', { name: 'Teams' }).click()
    await page.getByRole('heading', { name: 'Teams', exact: true }).waitFor()
    await page.close()
  },
)

test(
  'what a link would bring is brought ahead; where that does not come, the page stays as it is, and the link works',
  again,
  async () => {
    const page = await context.newPage()
    await page.goto(`${arc.origin}/dashboard`)
    await page.getByRole('heading', { name: 'Your first workspace' }).waitFor()
    await page.evaluate(() => Object.assign(window, { isSame: true }))
    let failed = 0
    await page.route('**/assets/teams-*.js', (route) => ((failed += 1) <= 1 ? route.abort('failed') : route.continue()))
    await page.getByRole('link', { name: 'Teams' }).hover()
    await expect.poll(() => failed).toBe(1)
    // A page that is asked for again is so within this.
    await page.waitForTimeout(1000)
    expect(await page.evaluate(() => 'isSame' in window)).toBe(true)
    await page.getByRole('link', { name: 'Teams' }).click()
    await page.getByRole('heading', { name: 'Teams', exact: true }).waitFor()
    await page.close()
  },
)

test('a page that never comes says so, and has a way on', again, async () => {
  const page = await context.newPage()
  await page.goto(`${arc.origin}/dashboard`)
  await page.getByRole('heading', { name: 'Your first workspace' }).waitFor()
  await page.route('**/assets/teams-*.js', (route) => route.abort('failed'))
  await page.getByRole('link', { name: 'Teams' }).click()
  await page.getByRole('heading', { name: 'This page could not be shown' }).waitFor()
  await page.unroute('**/assets/teams-*.js')
  // It may have begun again by itself meanwhile.
  await page
    .getByRole('button', { name: 'Load it again' })
    .click({ timeout: 5000 })
    .catch(() => undefined)
  await page.getByRole('heading', { name: 'Teams', exact: true }).waitFor()
  await page.close()
})

test(
  'five hundred workspaces: those are there that can be seen, the filter finds any, and the last is reached by scrolling',
  again,
  async () => {
    const theirs = await signedIn(owner)
    const page = await theirs.newPage()
    await page.goto(`${arc.origin}/dashboard`)
    await page.locator('[data-workspace=row-000]').waitFor()
    await expect.poll(() => page.locator('[data-workspace]').count()).toBeLessThan(40)
    await expect.poll(() => page.locator('[data-workspace=row-000]').getAttribute('aria-setsize')).toBe(String(many))
    await page.keyboard.press('/')
    await page.keyboard.type('row-499')
    await page.locator('[data-workspace=row-499]').waitFor()
    expect(await page.locator('[data-workspace]').count()).toBe(1)
    expect(page.url()).toContain('filter=row-499')
    await page.getByRole('searchbox').fill('')
    await page.locator('[data-workspace=row-000]').waitFor()
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight))
    await page.locator('[data-workspace=row-499]').waitFor()
    await expect
      .poll(() =>
        page.locator('[data-workspace=row-499]').evaluate((row) => row.getBoundingClientRect().bottom <= innerHeight),
      )
      .toBe(true)
    await theirs.close()
  },
)

test(
  'what one does is shown before the server has answered, taken back where it refuses, and a stop has a way back',
  again,
  async () => {
    const workspace =
      (await person.api.workspaces.list.query()).find(({ name }) => name === 'quick') ??
      (await createRunning(person, 'quick'))
    const page = await context.newPage()
    await page.goto(`${arc.origin}/dashboard`)
    const row = page.locator('[data-workspace=quick]')
    await row.and(page.locator('[data-state=running]')).waitFor()
    const held = Promise.withResolvers<null>()
    await page.route('**/trpc/workspaces.stop*', async (route) => {
      await held.promise
      await route.fulfill({
        status: 429,
        contentType: 'application/json',
        body: JSON.stringify([
          {
            error: {
              message: 'That was too much at once.',
              code: -32_029,
              data: {
                code: 'TOO_MANY_REQUESTS',
                httpStatus: 429,
                arc: { kind: 'LimitReached', code: 'too_many_requests', details: {} },
              },
            },
          },
        ]),
      })
    })
    await row.getByRole('button', { name: 'Stop quick' }).click()
    await row.and(page.locator('[data-state=stopping]')).waitFor()
    expect((await person.api.workspaces.get.query({ workspaceId: workspace.id })).state).toBe('running')
    held.resolve(null)
    await page.getByText('That was too much at once.').first().waitFor()
    await row.and(page.locator('[data-state=running]')).waitFor()
    await page.unroute('**/trpc/workspaces.stop*')
    await row.getByRole('button', { name: 'Stop quick' }).click()
    await row.and(page.locator('[data-state=stopped]')).waitFor({ timeout: 30_000 })
    await page.getByRole('button', { name: 'Start it again' }).click()
    await row.and(page.locator('[data-state=running]')).waitFor({ timeout: 30_000 })
    await page.close()
  },
)

test(
  'a name that is proposed while somebody types does not get among their letters; where they type nothing, it is the name',
  again,
  async () => {
    const page = await context.newPage()
    const held = Promise.withResolvers<null>()
    await page.route('**/trpc/*workspaces.freeName*', async (route) => {
      await held.promise
      await route.continue()
    })
    await page.goto(`${arc.origin}/dashboard?new=true`)
    const field = page.getByRole('dialog').getByLabel('Name')
    await field.pressSequentially('typed')
    held.resolve(null)
    await expect.poll(() => field.getAttribute('placeholder')).toMatch(/^my-project/)
    expect(await field.inputValue()).toBe('typed')
    await field.pressSequentially('-on')
    expect(await field.inputValue()).toBe('typed-on')
    await field.fill('')
    const proposed = (await field.getAttribute('placeholder')) ?? ''
    await page.getByRole('dialog').getByText(`${proposed}.localhost`).waitFor()
    await field.press('Enter')
    await page.getByRole('heading', { name: `${proposed} is ready` }).waitFor({ timeout: 60_000 })
    await page.close()
  },
)

test(
  'a name that makes no address is told so as it is typed, and refused with one that does, a click away',
  again,
  async () => {
    const page = await context.newPage()
    await page.goto(`${arc.origin}/dashboard?new=true`)
    const dialog = page.getByRole('dialog')
    const field = dialog.getByLabel('Name')
    await field.fill('Bad Name!')
    await dialog.getByText('lower-case letters, digits and hyphens').waitFor()
    expect(await dialog.getByText('.localhost').count()).toBe(0)
    await field.press('Enter')
    await dialog.getByRole('alert').getByRole('button', { name: 'Use bad-name' }).click()
    expect(await field.inputValue()).toBe('bad-name')
    await dialog.getByText('bad-name.localhost').waitFor()
    await page.close()
  },
)

test(
  'by the keyboard alone: the palette finds a workspace, a page and a part of the documentation, makes a workspace, and changes the colours',
  again,
  async () => {
    const page = await context.newPage()
    await page.goto(`${arc.origin}/dashboard`)
    await page.locator('[data-workspace=quick]').waitFor()
    const choose = async (words: string, option: RegExp) => {
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog', { name: 'Search everything' }).waitFor()
      await page.keyboard.type(words)
      await page.getByRole('option', { name: option }).first().waitFor()
      await page.keyboard.press('Enter')
      await page.getByRole('dialog', { name: 'Search everything' }).waitFor({ state: 'detached' })
    }
    await choose('quick page', /quick.*Its page/)
    await page.waitForURL('**/workspaces/quick')
    await choose('dark theme', /Dark theme/)
    expect(await page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark')
    // Documentation is called so too.
    await choose('settings', /^Settings ?Page/)
    await page.waitForURL('**/settings')
    await choose('desktop app security', /Desktop app security/)
    await page.waitForURL('**/docs/desktop-security**')
    await page.goBack()
    await page.waitForURL('**/settings')
    await choose('new workspace', /New workspace/)
    await page.getByRole('dialog').getByLabel('Name').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(page.url()).not.toContain('new=')
    await page.keyboard.press('Control+k')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.close()
  },
)

test('the documentation is searched as one types, and its links and headings are addresses', again, async () => {
  const page = await browser.newPage()
  await page.goto(`${arc.origin}/docs`)
  await page.getByRole('searchbox', { name: 'Search the documentation' }).fill('placeholder')
  await page.getByRole('search').getByRole('link').first().click()
  await page.waitForURL(/\/docs\/egress/)
  await page.getByRole('heading', { level: 1, name: 'Outgoing requests' }).waitFor()
  await page.goto(`${arc.origin}/docs/desktop`)
  await page.locator('article').getByRole('link', { name: 'How it is closed' }).click()
  await page.waitForURL('**/docs/desktop-security')
  await page.getByRole('heading', { level: 1, name: 'Desktop app security' }).waitFor()
  await page.goto(`${arc.origin}/docs/no-such`)
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor()
  await page.close()
})
