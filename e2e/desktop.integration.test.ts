import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parseDeepLink } from '@arcx/desktop/deep-links/deep-link'
import { createRunning, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { testDirectory, testRun } from '@arcx/testing/run'
import { openBrowser, untilWorkbench } from './browser.ts'
import { startDesktop, unseal } from './desktop-platform.ts'
import type { ShownDesktop } from './desktop-platform.ts'
import { compareScreen, seriousFindings, takeScheme } from './screens.ts'

let arc: TestOrchestrator
let browser: Browser
let person: Person
/** The person's own browser, where they are signed in. */
let system: BrowserContext
let directory: string
let app: ShownDesktop

beforeAll(async () => {
  ;[arc, browser, directory] = await Promise.all([
    startTestOrchestrator(),
    openBrowser(),
    testDirectory(testRun(), 'desktop'),
  ])
  person = await arc.person()
  await arc.prisma.user.update({ where: { id: person.userId }, data: { login: 'ada', name: 'Ada Lovelace' } })
  system = await browser.newContext()
  const [name = '', value = ''] = person.cookie.split('=')
  await system.addCookies([{ name, value, url: arc.origin }])
  app = await startDesktop(browser, directory)
})
afterAll(async () => {
  await app?.close()
  await browser?.close()
  await arc?.destroy()
})

const front = async (): Promise<Page> =>
  vi.waitFor(async () => (await app.front()) ?? Promise.reject(new Error('No workspace is in front.')), {
    timeout: 60_000,
    interval: 100,
  })

/** Taken without times and the like, which go on afterwards. */
async function looksAsKept(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await takeScheme(page, colorScheme)
    expect(await seriousFindings(page)).toEqual([])
    expect(await compareScreen(page, name, `wide-${colorScheme}`)).toMatchObject({ isGood: true })
  }
}

/** Signs in by the system's browser; how the browser comes back is the caller's. */
async function allowInBrowser(
  page: Page,
  server: string,
  comeBack: (browserPage: Page, appUrl: string) => Promise<void>,
): Promise<void> {
  const opened = app.opened.length
  await page.getByLabel(/Address of your server|Another server/).fill(server)
  await page.getByRole('button', { name: 'Sign in by the browser' }).click()
  await vi.waitFor(() => expect(app.opened.length).toBe(opened + 1), { timeout: 20_000 })
  const address = app.opened.at(-1) ?? ''
  expect(new URL(address).origin).toBe(arc.origin)
  const tab = await system.newPage()
  await tab.goto(address)
  await tab.getByRole('heading', { name: 'Sign in arcx app of a test?' }).waitFor()
  const answered = tab.waitForResponse((response) => response.url().includes('programs.authorize'))
  await tab.getByRole('button', { name: 'Allow' }).click()
  const [answer] = (await (await answered).json()) as [{ result: { data: { appUrl: string } } }]
  await tab.getByRole('heading', { name: 'Signed in' }).waitFor()
  await comeBack(tab, answer.result.data.appUrl)
  await tab.close()
}

test('it begins with a server; a wrong address says why; the browser signs in and the app’s own address brings it back', async () => {
  const page = await app.page()
  await page.getByRole('heading', { name: 'Welcome to arcx' }).waitFor()
  await looksAsKept(page, 'app-welcome')
  await page.getByLabel('Address of your server').fill('127.0.0.1:9')
  await page.getByRole('button', { name: 'Sign in by the browser' }).click()
  await page.getByRole('alert').getByText('Nothing answers at http://127.0.0.1:9').waitFor()
  await allowInBrowser(page, `127.0.0.1:${arc.port}`, async (_tab, appUrl) => {
    const link = parseDeepLink(appUrl)
    expect(link.kind).toBe('signed-in')
    // One that somebody made up is dropped.
    app.desktop.deepLink({ kind: 'signed-in', code: 'x'.repeat(43), state: 'y'.repeat(32) })
    app.desktop.deepLink(link)
  })
  await page.getByRole('heading', { name: 'Your first workspace' }).waitFor()
  // It is a session like a browser's, seen and ended in the settings; on disk it is only as the keychain sealed it.
  const sessions = await person.api.auth.sessions.list.query()
  expect(sessions.map(({ userAgent }) => userAgent)).toContain('arcx app of a test')
  const { cookie } = person
  for (const name of await readdir(directory, { recursive: true })) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => '')
    for (const { id } of sessions) expect(text).not.toContain(id)
    expect(text).not.toContain(cookie.split('=')[1])
  }
}, 120_000)

