import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createRunning, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { openBrowser } from './browser.ts'
import { compareScreen, contextFor, isTooWide, keyboardFindings, seriousFindings, takeScheme } from './screens.ts'
import type { Look } from './screens.ts'
import { inOwnLetters, speakWide } from './texts.ts'

let arc: TestOrchestrator
let browser: Browser
let ada: Person
/** Without anything yet. */
let newcomer: Person
/** Whose payment has not come. */
let waiting: Person
let invitation: string
let workflowId: string

beforeAll(async () => {
  ;[arc, browser] = await Promise.all([startTestOrchestrator({ ARC_SIGNUP_MODE: 'invite' }), openBrowser()])
  const named = async (login: string, name: string, role: 'admin' | 'member' = 'member') => {
    const person = await arc.person()
    await arc.prisma.user.update({ where: { id: person.userId }, data: { login, name, role } })
    return person
  }
  const grace = await named('grace', 'Grace Hopper')
  ada = await named('ada', 'Ada Lovelace', 'admin')
  newcomer = await named('alan', 'Alan Turing')
  waiting = await named('edsger', 'Edsger Dijkstra')
  await arc.prisma.user.update({ where: { id: waiting.userId }, data: { status: 'waiting_payment' } })
  const { id: teamId } = await ada.api.teams.create.mutate({ name: 'engines' })
  await arc.prisma.membership.create({ data: { teamId, userId: grace.userId, role: 'viewer' } })
  await ada.api.teams.invites.create.mutate({ teamId, login: 'Barbara', role: 'member' })
  invitation = new URL((await ada.api.teams.invites.create.mutate({ teamId, role: 'member' })).url).search
  const source = `name: Hours of the team
on:
  schedule:
    - cron: '45 8 * * 1-5'
      timezone: Europe/Berlin
jobs:
  up:
    steps:
      - uses: workspace/start
        with: { name: notes }
`
  const { workflow } = await ada.api.workflows.save.mutate({ source })
  if (workflow === null) throw new Error('The workflow has faults.')
  workflowId = workflow.id
  const notes = await createRunning(ada, 'notes')
  await ada.api.workspaces.stop.mutate({ workspaceId: notes.id })
  await untilState(ada, notes.id, 'stopped')
  await createRunning(ada, 'analytical-engine')
}, 180_000)
afterAll(async () => {
  await browser?.close()
  await arc?.destroy()
})

interface Screen {
  readonly name: string
  readonly path: string | (() => string)
  /** Who looks at it; Ada where it is not said. */
  readonly as?: 'nobody' | 'newcomer' | 'waiting'
  /** Until it is whole. */
  ready(page: Page): Promise<unknown>
}

const heading =
  (name: string, exact = true) =>
  (page: Page) =>
    page.getByRole('heading', { name, exact }).first().waitFor()
