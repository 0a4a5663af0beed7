import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { gitHubPerson } from '@arcx/testing/github'
import type { GitHubDouble } from '@arcx/testing/github'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import { startWithGitHub } from './with-github.ts'
import type { WithGitHub } from './with-github.ts'

let all: WithGitHub
let github: GitHubDouble
let arc: TestOrchestrator
let browser: Browser

beforeAll(async () => {
  all = await startWithGitHub({ ARC_SIGNUP_MODE: 'open' })
  ;({ github, arc, browser } = all)
})
afterAll(() => all?.close())

test('from the first click through GitHub to the page first asked for; another browser is seen in the settings and signed out there', async () => {
  github.person = gitHubPerson(1, 'grace')
  const [first, second] = await Promise.all([browser.newContext(), browser.newContext()])
  const page = await first.newPage()
  await page.goto(`${arc.origin}/dashboard?filter=abc`)
  await page.getByRole('link', { name: 'Continue with GitHub' }).click()
  await page.getByText('Signed in as grace').waitFor()
  await page.getByRole('link', { name: 'Authorize' }).click()
  await page.waitForURL('**/dashboard?filter=abc')

  const other = await second.newPage()
  await other.goto(`${arc.origin}/sign-in`)
  await other.getByRole('link', { name: 'Continue with GitHub' }).click()
  await other.getByRole('link', { name: 'Authorize' }).click()
  await other.getByRole('heading', { name: 'Workspaces', exact: true }).waitFor()

  await page.getByRole('button', { name: 'Account of GRACE' }).click()
  await page.getByRole('menuitem', { name: 'Settings' }).click()
  await page.getByText('this browser').waitFor()
  await page.getByRole('button', { name: /^Sign out Chrome on Linux/ }).click()
  // Its live connection closes, and the page goes to sign-in by itself.
  await other.getByRole('heading', { name: 'Workspaces that keep to themselves' }).waitFor()
  await page.getByRole('button', { name: /^Sign out Chrome/ }).waitFor({ state: 'detached' })
  await Promise.all([first.close(), second.close()])
})

test('whoever cancels at GitHub is told so and can try again', async () => {
  github.person = gitHubPerson(2, 'hesitant')
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(`${arc.origin}/sign-in`)
  await page.getByRole('link', { name: 'Continue with GitHub' }).click()
  await page.getByRole('link', { name: 'Cancel' }).click()
  await page.getByRole('heading', { name: 'You were not signed in' }).waitFor()
  await page.getByRole('link', { name: 'Try again' }).click()
  await page.getByRole('link', { name: 'Continue with GitHub' }).click()
  await page.getByRole('link', { name: 'Authorize' }).click()
  await page.getByRole('heading', { name: 'Workspaces', exact: true }).waitFor()
  expect(page.url()).toBe(`${arc.origin}/dashboard`)
  await context.close()
})
