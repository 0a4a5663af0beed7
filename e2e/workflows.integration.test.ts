import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Person } from '@arcx/testing/person'
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

async function openPage(width: number, height: number, person: Person = all.person): Promise<Page> {
  const context = await browser.newContext({ viewport: { width, height } })
  const [name = '', cookie = ''] = person.cookie.split('=')
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
  await page.getByRole('group', { name: 'Approval' }).getByText('Shall we greet Ada?').waitFor({ timeout: 30_000 })
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

test('what is not saved is not lost by leaving, nor by what somebody else saves, and a refused save leads to what is wrong', async () => {
  const page = await openPage(1280, 800)
  await page.goto(`${all.arc.origin}/workflows/new`)
  const editor = page.getByLabel('Workflow in YAML')
  await vi.waitFor(async () => expect(await editor.inputValue()).toContain('workspace: box'), { timeout: 20_000 })
  await editor.fill('')
  await page.getByText('A workflow begins with its keys').waitFor()
  await editor.fill(source.replace('Greeting', 'Kept').replace('needs: ask', 'neds: ask'))
  await page.getByRole('button', { name: /Did you mean “needs”/ }).waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await vi.waitFor(
    async () => expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('Line 13, column 5'),
    { timeout: 20_000 },
  )
  await editor.fill(source.replace('Greeting', 'Kept'))
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Kept' }).waitFor()
  await page.getByRole('button', { name: 'Run' }).waitFor()

  await editor.fill(`${source.replace('Greeting', 'Kept')}\n`)
  await page.getByRole('button', { name: 'Save' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Saved' }).waitFor()
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Saved')

  const mine = `# Mine\n${source.replace('Greeting', 'Kept')}`
  await editor.fill(mine)
  await page.getByRole('link', { name: 'Workflows' }).first().click()
  await page.getByRole('button', { name: 'Stay here' }).click()
  expect(await editor.inputValue()).toBe(mine)

  const saved = (await all.person.api.workflows.list.query({ teamId: null })).find(({ name }) => name === 'Kept')
  const workflowId = saved?.id ?? null
  const theirs = source.replace('Greeting', 'Kept').replace('Shall we', 'May we')
  await all.person.api.workflows.save.mutate({ teamId: null, workflowId, source: theirs })
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Somebody has saved version 3 meanwhile').first().waitFor()
  expect(await editor.inputValue()).toBe(mine)
  await page.getByRole('link', { name: 'Workflows' }).first().click()
  await page.getByRole('button', { name: 'Leave', exact: true }).click()
  await page.getByRole('heading', { name: 'Workflows' }).waitFor()
  await page.context().close()
}, 120_000)

test('a viewer of the team sees its runs, and nothing to press that would be refused', async () => {
  const viewer = await all.arc.person()
  const { id: teamId } = await all.person.api.teams.create.mutate({ name: 'watched' })
  await all.arc.prisma.membership.create({ data: { teamId, userId: viewer.userId, role: 'viewer' } })
  const { workflow } = await all.person.api.workflows.save.mutate({ teamId, source })
  if (workflow === null) throw new Error('It was refused.')
  await all.person.api.workflows.run.mutate({ workflowId: workflow.id, inputs: { who: 'Ada' } })
  const pages = await Promise.all([openPage(1280, 800), openPage(1280, 800, viewer)])
  const [own, seen] = pages
  for (const page of pages) {
    await page.goto(`${all.arc.origin}/workflows?team=watched`)
    await page.getByRole('link', { name: 'Greeting', exact: true }).waitFor()
  }
  expect(await own.getByRole('link', { name: 'New workflow' }).count()).toBe(1)
  expect(await seen.getByRole('link', { name: 'New workflow' }).count()).toBe(0)
  for (const page of pages) {
    await page.getByRole('link', { name: 'Greeting', exact: true }).click()
    await page.getByRole('link', { name: /#1/ }).click()
    await page.getByText('Shall we greet Ada?').first().waitFor({ timeout: 30_000 })
  }
  await own.getByRole('button', { name: 'Approve' }).waitFor()
  await seen.getByText('Waits for somebody who may run this workflow.').waitFor()
  expect(await seen.getByRole('button', { name: /Approve|Decline|Cancel/ }).count()).toBe(0)
  await seen.getByRole('link', { name: 'Greeting' }).first().click()
  await seen.getByRole('link', { name: 'Workflows' }).nth(1).click()
  await seen.getByRole('link', { name: 'Greeting', exact: true }).waitFor()
  await seen.goto(`${all.arc.origin}/workflows?team=nobodys`)
  await seen.getByText('There is no team “nobodys”, or you are not in it.').waitFor()
  for (const page of pages) await page.context().close()
}, 120_000)

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
  await page.goto(`${all.arc.origin}/docs/workflow-reference`)
  await page.getByRole('heading', { name: 'on.push' }).waitFor()
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
  const missing = await cli(['save', `${file}.gone`])
  expect([missing.code, missing.stderr.trim()]).toEqual([5, `arcx: There is no file ${file}.gone.`])
  const running = cli(['run', 'by command', '--input', 'who=Grace', '--follow'])
  await expect
    .poll(async () => (await cli(['status', 'By command'])).stdout.toString(), { timeout: 30_000 })
    .toContain("Approve it with: arcx workflow approve 'By command' 1")
  await said(['approve', 'By command'])
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
