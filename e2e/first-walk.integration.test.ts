import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { runInside } from '@arcx/testing/orchestrator'
import { testEngine, testRun } from '@arcx/testing/run'
import { openBrowser, runInTerminal, untilWorkbench } from './browser.ts'
import { newPlace, startProduct } from './product.ts'
import type { Product } from './product.ts'

let product: Product
let browser: Browser
let context: BrowserContext

beforeAll(async () => {
  ;[product, browser] = await Promise.all([newPlace().then(startProduct), openBrowser()])
  context = await browser.newContext()
})

afterAll(async () => {
  await browser?.close()
  await product?.interrupt()
})

/** The whole product as a person meets it; each step goes on where the one before ended. */
test(
  'a person signs in by the link, creates a workspace, works in VS Code, stops it, and finds their file again',
  async () => {
    const page = await context.newPage()
    await page.goto(product.signInLink)
    await page.waitForURL('**/dashboard')

    await page.getByRole('button', { name: 'New workspace' }).first().click()
    await page.getByRole('textbox', { name: 'Name' }).fill('first-walk')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.getByRole('heading', { name: 'first-walk is ready' }).waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    const row = page.getByRole('listitem').filter({ hasText: 'first-walk' })
    await row.getByText('Running').waitFor()

    await page.goto(`http://first-walk.localhost:${product.place.port}/`)
    await untilWorkbench(page)
    await runInTerminal(page, 'echo kept > "$HOME/project/note.txt"')

    const engine = testEngine(testRun())
    const [container] = await engine.listContainers({
      filters: { label: [`arcx.deployment=${product.place.environment['ARC_DEPLOYMENT']}`] },
    })
    const workspaceId = container?.Labels['arcx.workspace'] as Parameters<typeof runInside>[1]
    const note = async () => (await runInside(engine, workspaceId, ['cat', '/home/arc/project/note.txt'])).output.trim()
    await vi.waitFor(async () => expect(await note()).toBe('kept'), { timeout: 20_000, interval: 200 })

    await page.goto(`${new URL(product.signInLink).origin}/dashboard`)
    await row.getByRole('button', { name: 'Stop' }).click()
    await row.getByText('Stopped').waitFor()
    expect(
      await engine.listContainers({ all: true, filters: { label: [`arcx.workspace=${workspaceId}`] } }),
    ).toHaveLength(0)

    // Opening a stopped workspace starts it, shows how that goes, and gives way to the IDE.
    await page.goto(`http://first-walk.localhost:${product.place.port}/`)
    await page.waitForURL('**/open/first-walk**')
    await page.waitForURL(`http://first-walk.localhost:${product.place.port}/**`, { timeout: 60_000 })
    await untilWorkbench(page)
    expect(await note()).toBe('kept')
    // A browser and an IDE share two cores with every other test.
  },
  5 * 60_000,
)
