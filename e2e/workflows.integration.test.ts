import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser } from './browser.ts'
import { seriousFindings, takeScheme } from './screens.ts'
import { startWithCli } from './with-cli.ts'
import type { WithCli } from './with-cli.ts'

let all: WithCli
let browser: Browser
beforeAll(async () => {
  ;[all, browser] = await Promise.all([startWithCli(), openBrowser()])
})
afterAll(async () => {
  await browser?.close()
  await all?.arc.destroy()
})

async function openPage(width: number, height: number): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height } })
  const [name = '', cookie = ''] = all.person.cookie.split('=')
  await context.addCookies([{ name, value: cookie, url: all.arc.origin }])
  return context.newPage()
}

const source = `name: Greeting
on:
  workflow_dispatch:
    inputs:
      who: { type: string, required: true }
jobs:
  ask:
    steps:
      - uses: approval
        with:
          message: Shall we greet \${{ inputs.who }}?
  greet:
    needs: ask
    workspace: box
    steps:
      - run: echo "Hello $WHO"
        env:
          WHO: \${{ inputs.who }}
`

test('a workflow is written, corrected where its errors say, run, approved and watched in the browser', async () => {
  const page = await openPage(1280, 800)
  await page.goto(`${all.arc.origin}/workflows`)
  await page.getByRole('link', { name: 'New workflow' }).click()
  const editor = page.getByLabel('Workflow in YAML')
  await editor.fill(source.replace('needs: ask', 'neds: ask'))
  const problem = page.getByRole('button', { name: /Line 13, column 5.*Did you mean “needs”\?/ })
  await problem.click()
  await page.keyboard.type('needs: ask')
  await problem.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Run' }).click()
  await page.getByLabel('who').fill('Ada')
  await page.getByRole('dialog').getByRole('button', { name: 'Run' }).click()
  await page.getByText('Shall we greet Ada?').waitFor({ timeout: 30_000 })
  for (const scheme of ['light', 'dark'] as const) {
    await takeScheme(page, scheme)
    expect(await seriousFindings(page)).toEqual([])
  }
  await page.getByRole('button', { name: 'Approve' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('Succeeded · started by a person').waitFor({ timeout: 60_000 })
  await page.getByRole('button', { name: /echo "Hello \$WHO"/ }).click()
  await page.getByRole('log').getByText('Hello Ada').waitFor()
  await page.getByRole('button', { name: 'Run again' }).waitFor()
  await page.context().close()
}, 180_000)

test('on a phone none of its pages is wider than the screen', async () => {
  const page = await openPage(390, 844)
  const isWithin = async () => expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  await page.goto(`${all.arc.origin}/workflows`)
  await page.getByRole('link', { name: 'Greeting' }).waitFor()
  await isWithin()
  expect(await seriousFindings(page)).toEqual([])
  await page.getByRole('link', { name: 'Greeting' }).click()
  await page.getByRole('heading', { name: 'Runs' }).waitFor()
  await isWithin()
  expect(await seriousFindings(page)).toEqual([])
  await page.getByRole('link', { name: /#1/ }).click()
  await page.getByRole('log').waitFor()
  await isWithin()
  await page.context().close()
}, 120_000)

test('the same by the command', async () => {
  const { token } = await all.person.api.tokens.create.mutate({ name: 'flows', scopes: ['workflows'] })
  const cli = (args: string[]) => all.cli.run(['workflow', ...args, '--token', token])
  const said = async (args: string[]) => {
    const { code, stdout, stderr } = await cli(args)
    expect([code, stderr]).toEqual([0, ''])
    return stdout.toString()
  }
  const file = join(all.home, 'flow.yml')
  await writeFile(file, source.replace('Greeting', 'By command').replace('needs: ask', 'neds: ask'))
  const refused = await cli(['save', file])
  expect(refused.code).toBe(6)
  expect(refused.stderr).toContain(`${file}:13:5: “neds” is no key of jobs.greet. Did you mean “needs”?`)
  await writeFile(file, source.replace('Greeting', 'By command'))
  expect(await said(['save', file])).toBe('By command is saved as version 1.\n')
  expect(await said(['ls'])).toMatch(/By command +1 +workflow_dispatch/)
  expect((await cli(['run', 'By command'])).stderr).toContain('The input “who” is missing')
  const running = cli(['run', 'by command', '--input', 'who=Grace', '--follow'])
  await expect.poll(async () => (await cli(['approve', 'By command'])).code, { timeout: 30_000 }).toBe(0)
  const { code, stdout } = await running
  expect([code, stdout.toString()]).toEqual([0, 'Waiting for an approval: Shall we greet Grace?\nHello Grace\n'])
  expect(await said(['runs', 'By command'])).toMatch(/#1 +succeeded +person/)
  expect(await said(['logs', 'By command', '1'])).toContain('Hello Grace')
  expect(await said(['rerun', 'By command'])).toContain('By command #2 goes on with what #1 left.')
  await said(['run', 'By command', '-i', 'who=x'])
  expect(await said(['cancel', 'By command'])).toBe('By command #3 is cancelled.\n')
  expect(await said(['show', 'By command'])).toContain('name: By command')
  await said(['rm', 'By command', '--yes'])
  expect((await cli(['runs', 'By command'])).code).toBe(5)
}, 180_000)
