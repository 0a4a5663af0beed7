/// <reference lib="dom" />
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Workspace } from '@arcx/router'
import { startTestCollab } from '@arcx/testing/collab'
import type { TestCollab } from '@arcx/testing/collab'
import { runInside, untilState } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { openBrowser, untilWorkbench } from './browser.ts'

let collab: TestCollab
let browser: Browser
let ann: Person
let ben: Person
let workspace: Workspace
let annsBrowser: BrowserContext
let bensBrowser: BrowserContext

beforeAll(async () => {
  ;[collab, browser] = await Promise.all([startTestCollab(), openBrowser()])
  ;[ann, ben] = await Promise.all([collab.arc.person(), collab.arc.person()])
  const { id: teamId } = await ann.api.teams.create.mutate({ name: 'pair' })
  await collab.arc.prisma.membership.create({ data: { teamId, userId: ben.userId, role: 'member' } })
  await collab.arc.prisma.user.update({ where: { id: ann.userId }, data: { name: 'Ann' } })
  await collab.arc.prisma.user.update({ where: { id: ben.userId }, data: { name: 'Ben' } })
  const { id } = await ann.api.workspaces.create.mutate({ name: 'pairing', teamId })
  workspace = await untilState(ann, id, 'running')
  await inside('printf "first\\nsecond\\nthird\\n" > project/notes.txt')
  ;[annsBrowser, bensBrowser] = await Promise.all([browserOf(ann), browserOf(ben)])
})
afterAll(async () => {
  await browser?.close()
  await collab?.destroy()
})

afterEach(async () => {
  await Promise.all(browser.contexts().flatMap((context) => context.pages().map((page) => page.close())))
})

const inside = async (command: string) =>
  (await runInside(collab.arc.engine, workspace.id, ['sh', '-c', `cd /home/arc && ${command}`])).output.replaceAll(
    '\r',
    '',
  )

test('the editor’s title says which workspace it is, and its status bar leads back to the workspace’s page', async () => {
  const page = await openWindow(annsBrowser, 'notes.txt')
  await expect.poll(() => page.title(), { timeout: 30_000 }).toBe('notes.txt - pairing - arcx')
  const opened = annsBrowser.waitForEvent('page')
  await statusOf(page, 'arcx').click()
  const back = await opened
  await back.waitForURL(`${collab.arc.origin}/workspaces/pairing`)
  await back.getByRole('heading', { name: 'pairing' }).waitFor()
})

/** A browser in which a person is signed in. */
async function browserOf(person: Person): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const [, value = ''] = person.cookie.split('arc_session=')
  await context.addCookies([{ name: 'arc_session', value, url: collab.arc.origin, httpOnly: true, sameSite: 'Lax' }])
  return context
}

/** A window of the workspace's IDE with a file open that is shared by now. */
async function openWindow(context: BrowserContext, file: string): Promise<Page> {
  const page = await context.newPage()
  const ide = new URL(workspace.url)
  ide.searchParams.set('folder', '/home/arc/project')
  ide.searchParams.set(
    'payload',
    JSON.stringify([['openFile', `vscode-remote://${ide.host}/home/arc/project/${file}`]]),
  )
  await page.goto(ide.href)
  await untilWorkbench(page)
  await statusOf(page, 'Shared').waitFor({ timeout: 60_000 })
  return page
}

const statusOf = (page: Page, text: string) => page.locator('.statusbar-item').filter({ hasText: text })

/** The lines that the editor shows, whole. */
const textOf = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const lines = [...document.querySelectorAll<HTMLElement>('.monaco-editor .view-line')]
    return lines
      .sort((one, other) => Number.parseFloat(one.style.top) - Number.parseFloat(other.style.top))
      .map(({ textContent }) => textContent.replaceAll('\u00a0', ' '))
      .join('\n')
  })

/** Puts the cursor at the end of a line, counted from one, and types there. */
async function typeAt(page: Page, line: number, words: string): Promise<void> {
  await page.locator('.monaco-editor .view-lines').first().click()
  await page.keyboard.press('Control+Home')
  for (let at = 1; at < line; at += 1) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  await page.keyboard.type(words)
}

