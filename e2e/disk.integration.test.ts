import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { openBrowser, unlessGivenUp } from './browser.ts'
import { contextFor, isTooWide, looks, seriousFindings } from './screens.ts'
import type { Look } from './screens.ts'

const results = fileURLToPath(new URL('../test-results/screens/', import.meta.url))
const limit = 20 * 2 ** 30

let arc: TestOrchestrator
let browser: Browser
let person: Person
let admin: Person

beforeAll(async () => {
  ;[arc, browser] = await Promise.all([
    startTestOrchestrator({ ARC_DISK_RESERVE_BYTES: String(2 ** 44), ARC_WORKSPACE_DISK_BYTES: String(limit) }),
    openBrowser(),
  ])
  ;[person, admin] = [await arc.person(), await arc.person()]
  await arc.prisma.user.update({ where: { id: admin.userId }, data: { role: 'admin' } })
  const row = { ownerId: person.userId, state: 'stopped' } as const
  const rows = [
    {
      ...row,
      id: crypto.randomUUID(),
      name: 'archive',
      reason: 'Its files take 21.3 GB, and it may keep 20 GB. Start it again to delete some.',
      use: { diskBytes: Math.round(1.07 * limit), diskFiles: 90_000 },
    },
    {
      ...row,
      id: crypto.randomUUID(),
      name: 'many-files',
      reason: null,
      use: { diskBytes: 2 ** 30, diskFiles: 1_150_000 },
    },
    {
      ...row,
      id: crypto.randomUUID(),
      name: 'notes',
      reason: null,
      use: { diskBytes: 300 * 2 ** 20, diskFiles: 4000 },
    },
  ]
  await arc.prisma.workspace.createMany({ data: rows.map(({ use, ...values }) => ({ ...values, ...use })) })
  await mkdir(results, { recursive: true })
})
afterAll(async () => {
  await browser?.close()
  await arc?.destroy()
})

async function openAs(who: Person, path: string, look: Look): Promise<Page> {
  const context = await contextFor(browser, look)
  const [name = '', value = ''] = who.cookie.split('=')
  await context.addCookies([{ name, value, url: arc.origin }])
  const page = await context.newPage()
  await page.goto(arc.origin + path)
  return page
}

/** The application loads itself anew where Chromium gave up a part of it, as it does when the machine's network changes. */
const untilGood = (page: Page) =>
  expect
    .poll(async () => [await isTooWide(page), await seriousFindings(page)], { timeout: 20_000 })
    .toEqual([false, []])

test.each(Object.keys(looks) as Look[])(
  'a nearly full disk and nearly full workspaces are told of, %s',
  { timeout: 120_000, ...unlessGivenUp },
  async (look) => {
    const page = await openAs(person, '/dashboard', look)
    await page.getByText('The disk of the server is nearly full.').waitFor()
    await page.getByText('Nothing new is started until there is room again.').waitFor()
    expect(await page.getByText('Kept in reserve').count()).toBe(0)
    await page.getByText('107 % of its 20 GB on disk are used.').waitFor()
    await page.getByText('It has 88 % of as many files as it may.').waitFor()
    expect(await page.locator('[data-workspace=notes]').getByText('%').count()).toBe(0)
    await page.screenshot({ path: join(results, `disk-dashboard.${look}.png`) })
    await untilGood(page)

    await page.goto(`${arc.origin}/workspaces/archive`)
    await page.getByText('21 GB of 20 GB').waitFor()
    await page.screenshot({ path: join(results, `disk-workspace.${look}.png`) })
    await untilGood(page)
    await page.context().close()

    const admins = await openAs(admin, '/dashboard', look)
    await admins.getByText('Kept in reserve: 16384 GB').waitFor()
    await admins.getByText(/^the data directory: .* of .* free$/).waitFor()
    await admins.screenshot({ path: join(results, `disk-admin.${look}.png`) })
    await untilGood(admins)
    await admins.context().close()
  },
)