const screens: readonly Screen[] = [
  { name: 'landing', path: '/', as: 'nobody', ready: heading('Workspaces that keep to themselves') },
  { name: 'sign-in', path: '/sign-in', as: 'nobody', ready: (page) => page.getByText('npm run sign-in').waitFor() },
  { name: 'docs', path: '/docs/sign-in', as: 'nobody', ready: heading('Sign-in and sign-up') },
  { name: 'not-found', path: '/no/such/page', ready: heading('There is nothing here') },
  {
    name: 'dashboard',
    path: '/dashboard',
    ready: (page) => page.locator('[data-workspace=analytical-engine][data-state=running]').waitFor(),
  },
  {
    name: 'new-workspace',
    path: '/dashboard?new=true',
    ready: (page) => page.getByRole('dialog').getByLabel('Name').waitFor(),
  },
  {
    name: 'palette',
    path: '/dashboard',
    async ready(page) {
      await page.locator('[data-workspace=notes]').waitFor()
      // A page whose parts do not come, as when the machine's network changes, begins anew.
      await vi.waitFor(
        async () => {
          // By the button, which opens and never closes it.
          if (!(await page.getByRole('dialog').isVisible()))
            await page.getByRole('button', { name: 'Search' }).click({ timeout: 4000 })
          await page
            .getByRole('option', { name: /analytical-engine/ })
            .first()
            .waitFor({ timeout: 4000 })
        },
        { timeout: 30_000 },
      )
    },
  },
  { name: 'workspace', path: '/workspaces/analytical-engine', ready: heading('analytical-engine') },
  {
    name: 'connect',
    path: '/workspaces/analytical-engine',
    async ready(page) {
      await page.getByRole('button', { name: 'Connect to analytical-engine' }).click()
      await page.getByRole('dialog').getByRole('heading', { name: 'Connect to analytical-engine' }).waitFor()
    },
  },
  { name: 'history', path: '/workspaces/analytical-engine/history', ready: heading('History', false) },
  { name: 'teams', path: '/teams', ready: (page) => page.getByText('engines').first().waitFor() },
  { name: 'team', path: '/teams/engines', ready: (page) => page.locator('[data-member=grace]').waitFor() },
  { name: 'settings', path: '/settings', ready: (page) => page.getByText('this browser').waitFor() },
  { name: 'admin', path: '/admin', ready: heading('Administration') },
  {
    name: 'admin-people',
    path: '/admin?tab=people',
    ready: (page) => page.getByText('Grace Hopper').first().waitFor(),
  },
  {
    name: 'admin-workspaces',
    path: '/admin?tab=workspaces',
    ready: (page) => page.getByText('analytical-engine').first().waitFor(),
  },
  {
    name: 'admin-invitations',
    path: '/admin?tab=invitations',
    ready: (page) => page.getByText('No invitation has been made yet.').waitFor(),
  },
  {
    name: 'admin-announcements',
    path: '/admin?tab=announcements',
    ready: (page) => page.getByText('Nothing is announced.').waitFor(),
  },
  { name: 'admin-plans', path: '/admin?tab=plans', ready: (page) => page.getByLabel('Workspaces of Free').waitFor() },
  { name: 'admin-github', path: '/admin?tab=github', ready: heading('Connect GitHub') },
  {
    name: 'admin-webhooks',
    path: '/admin?tab=webhooks',
    ready: (page) => page.getByText('Nothing has been sent to this server yet.').waitFor(),
  },
  { name: 'workflows', path: '/workflows', ready: (page) => page.getByText('Hours of the team').waitFor() },
  { name: 'first-workflow', path: '/workflows', as: 'newcomer', ready: heading('Workflows') },
  { name: 'workflow', path: () => `/workflows/${workflowId}`, ready: heading('Hours of the team') },
  { name: 'first-usage', path: '/usage', as: 'newcomer', ready: heading('Usage') },
  { name: 'first-dashboard', path: '/dashboard', as: 'newcomer', ready: heading('Your first workspace') },
  { name: 'first-team', path: '/teams', as: 'newcomer', ready: heading('Teams') },
  { name: 'join', path: () => `/join${invitation}`, as: 'newcomer', ready: heading('Join engines') },
  { name: 'join-again', path: () => `/join${invitation}`, ready: heading('You are in engines already') },
  {
    name: 'authorize',
    path: '/authorize?kind=desktop&port=50000&state=a&challenge=b&name=arcx%20app%20of%20a%20laptop',
    ready: heading('Sign in arcx app of a laptop?'),
  },
  { name: 'authorize-code', path: '/authorize', ready: heading('Sign in a program') },
  { name: 'open-nothing', path: '/open/nothing', ready: heading('nothing') },
  { name: 'waiting', path: '/waiting', as: 'waiting', ready: heading('Your account waits for its payment') },
  {
    name: 'admin-audit',
    path: '/admin?tab=audit',
    ready: (page) => page.getByText('workspace.create').first().waitFor(),
  },
]

async function contextsFor(
  look: Look,
): Promise<Readonly<Record<'ada' | 'nobody' | 'newcomer' | 'waiting', BrowserContext>>> {
  const of = async (person: Person | null) => {
    const context = await contextFor(browser, look)
    const [name = '', value = ''] = person?.cookie.split('=') ?? []
    if (person !== null) await context.addCookies([{ name, value, url: arc.origin }])
    return context
  }
  return { ada: await of(ada), nobody: await of(null), newcomer: await of(newcomer), waiting: await of(waiting) }
}