/** The text before somebody's cursor, as the editor shows it; null where it shows none. */
const beforeCursor = (page: Page, name: string): Promise<string | null> =>
  page.evaluate((label) => {
    const shown = [...document.querySelectorAll('.monaco-editor .view-line span')].find(
      (element) => getComputedStyle(element, '::after').content === `"${label}"`,
    )
    const line = shown?.closest('.view-line')
    if (shown === undefined || !line) return null
    const range = document.createRange()
    range.setStart(line, 0)
    range.setEndAfter(shown)
    return range.toString().replaceAll('\u00a0', ' ')
  }, name)

const isDirty = async (page: Page) => (await page.locator('.tab.active.dirty').count()) > 0

test('two people in one file see each other’s cursors and letters, unsaved and saved, and it is saved once', async () => {
  const [a, b] = await Promise.all([openWindow(annsBrowser, 'notes.txt'), openWindow(bensBrowser, 'notes.txt')])
  await Promise.all([a, b].map((page) => statusOf(page, 'Shared with 1').waitFor({ timeout: 30_000 })))
  await typeAt(a, 1, ' by ann')
  await expect.poll(() => textOf(b)).toBe('first by ann\nsecond\nthird\n')
  await expect.poll(() => beforeCursor(b, 'Ann')).toBe('first by ann')
  await typeAt(b, 2, ' by ben')
  await expect.poll(() => textOf(a)).toBe('first by ann\nsecond by ben\nthird\n')
  await expect.poll(() => beforeCursor(a, 'Ben')).toBe('second by ben')
  await expect
    .poll(() => inside('cat project/notes.txt'), { timeout: 30_000 })
    .toBe('first by ann\nsecond by ben\nthird\n')
  await expect.poll(async () => [await isDirty(a), await isDirty(b)], { timeout: 30_000 }).toEqual([false, false])
  // The cursors stand where they were, also after all of that was taken up from disk.
  expect([await beforeCursor(a, 'Ben'), await beforeCursor(b, 'Ann')]).toEqual(['second by ben', 'first by ann'])
}, 180_000)

test('what is typed while the editor writes the file is written too, though the editor takes all for saved', async () => {
  await inside('printf "slow\\n" > project/slow.txt')
  const page = await openWindow(annsBrowser, 'slow.txt')
  const signal = (name: string) =>
    runInside(collab.arc.engine, workspace.id, ['pkill', `-${name}`, '-f', 'code-server'])
  await typeAt(page, 1, ' first')
  expect(await signal('STOP')).toMatchObject({ exitCode: 0 })
  try {
    await page.keyboard.press('Control+s')
    // Longer than the editor waits for its extensions before it writes what it has by then.
    await page.keyboard.type(' and what came after it', { delay: 200 })
  } finally {
    await signal('CONT')
  }
  await expect
    .poll(() => inside('cat project/slow.txt'), { timeout: 30_000 })
    .toBe('slow first and what came after it\n')
  await expect.poll(() => isDirty(page), { timeout: 30_000 }).toBe(false)
}, 120_000)

test('a program rewrites the file while both type: nothing is lost, and both windows end as the disk', async () => {
  await inside('printf "ann:\\nben:\\nprogram:\\n" > project/busy.txt')
  const [a, b] = await Promise.all([openWindow(annsBrowser, 'busy.txt'), openWindow(bensBrowser, 'busy.txt')])
  await Promise.all([a, b].map((page) => statusOf(page, 'Shared with 1').waitFor({ timeout: 30_000 })))
  const writes = 8
  const program = { isDone: false }
  const writing = inside(
    `for i in $(seq 1 ${writes}); do sleep 0.4; sed -i "s/^program:.*/&<$i>/" project/busy.txt; done`,
  ).finally(() => (program.isDone = true))
  // Until the program is done: what it writes between a save's last look at the file and its write is overwritten, as by any editor.
  const type = async (page: Page, line: number) => {
    await typeAt(page, line, '')
    let typed = ''
    for (let at = 0; at < 12 || !program.isDone; at += 1) {
      const word = ` w${at}x`
      await page.keyboard.type(word, { delay: 60 })
      typed += word
    }
    return typed
  }
  const [anns, bens] = await Promise.all([type(a, 1), type(b, 2), writing])
  const disk = () => inside('cat project/busy.txt')
  await expect
    .poll(async () => new Set([await textOf(a), await textOf(b), await disk()]).size, { timeout: 30_000 })
    .toBe(1)
  const numbers = Array.from({ length: writes }, (_, index) => `<${index + 1}>`).join('')
  expect(await disk()).toBe(`ann:${anns}\nben:${bens}\nprogram:${numbers}\n`)
}, 180_000)