test('a page of the app has the contract and nothing more, and cannot reach the server by itself', async () => {
  const page = await app.page()
  const seen = await page.evaluate(async () => {
    const bridge = window as unknown as { arcxDesktop: { request(name: string, input?: unknown): Promise<unknown> } }
    const refused = (name: string, input?: unknown) =>
      bridge.arcxDesktop.request(name, input).then(
        () => 'answered',
        () => 'refused',
      )
    return {
      keys: Object.keys(bridge.arcxDesktop).toSorted(),
      require: typeof (globalThis as { require?: unknown }).require,
      process: typeof (globalThis as { process?: unknown }).process,
      unknown: await refused('shell.run', { command: 'sh' }),
      prototype: await refused('constructor', {}),
      scheme: await refused('shell.openExternally', { url: 'file:///etc/passwd' }),
      path: await refused('api.call', { type: 'query', path: '../secrets', input: undefined }),
      climbing: await refused('tabs.open', { workspaceId: 'x', to: '//evil.example' }),
    }
  })
  expect(seen).toEqual({
    keys: ['listen', 'request'],
    require: 'undefined',
    process: 'undefined',
    unknown: 'refused',
    prototype: 'refused',
    scheme: 'refused',
    path: 'refused',
    climbing: 'refused',
  })
  // Its policy has no way out but the main process.
  const reached = await page.evaluate(
    (origin) =>
      fetch(`${origin}/health`).then(
        () => 'reached',
        () => 'blocked',
      ),
    arc.origin,
  )
  expect(reached).toBe('blocked')
})

test('a workspace opens in a tab of the window; stopped, it says so, starts, and is there again; closing its tab leads back', async () => {
  const page = await app.page()
  const workspace = await createRunning(person, 'embedded')
  // Live, without anybody's doing.
  await page.locator('[data-workspace=embedded][data-state=running]').waitFor()
  await page.getByRole('link', { name: 'Open embedded' }).click()
  await page.getByRole('button', { name: 'embedded (open)' }).waitFor({ timeout: 60_000 })
  const ide = await front()
  await untilWorkbench(ide)
  expect(new URL(ide.url()).host).toBe(`embedded.localhost:${arc.port}`)
  // The workspace's pages know nothing of the app and hold nothing of its session.
  expect(
    await ide.evaluate(() => [
      typeof (window as { arcxDesktop?: unknown }).arcxDesktop,
      typeof (globalThis as { require?: unknown }).require,
    ]),
  ).toEqual(['undefined', 'undefined'])
  const cookies = await ide.context().cookies()
  expect(cookies.map(({ name }) => name)).toContain('arc_workspace')
  expect(cookies.map(({ name }) => name)).not.toContain('arc_session')

  await person.api.workspaces.stop.mutate({ workspaceId: workspace.id })
  await page.getByRole('button', { name: 'embedded (stopped)' }).waitFor({ timeout: 30_000 })
  expect(await app.front()).toBeNull()
  await page.getByRole('region', { name: 'embedded' }).getByRole('button', { name: 'Start' }).waitFor()
  await looksAsKept(page, 'app-tab-stopped')
  await page.getByRole('region', { name: 'embedded' }).getByRole('button', { name: 'Start' }).click()
  await page.getByRole('button', { name: 'embedded (open)' }).waitFor({ timeout: 60_000 })
  await untilWorkbench(await front())

  await page.getByRole('button', { name: 'Team panel' }).click()
  await page.getByRole('complementary', { name: 'Team' }).getByRole('heading', { name: 'In this workspace' }).waitFor()
  await looksAsKept(page, 'app-panel')
  await page.getByRole('button', { name: 'Close embedded' }).click()
  await page.getByRole('heading', { name: 'Workspaces', exact: true }).waitFor()
  expect(await app.front()).toBeNull()
}, 240_000)

