import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gitHubPerson } from '@arcx/testing/github'
import type { GitHubDouble } from '@arcx/testing/github'
import { createRunning } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { startWithGitHub } from './with-github.ts'
import type { WithGitHub } from './with-github.ts'

let all: WithGitHub
let github: GitHubDouble
let arc: TestOrchestrator
let browser: Browser
let admin: Person

beforeAll(async () => {
  all = await startWithGitHub()
  ;({ github, arc, browser } = all)
  admin = await arc.person()
  await arc.prisma.user.update({ where: { id: admin.userId }, data: { role: 'admin' } })
})
afterAll(() => all?.close())

async function pageOf(person: Person | null) {
  const context = await browser.newContext()
  if (person !== null) {
    const [name = '', value = ''] = person.cookie.split('=')
    await context.addCookies([{ name, value, url: arc.origin }])
  }
  return context.newPage()
}

test('somebody waits, is let in, and comes in; another comes by an invitation’s link; the log shows it and can be taken along', async () => {
  github.person = gitHubPerson(1, 'eager')
  const [visitor, desk] = await Promise.all([pageOf(null), pageOf(admin)])
  await visitor.goto(`${arc.origin}/sign-in`)
  await visitor.getByRole('link', { name: 'Continue with GitHub' }).click()
  await visitor.getByRole('link', { name: 'Authorize' }).click()
  await visitor.getByRole('heading', { name: 'You are on the waitlist' }).waitFor()

  await desk.goto(`${arc.origin}/dashboard`)
  await desk.getByRole('link', { name: 'Administration' }).click()
  await desk.getByRole('tab', { name: 'Invitations' }).click()
  await desk.getByRole('button', { name: 'Let eager in' }).click()
  await desk.getByText('may sign in now').waitFor()
  await visitor.getByRole('link', { name: 'Try again' }).click()
  await visitor.getByRole('link', { name: 'Continue with GitHub' }).click()
  await visitor.getByRole('link', { name: 'Authorize' }).click()
  await visitor.getByRole('heading', { name: 'Workspaces', exact: true }).waitFor()

  await desk.getByRole('button', { name: 'New invitation' }).click()
  const link = await desk.getByRole('status').locator('code').textContent()
  github.person = gitHubPerson(2, 'guest')
  const guest = await pageOf(null)
  await guest.goto(link ?? '')
  await guest.getByText('You are invited.').waitFor()
  await guest.getByRole('link', { name: 'Continue with GitHub' }).click()
  await guest.getByRole('link', { name: 'Authorize' }).click()
  await guest.getByRole('heading', { name: 'Workspaces', exact: true }).waitFor()

  await desk.getByRole('tab', { name: 'People' }).click()
  await desk.getByRole('searchbox').fill('guest@')
  await desk.getByLabel('Plan of guest').selectOption('pro')
  const plan = () => desk.getByLabel('Plan of guest').inputValue()
  await desk.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(plan).toBe('free')
  await desk.getByLabel('Plan of guest').selectOption('pro')
  await expect.poll(plan).toBe('pro')
  await desk.getByRole('button', { name: 'Suspend guest' }).click()
  await desk.getByRole('button', { name: 'Reinstate guest' }).waitFor()
  // The live connection closes; the page leads to sign-in by itself.
  await guest.getByRole('heading', { name: 'Workspaces that keep to themselves' }).waitFor()

  await desk.getByRole('button', { name: 'Delete guest' }).click()
  await desk.getByRole('textbox').last().fill('guest')
  await desk.getByRole('button', { name: 'Delete for good' }).click()
  await desk.getByText('being deleted').or(desk.getByText('Nobody matches')).waitFor()

  // By the arrows too: the last stands before the first.
  await desk.getByRole('tab', { name: 'Overview' }).click()
  await desk.keyboard.press('ArrowLeft')
  await desk.waitForURL('**/admin?tab=audit')
  await desk.getByText(/^\s*Verified: \d+ entries/).waitFor()
  await desk.getByRole('cell', { name: 'user.suspend' }).waitFor()
  const [download] = await Promise.all([
    desk.waitForEvent('download'),
    desk.getByRole('link', { name: 'JSON lines' }).click(),
  ])
  const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n')
  expect(lines.map((line) => JSON.parse(line).action)).toContain('waitlist.invite')
})