test('who is here stands in a list, a person with two windows once; one goes to where they are and follows them; the dashboard says it too', async () => {
  await inside('seq 1 200 > project/long.txt && printf "x\\n" > project/other.txt')
  const b = await openWindow(bensBrowser, 'long.txt')
  const a = await openWindow(annsBrowser, 'other.txt')
  const second = await openWindow(bensBrowser, 'other.txt')
  const row = a.getByRole('treeitem', { name: /^Ben, / })
  await a.getByRole('tab', { name: /Together/ }).click()
  await row.waitFor({ timeout: 30_000 })
  expect(await row.count()).toBe(1)
  await second.close()

  await b.bringToFront()
  await b.locator('.monaco-editor .view-lines').first().click()
  await b.keyboard.press('Control+End')
  await a.bringToFront()
  await row.filter({ hasText: 'long.txt:201' }).waitFor({ timeout: 15_000 })
  await row.hover()
  await row.getByRole('button', { name: 'Follow' }).click()
  await expect.poll(() => textOf(a), { timeout: 15_000 }).toContain('200')
  await statusOf(a, 'Following Ben').waitFor()
  await b.bringToFront()
  await b.keyboard.press('Control+Home')
  await expect.poll(() => textOf(a), { timeout: 15_000 }).toMatch(/^1\n2\n/)
  // Whoever types goes their own way.
  await a.bringToFront()
  await typeAt(a, 1, '')
  await statusOf(a, 'Following Ben').waitFor({ state: 'hidden' })

  const dashboard = await annsBrowser.newPage()
  await dashboard.goto(`${collab.arc.origin}/workspaces/pairing`)
  const present = dashboard.locator('[data-present]').filter({ hasText: 'Ben' })
  await present.getByText('long.txt').waitFor({ timeout: 15_000 })
  const [there] = await Promise.all([
    annsBrowser.waitForEvent('page'),
    present.getByRole('link', { name: 'Go to Ben in pairing' }).click(),
  ])
  await untilWorkbench(there)
  await there.locator('.tab.active').filter({ hasText: 'long.txt' }).waitFor({ timeout: 30_000 })
  await Promise.all([a, b, there].map((page) => page.close()))
  // Who closes all windows is gone from the list.
  await present.waitFor({ state: 'detached', timeout: 15_000 })
}, 240_000)

test('a file that is too large to be shared says so and is left alone', async () => {
  await inside('yes abcdefghijklmnopqrstuvwxyz | head -c 1500000 > project/large.txt')
  const a = await openWindow(annsBrowser, 'notes.txt')
  await a.getByRole('treeitem', { name: 'large.txt' }).dblclick()
  await statusOf(a, 'Not shared').waitFor({ timeout: 30_000 })
}, 120_000)