test('a hostile page in a workspace leads the app nowhere: other addresses go to the browser or are refused', async () => {
  const page = await app.page()
  await page.getByRole('link', { name: 'Open embedded' }).click()
  await page.getByRole('button', { name: 'embedded (open)' }).waitFor({ timeout: 60_000 })
  const ide = await front()
  await untilWorkbench(ide)
  const before = app.opened.length
  const at = ide.url()
  for (const address of [
    'file:///etc/passwd',
    'javascript:void(document.title="x")',
    `${arc.origin}/auth/workspace?name=other&to=/&browser=${'b'.repeat(43)}`,
  ]) {
    await ide.evaluate((to) => void (location.href = to), address).catch(() => undefined)
  }
  await ide.evaluate(() => void (location.href = 'https://elsewhere.example/page'))
  await vi.waitFor(() => expect(app.opened.slice(before)).toEqual(['https://elsewhere.example/page']), {
    timeout: 20_000,
  })
  expect(ide.url()).toBe(at)
  // A link to the control plane is not followed with anybody's session: it is the launcher.
  await ide.evaluate((origin) => void (location.href = `${origin}/settings`), arc.origin)
  await page.locator('button[aria-current=page]').getByText('Launcher').waitFor({ state: 'attached' })
  await page.getByRole('button', { name: 'Close embedded' }).click()
}, 180_000)

test('Coder CVE-2026-55431: no address that a workspace, a link or the browser sees holds the session, and no request of a workspace’s page does', async () => {
  const page = await app.page()
  const kept = JSON.parse(await readFile(join(directory, 'accounts.json'), 'utf8')) as {
    accounts: { sealedSession: string }[]
  }
  const session = unseal(kept.accounts[0]?.sealedSession ?? '')
  expect(session.split('.').length).toBeGreaterThan(1)
  await page.getByRole('link', { name: 'Open embedded' }).click()
  await page.getByRole('button', { name: 'embedded (open)' }).waitFor({ timeout: 60_000 })
  const ide = await front()
  const asked: string[] = []
  ide.on('request', (request) => asked.push(`${request.url()} ${JSON.stringify(request.headers())}`))
  await ide.reload()
  await untilWorkbench(ide)
  for (const each of [...asked, ...app.opened, page.url(), ide.url()]) expect(each).not.toContain(session)
  expect(JSON.stringify(await ide.context().storageState())).not.toContain(session)
  // Nor does the app's own page see it.
  expect(
    await page.evaluate(() => JSON.stringify([document.cookie, { ...localStorage }, { ...sessionStorage }])),
  ).not.toContain(session)
  await page.getByRole('button', { name: 'Close embedded' }).click()
}, 180_000)