test('whoever runs the server sees how it stands, stops and deletes a workspace of somebody’s, and tells everybody', async () => {
  const person = await arc.person()
  const { id: workspaceId } = await createRunning(person, 'looked-after')
  const [desk, theirs] = await Promise.all([pageOf(admin), pageOf(person)])
  await desk.goto(`${arc.origin}/admin`)
  await desk.getByText('Signed-in browsers').waitFor()
  await desk.getByRole('tab', { name: 'Announcements' }).click()
  await desk.getByLabel('Message to everyone').fill('Coffee is ready.')
  await desk.getByRole('button', { name: 'Announce' }).click()
  await desk.getByRole('status').getByText('Coffee is ready.').waitFor()
  await theirs.goto(`${arc.origin}/dashboard`)
  await theirs.getByText('Coffee is ready.').waitFor()
  await desk.getByRole('button', { name: 'End' }).click()
  await desk.getByText('Nothing is announced.').waitFor()
  await desk.getByRole('button', { name: 'Undo' }).click()
  await desk.getByRole('list', { name: 'Current announcements' }).getByText('Coffee is ready.').waitFor()
  await desk.getByRole('button', { name: 'End' }).click()
  await desk.getByText('Nothing is announced.').waitFor()

  await desk.getByRole('tab', { name: 'Workspaces' }).click()
  await desk.getByRole('searchbox').fill('looked')
  await desk.getByRole('button', { name: 'Stop looked-after' }).click()
  await theirs.locator('[data-workspace=looked-after][data-state=stopped]').waitFor()
  await desk.getByRole('button', { name: 'Delete looked-after' }).click()
  await desk.getByRole('textbox').last().fill('looked-after')
  await desk.getByRole('button', { name: 'Delete for good' }).click()
  await theirs.locator('[data-workspace=looked-after]').waitFor({ state: 'detached' })
  await expect(person.api.workspaces.get.query({ workspaceId })).rejects.toThrow('no such workspace')
})

test('a token is made in the settings, shown once, works, and is revoked there', async () => {
  const page = await pageOf(admin)
  await page.goto(`${arc.origin}/settings`)
  await page.getByRole('button', { name: 'New token' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('deploy')
  await page.getByRole('button', { name: 'Create token' }).click()
  const token = await page.getByLabel('Token', { exact: true }).textContent()
  const ask = () => arc.send('/trpc/workspaces.list', { headers: { authorization: `Bearer ${token}` } })
  expect((await ask()).status).toBe(200)
  await page.getByRole('button', { name: 'Done' }).click()
  expect(await page.content()).not.toContain(token)
  await page.getByText(`arcx_…${token?.slice(-4)}`).waitFor()
  await page.getByRole('button', { name: 'Revoke deploy' }).click()
  expect(await page.getByRole('button', { name: 'Revoke for good' }).isDisabled()).toBe(true)
  await page.getByRole('textbox', { name: 'Type deploy to revoke it' }).fill('deploy')
  await page.getByRole('button', { name: 'Revoke for good' }).click()
  await page.getByText('You have none.').waitFor()
  await expect.poll(async () => (await ask()).status).toBe(401)
})

test('a person takes their data along and deletes their account by typing its name', async () => {
  const person = await arc.person()
  const page = await pageOf(person)
  await page.goto(`${arc.origin}/settings`)
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download your data' }).click(),
  ])
  const taken = JSON.parse(await readFile(await file.path(), 'utf8'))
  expect(taken.account.id).toBe(person.userId)
  await page.getByRole('button', { name: 'Delete account…' }).click()
  expect(await page.getByRole('button', { name: 'Delete for good' }).isDisabled()).toBe(true)
  await page.getByRole('textbox').fill(taken.account.login)
  await page.getByRole('button', { name: 'Delete for good' }).click()
  await page.getByRole('heading', { name: 'Workspaces that keep to themselves' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/sign-in')
  expect(await person.api.auth.me.query()).toBeNull()
})

test('a member sees no administration and gets none of it', async () => {
  const page = await pageOf(await arc.person())
  await page.goto(`${arc.origin}/admin`)
  await page.getByRole('heading', { name: 'This is for whoever runs the server' }).waitFor()
  expect(await page.getByRole('link', { name: 'Administration' }).count()).toBe(0)
})
