import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { openBrowser, unlessGivenUp } from './browser.ts'

/** Chromium gives up what it fetches when the machine's network changes, as it does with other tests' containers. */
const again = { timeout: 60_000, ...unlessGivenUp }
const refusal = 'Not today, says the server.'

let arc: TestOrchestrator
let browser: Browser
/** Who runs the server, and has a team of their own with Ben in it. */
let ann: Person
let benLogin: string

beforeAll(async () => {
  ;[arc, browser] = await Promise.all([startTestOrchestrator(), openBrowser()])
  const [first, ben, carl] = await Promise.all([arc.person(), arc.person(), arc.person()])
  ann = first
  const { prisma } = arc
  await prisma.user.update({ where: { id: ann.userId }, data: { role: 'admin', githubId: 4711n } })
  benLogin = (await ben.api.auth.me.query())?.login ?? ''
  const annsLogin = (await ann.api.auth.me.query())?.login ?? ''
  const { id: teamId } = await ann.api.teams.create.mutate({ name: 'crew' })
  await prisma.membership.create({ data: { teamId, userId: ben.userId, role: 'member' } })
  await ann.api.teams.invites.create.mutate({ teamId, role: 'viewer', login: 'somebody' })
  const { id: other } = await carl.api.teams.create.mutate({ name: 'others' })
  await carl.api.teams.invites.create.mutate({ teamId: other, login: annsLogin })
  await prisma.workspace.createMany({
    data: [
      { id: crypto.randomUUID(), ownerId: ann.userId, name: 'resting', state: 'stopped' },
      { id: crypto.randomUUID(), ownerId: ben.userId, name: 'of-ben', state: 'stopped' },
    ],
  })
  await ann.api.secrets.set.mutate({ name: 'KEPT_KEY', value: 'a value of enough letters', hosts: ['api.example.com'] })
  await ann.api.tokens.create.mutate({ name: 'deploy', scopes: ['workspaces:read'], expiresDays: 7 })
  await ann.api.announcements.announce.mutate({ text: 'Tea is ready.', tone: 'info', hours: 1 })
  await ann.api.admin.invites.create.mutate({ maxUses: 3 })
  await prisma.waitlistEntry.create({ data: { githubId: 77n, login: 'eager', email: 'eager@example.com' } })
  const endsAt = new Date(Date.now() + 3_600_000)
  await prisma.session.create({
    data: {
      id: crypto.randomUUID(),
      userId: ann.userId,
      address: '10.9.8.7',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0',
      expiresAt: endsAt,
      endsAt,
    },
  })
})
afterAll(async () => {
  await browser?.close()
  await arc?.destroy()
})

const row = (page: Page, name: string, state: string) => page.locator(`[data-workspace=${name}][data-state=${state}]`)
const people = (page: Page) => page.getByLabel(`Plan of ${benLogin}`)
const newest = (page: Page) => page.getByRole('dialog').or(page.getByRole('alertdialog')).last()

async function fromMenu(page: Page, menu: string, entry: string): Promise<void> {
  await page.getByRole('button', { name: menu }).click()
  await page.getByRole('menuitem', { name: entry }).click()
}
async function confirm(page: Page, name: string): Promise<void> {
  await newest(page).getByRole('textbox').fill(name)
  await newest(page).getByRole('button').last().click()
}
async function fill(page: Page, label: string, text: string, button: string): Promise<void> {
  await newest(page).getByLabel(label, { exact: true }).fill(text)
  await newest(page).getByRole('button', { name: button }).click()
}

interface Deed {
  /** The procedure that it asks for. */
  readonly asks: string
  readonly at: string
  do(page: Page): Promise<void>
  /** Waits for what is there only once it is done, as far as one sees. */
  isDone(page: Page): Promise<void>
  /** What is there before, and again where the server refuses; and what was typed, to be mended. */
  isAsBefore(page: Page): Promise<void>
}

const isThere = (page: Page, text: string) => page.getByText(text).first().waitFor()
const isGone = (page: Page, text: string) => page.getByText(text).first().waitFor({ state: 'detached' })
const stays = async (page: Page, label: string, text: string) =>
  void (await expect.poll(() => newest(page).getByLabel(label, { exact: true }).inputValue()).toBe(text))