test('what happens elsewhere is told: in a notification that leads there, and in the tray', async () => {
  const made = await person.api.workspaces.create.mutate({ name: 'told' })
  await untilState(person, made.id, 'running')
  await vi.waitFor(() => expect(app.notes.map(({ note }) => note.title)).toContain('told is ready'), {
    timeout: 20_000,
  })
  await vi.waitFor(() => expect(JSON.stringify(app.tray())).toContain('told (running)'), { timeout: 20_000 })
  app.notes.find(({ note }) => note.title === 'told is ready')?.click()
  const page = await app.page()
  await page.getByRole('button', { name: 'told (open)' }).waitFor({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Close told' }).click()
  app.desktop.tray({ do: 'stop', workspaceId: made.id })
  await untilState(person, made.id, 'stopped')
}, 180_000)

test('the quick switcher brings one into a workspace by typing and Enter, and goes by Escape', async () => {
  const shown = async () => {
    app.desktop.menu('switcher', '')
    return await vi.waitFor(() => app.switcher() ?? Promise.reject(new Error('It is not shown.')), { timeout: 20_000 })
  }
  const first = await shown()
  await first.getByRole('option', { name: /embedded/ }).waitFor()
  await looksAsKept(first, 'app-switcher')
  // It is gone before the key is up.
  await first.keyboard.press('Escape').catch(() => undefined)
  await vi.waitFor(() => expect(app.switcher()).toBeNull(), { timeout: 20_000 })
  const again = await shown()
  await again.getByRole('option', { name: /embedded/ }).waitFor()
  await again.keyboard.type('emb')
  await again.keyboard.press('Enter').catch(() => undefined)
  await vi.waitFor(() => expect(app.switcher()).toBeNull(), { timeout: 20_000 })
  const page = await app.page()
  await page.getByRole('button', { name: 'embedded (open)' }).waitFor({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Close embedded' }).click()
}, 120_000)

test('the app’s own pages look as they did', async () => {
  const page = await app.page()
  await page.locator('[data-workspace=told][data-state=stopped]').waitFor()
  await looksAsKept(page, 'app-dashboard')
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Servers and accounts' }).click()
  await page.getByRole('heading', { name: 'Servers and accounts' }).waitFor()
  await looksAsKept(page, 'app-servers')
  app.desktop.menu('settings', '')
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  await page.getByText('this app', { exact: true }).waitFor()
  await page.getByRole('heading', { name: 'This app' }).waitFor()
  await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null)
  await looksAsKept(page, 'app-settings')
  await page.getByRole('link', { name: 'Workspaces' }).click()
  await page.getByRole('heading', { name: 'Workspaces', exact: true }).waitFor()
}, 120_000)

test('started without the server, it has its tabs and what was known, and says so; and catches up when the server is back', async () => {
  await (await app.page()).getByRole('link', { name: 'Open embedded' }).click()
  await (await app.page()).getByRole('button', { name: 'embedded (open)' }).waitFor({ timeout: 60_000 })
  await app.close()
  await arc.kill()
  app = await startDesktop(browser, directory)
  const page = await app.page()
  await page.locator('[data-workspace=told]').waitFor()
  await page.getByText('The server cannot be reached.').waitFor()
  await page.getByRole('button', { name: 'embedded (connection lost)' }).waitFor()
  await looksAsKept(page, 'app-offline')
  await arc.start()
  await page.getByText('The server cannot be reached.').waitFor({ state: 'detached', timeout: 30_000 })
  await page.getByRole('button', { name: 'embedded (open)' }).waitFor({ timeout: 60_000 })
  const made = await person.api.workspaces.create.mutate({ name: 'afterwards' })
  await page.locator('[data-workspace=afterwards]').waitFor({ timeout: 30_000 })
  await untilState(person, made.id, 'running')
}, 180_000)

test('ended from elsewhere, the session is over at once; signing in again by the loopback address works; signing out ends it on the server', async () => {
  const page = await app.page()
  const own = (await person.api.auth.sessions.list.query()).filter(
    ({ userAgent }) => userAgent === 'arcx app of a test',
  )
  for (const { id } of own) await person.api.auth.sessions.end.mutate({ sessionId: id })
  await page.getByRole('heading', { name: 'Servers and accounts' }).waitFor({ timeout: 15_000 })
  await page.getByRole('button', { name: 'Sign in again' }).waitFor()
  await allowInBrowser(page, arc.origin, async (tab) => {
    // While the browser asks whether it may open arcx://, which nobody answers here, it takes no clicks: its address is gone to.
    const address = (await tab.getByRole('link', { name: 'Go back to the app' }).getAttribute('href')) ?? ''
    expect(new URL(address).hostname).toBe('127.0.0.1')
    const signedIn = page.getByRole('heading', { name: 'Workspaces', exact: true })
    await vi.waitFor(
      async () => {
        // The port is there no more once the app has what it waits for.
        if (await signedIn.isVisible()) return
        const gone = await tab.goto(address).then((response) => response?.status(), String)
        await signedIn
          .waitFor({ timeout: 5000 })
          .catch(() => Promise.reject(new Error(`The app did not take up ${address}: ${gone}.`)))
      },
      { timeout: 40_000 },
    )
  })
  await page.getByRole('heading', { name: 'Workspaces', exact: true }).waitFor()
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Welcome to arcx' }).waitFor()
  expect(
    (await person.api.auth.sessions.list.query()).filter(({ userAgent }) => userAgent === 'arcx app of a test'),
  ).toEqual([])
}, 180_000)

test('without a keychain one signs in again after each start, and the tabs are there again', async () => {
  const bare = await testDirectory(testRun(), 'desktop-bare')
  const begin = async () => {
    await app.close()
    app = await startDesktop(browser, bare, { hasKeychain: false })
    const page = await app.page()
    await allowInBrowser(page, arc.origin, async (_tab, appUrl) => app.desktop.deepLink(parseDeepLink(appUrl)))
    await page.getByRole('heading', { name: 'Workspaces', exact: true }).waitFor()
    return page
  }
  const first = await begin()
  await first.getByRole('link', { name: 'Open embedded' }).click()
  await first.getByRole('button', { name: 'embedded (open)' }).waitFor({ timeout: 60_000 })
  await (await begin()).getByRole('button', { name: 'embedded (open)' }).waitFor({ timeout: 60_000 })
  await app.close()
  app = await startDesktop(browser, directory)
}, 180_000)

test('whoever deletes their account in it is gone from the app as well', async () => {
  const page = await app.page()
  await allowInBrowser(page, arc.origin, async (_tab, appUrl) => app.desktop.deepLink(parseDeepLink(appUrl)))
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Delete account…' }).click()
  await page.getByRole('textbox').last().fill('ada')
  await page.getByRole('button', { name: 'Delete for good' }).click()
  await page.getByRole('heading', { name: 'Welcome to arcx' }).waitFor()
  expect(await person.api.auth.me.query()).toBeNull()
}, 120_000)
