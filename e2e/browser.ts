import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { testRun } from '@arcx/testing/run'

/** A real Chromium that talks to nobody but the pages under test. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: testRun().ARCX_TEST_CHROMIUM,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    ],
  })
}

/** The VS Code workbench, once one can work in it. */
export async function untilWorkbench(page: Page): Promise<void> {
  await page.locator('.monaco-workbench .part.editor').waitFor({ timeout: 60_000 })
  await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 })
}

/** Opens a terminal in the IDE and runs a command, once the shell has shown its prompt. */
export async function runInTerminal(page: Page, command: string): Promise<void> {
  await page.keyboard.press('Control+Shift+Backquote')
  const terminal = page.locator('.terminal-wrapper.active .xterm-rows, .terminal-wrapper .xterm-rows').first()
  await terminal.waitFor({ timeout: 30_000 })
  await page.locator('.xterm-helper-textarea').first().focus()
  // xterm may draw on a canvas; its accessible buffer always holds the text.
  await page.waitForFunction(() => /\$\s*$/m.test(document.querySelector('.xterm-rows')?.textContent ?? ''), undefined, { timeout: 30_000 })
  await page.keyboard.type(command)
  await page.keyboard.press('Enter')
}
