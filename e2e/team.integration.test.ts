import type { Browser, WebSocket } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import { runInTerminal, untilWorkbench } from './browser.ts'
import { startWithGitHub } from './with-github.ts'
import type { WithGitHub } from './with-github.ts'

let all: WithGitHub
let arc: TestOrchestrator
let browser: Browser

beforeAll(async () => {
  all = await startWithGitHub({ ARC_SIGNUP_MODE: 'open' })
  ;({ arc, browser } = all)
})
afterAll(() => all?.close())

test('two people, two browsers, one team: invite, accept, open the same workspace, remove, and the removed one is cut off', async () => {
  const [first, second] = await Promise.all([browser.newContext(), browser.newContext()])
  const grace = await first.newPage()
  await grace.goto(`${arc.origin}/teams`)
  await all.signIn(grace, 1, 'grace')
  await grace.getByRole('button', { name: 'Create a team' }).click()
  await grace.getByLabel('Name').fill('compilers')
  await grace.getByRole('button', { name: 'Create', exact: true }).click()
  await grace.getByRole('heading', { name: 'compilers' }).waitFor()
  await grace.getByLabel('GitHub login').fill('nobody here!!')
  await grace.getByRole('button', { name: 'Invite', exact: true }).click()
  await grace.getByRole('alert').getByText('“nobody here!!” is not a GitHub login.').waitFor()
  expect(await grace.content()).not.toContain('invalid_format')
  await grace.getByLabel('GitHub login').fill('')
  await grace.getByRole('button', { name: 'Create invitation link' }).click()
  const link = (await grace.getByLabel('Invitation link').textContent()) ?? ''

  // Clicked by somebody who is not signed in, and has never been here.
  const linus = await second.newPage()
  await linus.goto(link)
  await linus.getByRole('heading', { name: 'Join compilers' }).waitFor()
  await linus.getByRole('link', { name: 'Sign in to join' }).click()
  await all.signIn(linus, 2, 'linus')
  await linus.getByRole('button', { name: 'Join as linus' }).click()
  await linus.getByRole('heading', { name: 'compilers' }).waitFor()
  // Grace sees it by itself.
  await grace.locator('[data-member=linus]').waitFor()

  await grace.getByRole('button', { name: 'New workspace' }).click()
  await grace.getByLabel('Name').fill('shared-work')
  await grace.getByRole('button', { name: 'Create', exact: true }).click()
  await grace.getByRole('heading', { name: 'shared-work is ready' }).waitFor({ timeout: 60_000 })
  await grace.getByRole('button', { name: 'Close' }).click()
  await linus.locator('[data-workspace=shared-work][data-state=running]').waitFor()
  const theirs: WebSocket[] = []
  second.once('page', (page) => page.on('websocket', (socket) => theirs.push(socket)))
  const [ide] = await Promise.all([
    second.waitForEvent('page'),
    linus.getByRole('link', { name: 'Open shared-work' }).click(),
  ])
  await untilWorkbench(ide)
  await runInTerminal(
    ide,
    'echo written by $((40+2)) > ~/project/seen.txt; cat ~/project/seen.txt; code ~/project/seen.txt',
  )
  await expect
    .poll(async () => ide.locator('.terminal-wrapper .xterm-rows').first().textContent(), { timeout: 30_000 })
    .toContain('written by 42')
  // `code` opens it, as on one's own machine.
  await ide.getByRole('tab', { name: /seen\.txt/ }).waitFor({ timeout: 30_000 })
  const own: WebSocket[] = []
  first.once('page', (page) => page.on('websocket', (socket) => own.push(socket)))
  const [ownIde] = await Promise.all([
    first.waitForEvent('page'),
    grace.getByRole('link', { name: 'Open shared-work' }).click(),
  ])
  await untilWorkbench(ownIde)
  const role = () => grace.getByLabel('Role of linus').inputValue()
  const former = await role()
  await grace.getByLabel('Role of linus').selectOption('admin')
  await grace.getByText('linus is now an admin').waitFor()
  await grace.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(role).toBe(former)
  await grace.getByRole('button', { name: 'More for linus' }).click()
  await grace.getByRole('menuitem', { name: 'Remove from the team' }).click()
  await grace.getByRole('textbox', { name: 'Type linus to remove them' }).fill('linus')
  await grace.getByRole('button', { name: 'Remove', exact: true }).click()
  await grace.locator('[data-member=linus]').waitFor({ state: 'detached' })
  // The team goes from Linus's page, and his IDE loses its connection; Grace's stays.
  await linus.getByRole('heading', { name: 'There is no team called compilers' }).waitFor()
  expect(theirs.length).toBeGreaterThan(0)
  // Those that it opens again are refused and close too.
  await expect.poll(() => theirs.filter((socket) => !socket.isClosed()).length, { timeout: 10_000 }).toBe(0)
  expect(own.some((socket) => !socket.isClosed())).toBe(true)
  const answer = await ide.reload()
  expect(answer?.status()).toBeGreaterThanOrEqual(400)
  await Promise.all([first.close(), second.close()])
})

test('whoever is invited by login finds it on the dashboard; as a viewer they see workspaces and open none', async () => {
  const owner = await arc.person()
  const { id: teamId } = await owner.api.teams.create.mutate({ name: 'watchers' })
  await owner.api.workspaces.create.mutate({ name: 'watched', teamId })
  await owner.api.teams.invites.create.mutate({ teamId, login: 'Barbara', role: 'viewer' })
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
  const page = await context.newPage()
  await page.goto(`${arc.origin}/dashboard`)
  await all.signIn(page, 3, 'barbara')
  await page.getByText('invites you to the team watchers as a viewer').waitFor()
  await page.getByRole('button', { name: 'Join' }).click()
  await page.getByRole('heading', { name: 'watchers' }).waitFor()
  await page.locator('[data-workspace=watched]').getByText('view only').waitFor()
  expect(await page.getByRole('link', { name: 'Open watched' }).count()).toBe(0)
  await page.goto(`${arc.origin}/open/watched`)
  await page.getByText('You are a viewer of the team').waitFor()
  // Nothing says that it opens all the same.
  expect(await page.getByText('Opening…').count()).toBe(0)
  await page.goto(`${arc.origin}/teams/watchers`)
  await page.getByRole('button', { name: 'Leave…' }).click()
  expect(await page.getByRole('button', { name: 'Leave', exact: true }).isDisabled()).toBe(true)
  await page.getByRole('textbox', { name: 'Type watchers to leave it' }).fill('watchers')
  await page.getByRole('button', { name: 'Leave', exact: true }).click()
  await page.getByRole('heading', { name: 'Teams', exact: true }).waitFor()
  await expect
    .poll(async () => (await owner.api.teams.get.query({ name: 'watchers' })).members.map(({ login }) => login))
    .not.toContain('barbara')
  await context.close()
})
