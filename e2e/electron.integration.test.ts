import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron as electron } from 'playwright-core'
import type { ElectronApplication } from 'playwright-core'
import { afterAll, expect, test, vi } from 'vitest'
import { isInstalled } from '@arcx/launch/command'
import { createRunning, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import { testDirectory, testRun } from '@arcx/testing/run'
import { openBrowser } from './browser.ts'

const repository = fileURLToPath(new URL('..', import.meta.url))
const electronDirectory = join(repository, 'node_modules/electron')
const program = (() => {
  const name = existsSync(join(electronDirectory, 'path.txt')) ? readFileSync(join(electronDirectory, 'path.txt'), 'utf8') : ''
  const path = join(electronDirectory, 'dist', name)
  return name !== '' && existsSync(path) ? path : null
})()

let arc: TestOrchestrator | undefined
let app: ElectronApplication | undefined
const stops: (() => unknown)[] = []
afterAll(async () => {
  await app?.close().catch(() => undefined)
  for (const stop of stops.toReversed()) await stop()
  await arc?.destroy()
})

/** A display of one's own where the machine has none; null where that cannot be had. */
async function display(): Promise<string | null> {
  const given = process.env['DISPLAY']
  if (given !== undefined) return given
  if ((await isInstalled('Xvfb')) === null) return null
  const server = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'], { stdio: ['ignore', 'pipe', 'ignore'] })
  stops.push(() => server.kill())
  const [number] = (await once(server.stdout, 'data')) as [Buffer]
  return `:${number.toString().trim()}`
}

test('the app in Electron: it starts, signs in, opens a workspace, and a hostile page in it reaches no Node', async ({ skip }) => {
  if (program === null) return skip('Electron’s program is not on this machine (npm run desktop fetches it): what needs it was not tested.')
  const shown = await display()
  if (shown === null) return skip('There is no display, and no Xvfb to make one: what needs Electron was not tested.')
  const directory = await testDirectory(testRun(), 'electron')
  arc = await startTestOrchestrator()
  const person = await arc.person()
  await createRunning(person, 'electric')
  app = await electron.launch({
    executablePath: program,
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), '--disable-gpu', `--user-data-dir=${directory}`, join(repository, 'desktop')],
    env: { ...process.env, DISPLAY: shown },
  })
  await app.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openExternal = async (url: string) => void opened.push(url)
  })
  const page = await app.firstWindow()
  await page.getByLabel('Address of your server').fill(arc.origin)
  await page.getByRole('button', { name: 'Sign in by the browser' }).click()
  const address = await vi.waitFor(async () => {
    const [first] = await (app as ElectronApplication).evaluate(() => (globalThis as unknown as { opened: string[] }).opened)
    return first ?? Promise.reject(new Error('No browser was opened.'))
  }, { timeout: 15_000, interval: 200 })
  const browser = await openBrowser()
  stops.push(() => browser.close())
  const context = await browser.newContext()
  const [name = '', value = ''] = person.cookie.split('=')
  await context.addCookies([{ name, value, url: arc.origin }])
  const tab = await context.newPage()
  await tab.goto(address)
  await tab.getByRole('button', { name: 'Allow' }).click()
  // While the browser asks whether it may open arcx://, which nobody answers here, it takes no clicks.
  await tab.goto((await tab.getByRole('link', { name: 'Go back to the app' }).getAttribute('href')) ?? '')
  await page.getByRole('link', { name: 'Open electric' }).click()
  await page.getByRole('button', { name: 'electric (open)' }).waitFor({ timeout: 60_000 })
  const inside = await app.evaluate(async ({ webContents }) => {
    const view = webContents.getAllWebContents().find((contents) => contents.getURL().includes('electric.'))
    if (view === undefined) throw new Error('There is no view.')
    const preferences = (view as unknown as { getLastWebPreferences(): Record<string, unknown> }).getLastWebPreferences()
    const seen = (await view.executeJavaScript('[typeof require, typeof process, typeof module, typeof window.arcxDesktop, typeof window.electron].join()')) as string
    await view.executeJavaScript("location.href = 'file:///etc/passwd'").catch(() => undefined)
    await view.executeJavaScript("location.href = 'arcx-app://app/dashboard'").catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    return { seen, url: view.getURL(), sandbox: preferences['sandbox'], nodeIntegration: preferences['nodeIntegration'], contextIsolation: preferences['contextIsolation'], preload: preferences['preload'] }
  })
  expect(inside).toMatchObject({ seen: 'undefined,undefined,undefined,undefined,undefined', sandbox: true, nodeIntegration: false, contextIsolation: true })
  expect(inside.preload ?? '').toBe('')
  expect(new URL(inside.url).host).toBe(`electric.localhost:${arc.port}`)
}, 240_000)
