import { chromium } from 'playwright-core'
import type { Browser, ConsoleMessage, Page } from 'playwright-core'
import { expect } from 'vitest'
import { testRun } from '@arcx/testing/run'

/** Chromium gives up what it fetches when the machine's network changes, as it does with every container of another test. */
const networkChanged = /ERR_NETWORK_CHANGED|interrupted by another navigation to "chrome-error:/
const mostTries = 5

/**
 * For tests of whole pages: another try where Chromium has given up a request since, and there alone. The application
 * loads itself anew where a part of it was given up, and what a test had begun on the page is lost then, as it would be
 * for a person.
 */
export const unlessGivenUp = {
  retry: {
    count: 2,
    condition: () => {
      const wasGivenUp = givenUp
      givenUp = false
      return wasGivenUp
    },
  },
}
let givenUp = false

/** A real Chromium that talks to nobody but the pages under test. */
export async function openBrowser(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: testRun().ARCX_TEST_CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-dev-shm-usage',
      // So that terminals are drawn as text, which can be read, and not on a canvas.
      '--disable-3d-apis',
    ],
  })
  const newContext = browser.newContext.bind(browser)
  browser.newContext = async (options) => {
    const context = await newContext(options)
    context.on('page', goAgain)
    context.on('requestfailed', (request) => {
      if (networkChanged.test(request.failure()?.errorText ?? '')) givenUp = true
    })
    return context
  }
  return browser
}

/** Whoever sees that a page was given up loads it again. */
function goAgain(page: Page): void {
  const goto = page.goto.bind(page)
  page.goto = async (url, options) => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await goto(url, options)
      } catch (error) {
        if (tries === mostTries || !networkChanged.test(String(error))) throw error
      }
    }
  }
}

/** The VS Code workbench, once one can work in it; throws with what is shown in its place. */
export async function untilWorkbench(page: Page): Promise<void> {
  const said: string[] = []
  const hear = (message: ConsoleMessage) => void (message.type() === 'error' && said.push(message.text()))
  page.on('console', hear)
  try {
    const editor = page.locator('.monaco-workbench .part.editor')
    // Chromium gives up what it is fetching when the machine's network changes, as it does with every container of another
    // test; of the editor's many files one is enough. A person would load the page again.
    for (
      let tries = 0;
      tries < 3 &&
      !(await editor.waitFor({ timeout: 40_000 }).then(
        () => true,
        () => false,
      ));
      tries += 1
    )
      await page.reload({ waitUntil: 'commit' })
    await editor.waitFor({ timeout: 60_000 })
    await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 })
  } catch (cause) {
    const shown = await page
      .locator('body')
      .innerText({ timeout: 5000 })
      .catch(() => 'nothing that could be read')
    throw new Error(
      `No workbench at ${page.url()}, but: ${shown.slice(0, 500)}. The console: ${said.join(' | ').slice(0, 2000)}`,
      { cause },
    )
  } finally {
    page.off('console', hear)
  }
}

/** Opens a terminal in the IDE and runs a command, once the shell has shown its prompt. */
export async function runInTerminal(page: Page, command: string): Promise<void> {
  const rows = page.locator('.terminal-wrapper .xterm-rows').first()
  // The workbench takes keys a moment before it knows what they mean.
  await expect
    .poll(
      async () => {
        await page.keyboard.press('Control+Shift+Backquote')
        // Pressed again too early, it opens a second one, and what is typed goes there.
        return rows.waitFor({ timeout: 45_000 }).then(
          () => true,
          () => false,
        )
      },
      { timeout: 140_000 },
    )
    .toBe(true)
  await expect.poll(async () => (await rows.textContent()) ?? '', { timeout: 60_000 }).toMatch(/\$\s/)
  // The first keys may go astray while the terminal takes the focus: the line is looked at before it is sent.
  const bare = (text: string) => text.replace(/\s/g, '')
  const line = async () => bare((await rows.textContent()) ?? '')
  for (let tries = 0; tries < 3; tries += 1) {
    await page.locator('.xterm-helper-textarea').first().focus()
    if (tries > 0) await page.keyboard.press('Control+U')
    await page.keyboard.type(command)
    if (
      await expect
        .poll(line, { timeout: 4000 })
        .toContain(bare(command))
        .then(
          () => true,
          () => false,
        )
    )
      break
  }
  await page.keyboard.press('Enter')
}