test.each(['wide', 'phone'] as const)(
  'every screen, %s, in either colour scheme: as it was, without anything serious that axe finds, usable by the keyboard, and never wider than the window',
  async (width) => {
    const contexts = await contextsFor(`${width}-light`)
    const wrong: string[] = []
    for (const screen of screens) {
      const page = await contexts[screen.as ?? 'ada'].newPage()
      await page.goto(arc.origin + (typeof screen.path === 'string' ? screen.path : screen.path()))
      await screen.ready(page)
      await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null)
      if (await isTooWide(page)) wrong.push(`${screen.name} is wider than the window`)
      for (const scheme of ['light', 'dark'] as const) {
        const look: Look = `${width}-${scheme}`
        await takeScheme(page, scheme)
        for (const { rule, impact, where } of await seriousFindings(page))
          wrong.push(`${screen.name}, ${look}: ${impact} ${rule} at ${where}`)
        const { differs, isGood } = await compareScreen(page, screen.name, look)
        if (!isGood)
          wrong.push(
            `${screen.name}, ${look}, ${differs === null ? 'has no picture that is kept' : `differs in ${(differs * 100).toFixed(1)} % of its pixels`} (test-results/screens; ARCX_SCREENS=keep npm test -- screens keeps it)`,
          )
      }
      // Last, as it moves the focus.
      for (const scheme of ['dark', 'light'] as const) {
        await takeScheme(page, scheme)
        for (const finding of await keyboardFindings(page)) wrong.push(`${screen.name}, ${width}-${scheme}: ${finding}`)
      }
      await page.close()
    }
    await Promise.all(Object.values(contexts).map((context) => context.close()))
    expect(wrong).toEqual([])
  },
  300_000,
)

test('the pass by Tab finds what cannot be seen, what is covered, and what is not reached', async () => {
  const page = await browser.newPage()
  await page.setContent(`<a href="#a">good</a><button style="outline:none">unseen</button><button style="position:absolute;top:200px;left:0">covered</button>
    <div style="position:absolute;top:190px;left:0;width:200px;height:60px;background:red"></div><input aria-label="trap" onkeydown="event.preventDefault()"><button>behind</button>`)
  expect(await keyboardFindings(page)).toEqual([
    'the focus on button "unseen" cannot be seen',
    'button "covered" is covered when it has the focus',
    'button "behind" is not reached by Tab',
  ])
  await page.close()
})

/** What people and things are called, units, and what stands in dates. */
/** In days, which come from the browser’s own words. */
const months = Array.from({ length: 12 }, (_, month) =>
  new Date(Date.UTC(2026, month)).toLocaleDateString('en', { month: 'short', timeZone: 'UTC' }),
)
const data = [
  ...months,
  'Hours of the team',
  'analytical-engine',
  'notes',
  'engines',
  'Ada Lovelace',
  'Grace Hopper',
  'grace',
  'ada',
  'Alan Turing',
  'Edsger Dijkstra',
  'alan',
  'edsger',
  'arcx app of a laptop',
  'XXXX-XXXX',
  'nothing',
  'Barbara',
  'arcx',
  'Ctrl K',
  'octocat',
  'npm run sign-in',
  'test',
  'my-project',
  'localhost',
  'CSV',
  'invite',
  'min. ago',
  'sec. ago',
  'hr. ago',
  ' AM',
  ' PM',
  ' GB',
  ' MB',
  'KB/s',
  ' B/s',
]

test('every text of every screen comes from the catalog', async () => {
  const contexts = await contextsFor('wide-light')
  await Promise.all(Object.values(contexts).map(speakWide))
  const forgotten: string[] = []
  for (const screen of screens) {
    const page = await contexts[screen.as ?? 'ada'].newPage()
    await page.goto(arc.origin + (typeof screen.path === 'string' ? screen.path : screen.path()))
    let before = ''
    await vi.waitFor(
      async () => {
        const [text, isBusy] = await page.evaluate(
          () =>
            [
              document.body.textContent,
              document.querySelector('[aria-busy=true]') !== null ||
                document.querySelector('#root')?.childElementCount === 0,
            ] as const,
        )
        const isQuiet = !isBusy && text === before
        before = text ?? ''
        expect(isQuiet).toBe(true)
      },
      { timeout: 30_000, interval: 400 },
    )
    forgotten.push(...(await inOwnLetters(page, data)).map((text) => `${screen.name}: ${text}`))
    await page.close()
  }
  await Promise.all(Object.values(contexts).map((context) => context.close()))
  expect(forgotten).toEqual([])
}, 240_000)