const deeds: readonly Deed[] = [
  {
    asks: 'workspaces.create',
    at: '/dashboard',
    do: async (page) => {
      await page.getByRole('button', { name: 'New workspace' }).click()
      await fill(page, 'Name', 'ahead', 'Create')
    },
    isDone: async (page) => {
      await row(page, 'ahead', 'creating').waitFor()
      await newest(page).getByRole('heading', { name: 'Creating ahead' }).waitFor()
    },
    isAsBefore: async (page) => {
      await row(page, 'ahead', 'creating').waitFor({ state: 'detached' })
      await stays(page, 'Name', 'ahead')
    },
  },
  {
    asks: 'workspaces.create',
    at: '/dashboard',
    // Its name is that of one that is there.
    do: async (page) => {
      await page.getByRole('button', { name: 'New workspace' }).click()
      await fill(page, 'Name', 'resting', 'Create')
    },
    isDone: (page) => newest(page).getByRole('heading', { name: 'Creating resting' }).waitFor(),
    isAsBefore: (page) => stays(page, 'Name', 'resting'),
  },
  {
    asks: 'workspaces.start',
    at: '/dashboard',
    do: (page) => page.getByRole('button', { name: 'Start resting', exact: true }).click(),
    isDone: (page) => row(page, 'resting', 'starting').waitFor(),
    isAsBefore: (page) => row(page, 'resting', 'stopped').waitFor(),
  },
  {
    asks: 'workspaces.rename',
    at: '/workspaces/resting',
    do: async (page) => {
      await fromMenu(page, 'More for resting', 'Rename…')
      await fill(page, 'New name', 'rested', 'Rename')
    },
    isDone: async (page) => {
      await page.getByRole('heading', { name: 'rested' }).waitFor()
      await page.getByText('rested.localhost').waitFor()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    },
    isAsBefore: async (page) => {
      await stays(page, 'New name', 'rested')
      await page.keyboard.press('Escape')
      await page.getByRole('heading', { name: 'resting' }).waitFor()
    },
  },
  {
    asks: 'workspaces.remove',
    at: '/dashboard',
    do: async (page) => {
      await fromMenu(page, 'More for resting', 'Delete…')
      await confirm(page, 'resting')
    },
    isDone: (page) => row(page, 'resting', 'deleting').waitFor(),
    isAsBefore: (page) => row(page, 'resting', 'stopped').waitFor(),
  },
  {
    asks: 'teams.create',
    at: '/teams',
    do: async (page) => {
      await page.getByRole('button', { name: 'New team' }).click()
      await fill(page, 'Name', 'fresh', 'Create')
    },
    isDone: async (page) => {
      await page.getByRole('listitem').getByText('fresh').waitFor()
      expect(await page.getByRole('link', { name: 'fresh' }).count()).toBe(0)
    },
    isAsBefore: async (page) => {
      await page.getByRole('listitem').getByText('fresh').waitFor({ state: 'detached' })
      await stays(page, 'Name', 'fresh')
    },
  },
  {
    asks: 'teams.answer',
    at: '/teams',
    do: (page) => page.getByRole('button', { name: 'Decline' }).click(),
    isDone: (page) => isGone(page, 'invites you to the team'),
    isAsBefore: (page) => isThere(page, 'invites you to the team'),
  },
  {
    asks: 'teams.rename',
    at: '/teams/crew',
    do: async (page) => {
      await page.getByRole('button', { name: 'Rename' }).click()
      await fill(page, 'New name', 'sailors', 'Rename')
    },
    isDone: (page) => page.getByRole('heading', { name: 'sailors' }).waitFor(),
    isAsBefore: async (page) => {
      await stays(page, 'New name', 'sailors')
      await page.keyboard.press('Escape')
      await page.getByRole('heading', { name: 'crew' }).waitFor()
    },
  },
  {
    asks: 'teams.remove',
    at: '/teams/crew',
    do: async (page) => {
      await page.getByRole('button', { name: 'Delete…' }).click()
      await confirm(page, 'crew')
    },
    isDone: async (page) => {
      await page.waitForURL('**/teams')
      await page.getByRole('link', { name: 'crew' }).waitFor({ state: 'detached' })
    },
    isAsBefore: (page) => page.getByRole('link', { name: 'crew' }).waitFor(),
  },
  {
    asks: 'teams.members.setRole',
    at: '/teams/crew',
    do: async (page) => void (await page.getByLabel(`Role of ${benLogin}`).selectOption('viewer')),
    isDone: async (page) =>
      void (await expect.poll(() => page.getByLabel(`Role of ${benLogin}`).inputValue()).toBe('viewer')),
    isAsBefore: async (page) =>
      void (await expect.poll(() => page.getByLabel(`Role of ${benLogin}`).inputValue()).toBe('member')),
  },
  {
    asks: 'teams.members.remove',
    at: '/teams/crew',
    do: async (page) => {
      await fromMenu(page, `More for ${benLogin}`, 'Remove from the team…')
      await confirm(page, benLogin)
    },
    isDone: (page) => page.locator(`[data-member=${benLogin}]`).waitFor({ state: 'detached' }),
    isAsBefore: (page) => page.locator(`[data-member=${benLogin}]`).waitFor(),
  },
  {
    asks: 'teams.transfer',
    at: '/teams/crew',
    do: async (page) => {
      await fromMenu(page, `More for ${benLogin}`, 'Transfer ownership…')
      await confirm(page, benLogin)
    },
    isDone: (page) => page.locator(`[data-member=${benLogin}]`).getByText('owner').waitFor(),
    isAsBefore: (page) => page.getByLabel(`Role of ${benLogin}`).waitFor(),
  },
  {
    asks: 'teams.invites.revoke',
    at: '/teams/crew',
    do: (page) => page.getByRole('button', { name: 'Withdraw' }).click(),
    isDone: (page) => isGone(page, 'Withdraw'),
    isAsBefore: (page) => isThere(page, 'Withdraw'),
  },
  {
    asks: 'secrets.set',
    at: '/settings',
    do: async (page) => {
      await page.getByRole('button', { name: 'New secret' }).click()
      await newest(page).getByLabel('Value').fill('another of enough letters')
      await newest(page).getByLabel('Allowed hosts').fill('api.example.com')
      await fill(page, 'Name', 'NEW_KEY', 'Save secret')
    },
    isDone: async (page) => {
      await page.getByRole('listitem').getByText('NEW_KEY').waitFor()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      for (const button of ['Edit hosts of NEW_KEY', 'Delete NEW_KEY'])
        expect(await page.getByRole('button', { name: button }).isDisabled()).toBe(true)
    },
    isAsBefore: async (page) => {
      await page.getByRole('listitem').getByText('NEW_KEY').waitFor({ state: 'detached' })
      await stays(page, 'Name', 'NEW_KEY')
      await stays(page, 'Value', 'another of enough letters')
    },
  },
  {
    asks: 'secrets.grants',
    at: '/settings',
    do: async (page) => {
      await page.getByRole('button', { name: 'Edit hosts of KEPT_KEY' }).click()
      await fill(page, 'Allowed hosts', 'elsewhere.example.com', 'Save')
    },
    isDone: (page) => page.getByRole('listitem').getByText('to elsewhere.example.com').waitFor(),
    isAsBefore: async (page) => {
      await stays(page, 'Allowed hosts', 'elsewhere.example.com')
      await page.keyboard.press('Escape')
      await page.getByRole('listitem').getByText('to api.example.com').waitFor()
    },
  },
  {
    asks: 'secrets.remove',
    at: '/settings',
    do: async (page) => {
      await page.getByRole('button', { name: 'Delete KEPT_KEY' }).click()
      await confirm(page, 'KEPT_KEY')
    },
    isDone: (page) => page.getByRole('listitem').getByText('KEPT_KEY').waitFor({ state: 'detached' }),
    isAsBefore: (page) => page.getByRole('listitem').getByText('KEPT_KEY').waitFor(),
  },
  {
    asks: 'tokens.revoke',
    at: '/settings',
    do: async (page) => {
      await page.getByRole('button', { name: 'Revoke deploy' }).click()
      await confirm(page, 'deploy')
    },
    isDone: (page) => isThere(page, 'You have none.'),
    isAsBefore: (page) => page.getByRole('button', { name: 'Revoke deploy' }).waitFor(),
  },
  {
    asks: 'auth.sessions.end',
    at: '/settings',
    do: (page) => page.getByRole('button', { name: /^Sign out .*10\.9\.8\.7/ }).click(),
    isDone: (page) => isGone(page, 'from 10.9.8.7'),
    isAsBefore: (page) => isThere(page, 'from 10.9.8.7'),
  },
  {
    asks: 'auth.sessions.endOthers',
    at: '/settings',
    do: (page) => page.getByRole('button', { name: 'Sign out everywhere else' }).click(),
    isDone: (page) => isGone(page, 'from 10.9.8.7'),
    isAsBefore: (page) => isThere(page, 'from 10.9.8.7'),
  },
  {
    asks: 'admin.users.setTier',
    at: '/admin?tab=people',
    do: async (page) => void (await people(page).selectOption('free')),
    isDone: async (page) => void (await expect.poll(() => people(page).inputValue()).toBe('free')),
    isAsBefore: async (page) => void (await expect.poll(() => people(page).inputValue()).toBe('team')),
  },
  {
    asks: 'admin.users.setRole',
    at: '/admin?tab=people',
    do: async (page) => void (await page.getByLabel(`Role of ${benLogin}`).selectOption('admin')),
    isDone: async (page) =>
      void (await expect.poll(() => page.getByLabel(`Role of ${benLogin}`).inputValue()).toBe('admin')),
    isAsBefore: async (page) =>
      void (await expect.poll(() => page.getByLabel(`Role of ${benLogin}`).inputValue()).toBe('member')),
  },
  {
    asks: 'admin.users.suspend',
    at: '/admin?tab=people',
    do: (page) => page.getByRole('button', { name: `Suspend ${benLogin}` }).click(),
    isDone: (page) => page.getByRole('button', { name: `Reinstate ${benLogin}` }).waitFor(),
    isAsBefore: (page) => page.getByRole('button', { name: `Suspend ${benLogin}` }).waitFor(),
  },
  {
    asks: 'admin.users.remove',
    at: '/admin?tab=people',
    do: async (page) => {
      await page.getByRole('button', { name: `Delete ${benLogin}` }).click()
      await confirm(page, benLogin)
    },
    isDone: (page) => isThere(page, 'being deleted'),
    isAsBefore: (page) => isGone(page, 'being deleted'),
  },
  {
    asks: 'admin.workspaces.start',
    at: '/admin?tab=workspaces',
    do: (page) => page.getByRole('button', { name: 'Start of-ben' }).click(),
    isDone: (page) => row(page, 'of-ben', 'starting').waitFor(),
    isAsBefore: (page) => row(page, 'of-ben', 'stopped').waitFor(),
  },
  {
    asks: 'admin.workspaces.remove',
    at: '/admin?tab=workspaces',
    do: async (page) => {
      await page.getByRole('button', { name: 'Delete of-ben' }).click()
      await confirm(page, 'of-ben')
    },
    isDone: (page) => row(page, 'of-ben', 'deleting').waitFor(),
    isAsBefore: (page) => row(page, 'of-ben', 'stopped').waitFor(),
  },
  {
    asks: 'announcements.announce',
    at: '/admin?tab=announcements',
    do: async (page) => {
      await page.getByLabel('Message to everyone').fill('Cake is ready.')
      await page.getByRole('button', { name: 'Announce', exact: true }).click()
    },
    isDone: async (page) => {
      await page.getByRole('listitem').getByText('Cake is ready.').waitFor()
      expect(await page.getByLabel('Message to everyone').inputValue()).toBe('')
      expect(
        await page
          .getByRole('listitem')
          .filter({ hasText: 'Cake is ready.' })
          .getByRole('button', { name: 'End' })
          .isDisabled(),
      ).toBe(true)
    },
    isAsBefore: async (page) => {
      await page.getByRole('listitem').getByText('Cake is ready.').waitFor({ state: 'detached' })
      expect(await page.getByLabel('Message to everyone').inputValue()).toBe('Cake is ready.')
    },
  },
  {
    asks: 'announcements.end',
    at: '/admin?tab=announcements',
    do: (page) => page.getByRole('button', { name: 'End', exact: true }).click(),
    isDone: (page) => isThere(page, 'Nothing is announced.'),
    isAsBefore: (page) => page.getByRole('listitem').getByText('Tea is ready.').waitFor(),
  },
  {
    asks: 'admin.invites.revoke',
    at: '/admin?tab=invitations',
    do: (page) => page.getByRole('button', { name: 'Revoke' }).click(),
    isDone: (page) => isThere(page, 'revoked'),
    isAsBefore: (page) => page.getByRole('button', { name: 'Revoke' }).waitFor(),
  },
  {
    asks: 'admin.waitlist.invite',
    at: '/admin?tab=invitations',
    do: (page) => page.getByRole('button', { name: 'Let eager in' }).click(),
    isDone: (page) => isThere(page, 'may sign in now'),
    isAsBefore: (page) => page.getByRole('button', { name: 'Let eager in' }).waitFor(),
  },
]

test.for(deeds)(
  '$asks is shown as done before the server has answered, and as it was where it refuses',
  again,
  async ({ asks, at, do: act, isDone, isAsBefore }) => {
    const context = await browser.newContext({ reducedMotion: 'reduce' })
    const [name = '', value = ''] = ann.cookie.split('=')
    await context.addCookies([{ name, value, url: arc.origin }])
    const page = await context.newPage()
    const held = Promise.withResolvers<null>()
    let asked = 0
    await page.route(`**/trpc/${asks}?*`, async (route) => {
      asked += 1
      await held.promise
      await route.fulfill({
        status: 429,
        contentType: 'application/json',
        body: JSON.stringify([
          {
            error: {
              message: refusal,
              code: -32_029,
              data: {
                code: 'TOO_MANY_REQUESTS',
                httpStatus: 429,
                arc: { kind: 'LimitReached', code: 'too_many_requests', details: {} },
              },
            },
          },
        ]),
      })
    })
    await page.goto(`${arc.origin}${at}`)
    await act(page)
    await isDone(page)
    await expect.poll(() => asked).toBe(1)
    held.resolve(null)
    await page.getByText(refusal).first().waitFor()
    await isAsBefore(page)
    await context.close()
  },
)