test('a window comes back by itself when its workspace is started anew, with what was not saved; while it rests nobody is in it', async () => {
  await inside('printf "one\\n" > project/again.txt')
  const page = await openWindow(annsBrowser, 'again.txt')
  const dashboard = await bensBrowser.newPage()
  await dashboard.goto(`${collab.arc.origin}/workspaces/pairing`)
  const present = dashboard.locator('[data-present]').filter({ hasText: 'Ann' })
  await present.getByText('again.txt').waitFor()
  await page.evaluate(() => Object.assign(globalThis, { isOfBefore: true }))
  await typeAt(page, 1, ' and unsaved')
  await ann.api.workspaces.stop.mutate({ workspaceId: workspace.id })
  await untilState(ann, workspace.id, 'stopped')
  await present.waitFor({ state: 'detached' })
  await page
    .locator('.notification-toast')
    .filter({ hasText: 'The workspace has been stopped' })
    .getByText('Start Workspace')
    .waitFor({ timeout: 30_000 })
  await ann.api.workspaces.start.mutate({ workspaceId: workspace.id })
  await page.waitForFunction(() => !('isOfBefore' in globalThis), null, { timeout: 60_000 })
  await untilWorkbench(page)
  await statusOf(page, 'Shared').waitFor({ timeout: 60_000 })
  await expect.poll(() => textOf(page)).toContain('one and unsaved')
  await expect.poll(() => inside('cat project/again.txt')).toBe('one and unsaved\n')
  await present.getByText('again.txt').waitFor()
})

test('a window goes on at its workspace’s new address when that is renamed, with what was not saved, and so does the dashboard', async () => {
  await inside('printf "one\\n" > project/moves.txt')
  const page = await openWindow(annsBrowser, 'moves.txt')
  const dashboard = await bensBrowser.newPage()
  await dashboard.goto(`${collab.arc.origin}/workspaces/pairing`)
  await dashboard.getByRole('heading', { name: 'pairing' }).waitFor()
  await typeAt(page, 1, ' and unsaved')
  await ann.api.workspaces.rename.mutate({ workspaceId: workspace.id, name: 'paired' })
  try {
    const { hostname } = new URL(workspace.url.replace('pairing', 'paired'))
    await page.waitForURL((url) => url.hostname === hostname && url.pathname === '/', { timeout: 60_000 })
    await untilWorkbench(page)
    await statusOf(page, 'Shared').waitFor({ timeout: 60_000 })
    await expect.poll(() => textOf(page)).toContain('one and unsaved')
    await dashboard.waitForURL('**/workspaces/paired')
    await dashboard.getByRole('heading', { name: 'paired' }).waitFor()
  } finally {
    await untilState(ann, workspace.id, 'running')
    await ann.api.workspaces.rename.mutate({ workspaceId: workspace.id, name: 'pairing' })
    await untilState(ann, workspace.id, 'running')
  }
}, 300_000)

test('who wrote a file stands in the dashboard; an earlier version restored there appears in the open editor', async () => {
  await inside('printf "keep me\\n" > project/story.txt')
  const a = await openWindow(annsBrowser, 'story.txt')
  await typeAt(a, 1, ', dear')
  await expect.poll(() => inside('cat project/story.txt'), { timeout: 30_000 }).toBe('keep me, dear\n')
  await inside('printf "a program was here\\n" > project/story.txt')
  await expect.poll(() => textOf(a), { timeout: 30_000 }).toBe('a program was here\n')

  const dashboard = await bensBrowser.newPage()
  await dashboard.goto(`${collab.arc.origin}/workspaces/pairing`)
  await dashboard
    .getByRole('link', { name: /story\.txt/ })
    .first()
    .click()
  const versions = dashboard.getByRole('list', { name: 'Versions' }).getByRole('button')
  await versions.filter({ hasText: 'written by a program' }).first().waitFor()
  await versions.filter({ hasText: 'as it was first opened' }).waitFor()
  await versions.filter({ hasText: 'saved by Ann' }).first().click()
  const text = dashboard.getByRole('region', { name: 'Text' })
  await text.getByText('keep me, dear').waitFor()
  await dashboard.getByRole('button', { name: 'Restore this version' }).click()
  await versions.filter({ hasText: 'restored by Ben' }).first().waitFor({ timeout: 30_000 })
  await expect.poll(() => textOf(a), { timeout: 30_000 }).toBe('keep me, dear\n')
  expect(await inside('cat project/story.txt')).toBe('keep me, dear\n')
  await dashboard.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => textOf(a), { timeout: 30_000 }).toBe('a program was here\n')
}, 180_000)
