import type { Browser, Page } from 'playwright-core'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Workspace } from '@arcx/router'
import { createRunning, runInside, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import { startOutside } from '@arcx/testing/outside'
import type { Person } from '@arcx/testing/person'
import { testDirectory, testRun } from '@arcx/testing/run'
import { openBrowser } from './browser.ts'

const value = 'sk-proj-Aa1Bb2Cc3Dd4Ee5Ff6Gg7Hh8'

let arc: TestOrchestrator
let browser: Browser
let person: Person
let box: Workspace
let page: Page
let origin: string
let arrived: (string | undefined)[] = []

beforeAll(async () => {
  const directory = await testDirectory(testRun(), 'egress-pages')
  const { port, caFile } = await startOutside(
    directory,
    ['api.outside.test', 'other.outside.test'],
    async (request, response) => {
      await text(request)
      arrived.push(request.headers.authorization)
      response.end('{}')
    },
  )
  origin = `https://api.outside.test:${port}`
  const settings = {
    ARC_EGRESS: 'proxy',
    ARC_EGRESS_EXEMPT: '127.0.0.1/32',
    ARC_EGRESS_NAMES: 'api.outside.test=127.0.0.1,other.outside.test=127.0.0.1',
    ARC_EGRESS_CA_FILE: caFile,
  }
  ;[arc, browser] = await Promise.all([startTestOrchestrator(settings), openBrowser()])
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

const inside = (command: string) => runInside(arc.engine, box.id, ['bash', '-c', `. /run/arcx-environment; ${command}`])

test('a secret is made in the settings, with where it may go, and its value is on no page; what is wrong is told', async () => {
  await page.goto(`${arc.origin}/settings`)
  const secrets = page.getByRole('region', { name: 'Secrets' })
  await secrets.getByText('No secrets yet').waitFor()
  await secrets.getByText('Add an API key or a token with “New secret”').waitFor()
  await page.getByRole('button', { name: 'New secret' }).click()
  await page.getByLabel('Name', { exact: true }).fill('openai_api_key')
  await page.getByLabel('Value').fill('short')
  await page.getByLabel('Allowed hosts').fill('api.outside.test https://no.such/host')
  await page.getByLabel('headers').check()
  await page.getByRole('button', { name: 'Save secret' }).click()
  // Each problem is told at its field, which alone is marked.
  await page.getByRole('alert').getByText('A value needs at least 12 characters').waitFor()
  await page.getByRole('alert').getByText('“https://no.such/host” is not a host').waitFor()
  expect(
    await page
      .getByRole('dialog')
      .locator('[aria-invalid=true]')
      .evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value)),
  ).toEqual(['short', 'api.outside.test https://no.such/host'])
  await expect.poll(() => page.getByLabel('Value').evaluate((field) => field === document.activeElement)).toBe(true)
  await page.getByLabel('Allowed hosts').fill('api.outside.test')
  await page.getByLabel('Value').fill(value)
  await page.getByRole('button', { name: 'Save secret' }).click()
  await page.getByText('to api.outside.test in headers').waitFor()
  await page.getByText('see OPENAI_API_KEY after a restart').waitFor()
  expect(await page.content()).not.toContain(value)
  box = await createRunning(person, 'calls-out')
  arrived = []
  await inside(`curl -sS -H "Authorization: Bearer $OPENAI_API_KEY" ${origin}/seen`)
  expect(arrived).toEqual([`Bearer ${value}`])
})

test('calls are seen as they happen, those that were refused apart, and by host', async () => {
  await page.goto(`${arc.origin}/workspaces/calls-out`)
  const calls = page.getByRole('region', { name: 'Outgoing requests' })
  await calls.getByText('/seen').waitFor()
  await calls.getByText('with OPENAI_API_KEY').waitFor()
  // It scrolls by the keyboard too.
  await calls.getByRole('list').focus()
  expect(await calls.getByRole('list').evaluate((list) => list === document.activeElement)).toBe(true)
  // It comes by itself.
  await inside(`curl -sS -H "Authorization: Bearer $OPENAI_API_KEY" ${origin.replace('api.', 'other.')}/leaks`)
  await calls.getByText('Secret blocked: host not allowed').waitFor()
  await calls.getByLabel('Only refused').check()
  await calls.getByText('/seen').waitFor({ state: 'detached' })
  await calls.getByText('/leaks').waitFor()
  await calls.getByLabel('Only refused').uncheck()
  await calls.getByLabel('Filter by host').fill('api.outside')
  await calls.getByText('/leaks').waitFor({ state: 'detached' })
  await calls.getByText('/seen').waitFor()
  await calls.getByLabel('Filter by host').fill('nowhere')
  await calls.getByText('No requests match.').waitFor()
})

test('another grant, and rules with a limit, count for what runs; a workspace has rules of its own', async () => {
  await page.goto(`${arc.origin}/settings`)
  await page.getByRole('button', { name: 'Edit hosts of OPENAI_API_KEY' }).click()
  await page.getByLabel('Allowed hosts').fill('other.outside.test')
  await page.getByLabel('headers').uncheck()
  await page.getByRole('button', { name: 'Save' }).last().click()
  await page.getByText('to other.outside.test · set').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('to api.outside.test in headers · set').waitFor()
  await page.getByRole('button', { name: 'Add limit' }).click()
  await page.getByLabel('Host', { exact: true }).fill('not a host')
  await page.getByLabel('requests per minute').fill('5')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('alert').getByText('“not a host” is not a host').waitFor()
  expect(
    await page
      .locator('[aria-invalid=true]')
      .evaluateAll((fields) => fields.map((field) => (field as HTMLInputElement).value)),
  ).toEqual(['not a host'])
  await page.getByLabel('Host', { exact: true }).fill('api.outside.test')
  await page.getByLabel('Credentials in responses').selectOption('redact')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('It applies from the next request on.').waitFor()
  expect(await person.api.egress.rules.query()).toMatchObject({
    found: 'redact',
    limits: [{ host: 'api.outside.test', requestsPerMinute: 5, megabytesPerHour: null }],
  })

  await page.goto(`${arc.origin}/workspaces/calls-out`)
  await page.getByText('Secrets and network access of this workspace only').click()
  await page.getByLabel('Hosts that are not listed').selectOption('closed')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('It applies from the next request on.').waitFor()
  expect(await person.api.egress.rules.query({ workspaceId: box.id })).toMatchObject({ fallback: 'closed' })
  expect(await person.api.egress.rules.query()).toMatchObject({ fallback: 'open' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => person.api.egress.rules.query({ workspaceId: box.id })).toMatchObject({ fallback: 'open' })
})

test('traffic to the outside is in the figures of the workspace, as it flows', async () => {
  await page.goto(`${arc.origin}/workspaces/calls-out`)
  const chart = page.getByRole('img', { name: /^Traffic: received \d/ })
  await chart.waitFor()
  const calls = inside(
    `for n in $(seq 40); do curl -sS -o /dev/null --data-binary @/usr/bin/bash ${origin}/seen; sleep 0.2; done`,
  )
  await page.getByRole('img', { name: /^Traffic: .* sent [1-9][\d.]* [KM]B\/s/ }).waitFor({ timeout: 20_000 })
  await calls
})

test('a page that stays open shows the figures of a workspace once, and only while it runs', async () => {
  await page.goto(`${arc.origin}/workspaces/calls-out`)
  const charts = page.getByRole('img', { name: /^(?:CPU|Memory|Traffic):/ })
  for (let round = 0; round < 2; round++) {
    await page.getByRole('img', { name: /^CPU: \d/ }).waitFor()
    expect(await charts.count()).toBe(3)
    expect(await page.getByRole('heading', { name: 'Ports' }).count()).toBe(1)
    expect(await page.getByRole('log').count()).toBe(1)
    await person.api.workspaces.stop.mutate({ workspaceId: box.id })
    await page.getByText('Stopped', { exact: true }).waitFor()
    await expect.poll(() => charts.count()).toBe(0)
    expect(await page.getByRole('heading', { name: 'Ports' }).count()).toBe(0)
    await person.api.workspaces.start.mutate({ workspaceId: box.id })
  }
})

test('a secret is deleted by typing its name', async () => {
  await page.goto(`${arc.origin}/settings`)
  await page.getByRole('button', { name: 'Delete OPENAI_API_KEY' }).click()
  expect(await page.getByRole('button', { name: 'Delete for good' }).isDisabled()).toBe(true)
  await page.getByRole('textbox', { name: 'Type OPENAI_API_KEY to delete it' }).fill('OPENAI_API_KEY')
  await page.getByRole('button', { name: 'Delete for good' }).click()
  await page.getByText('No secrets yet').waitFor()
  await expect.poll(() => person.api.secrets.list.query()).toEqual([])
})
