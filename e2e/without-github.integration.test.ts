import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { openBrowser } from './browser.ts'

let arc: TestOrchestrator
let browser: Browser
let person: Person
let page: Page

beforeAll(async () => {
  ;[arc, browser] = await Promise.all([startTestOrchestrator(), openBrowser()])
  person = await arc.person()
  const context = await browser.newContext()
  const [name = '', cookie = ''] = person.cookie.split('=')
  await context.addCookies([{ name, value: cookie, url: arc.origin }])
  page = await context.newPage()
})
afterAll(async () => {
  await browser?.close()
  await arc?.destroy()
})

const why = 'Inviting people needs sign-in with GitHub, which is not set up on this server'

test('where nobody else can sign in, nobody is invited, and it says what to do', async () => {
  const { id: teamId } = await person.api.teams.create.mutate({ name: 'crew' })
  await page.goto(`${arc.origin}/teams/crew`)
  await page.getByRole('note').getByText(why).waitFor()
  await page.getByText('GITHUB_CLIENT_ID').waitFor()
  for (const name of ['Invite', 'Create invitation link'])
    expect(await page.getByRole('button', { name, exact: true }).count()).toBe(0)

  // An invitation from before, or made by a program, leads nowhere either.
  const { url } = await person.api.teams.invites.create.mutate({ teamId, login: null })
  const guest = await (await browser.newContext()).newPage()
  await guest.goto(url)
  await guest.getByRole('heading', { name: 'Join crew' }).waitFor()
  await guest.getByText(why).waitFor()
  expect(await guest.getByRole('link', { name: 'Sign in to join' }).count()).toBe(0)
})
