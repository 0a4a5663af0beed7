import type { ElectronApplication, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createRunning, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import { openBrowser } from './browser.ts'
import { electronProgram, startElectron } from './electron-app.ts'
import type { StartedElectron } from './electron-app.ts'

const program = electronProgram()
if (program === null)
  console.warn('ELECTRON names no program, and npm run desktop has fetched none: what needs Electron is not tested.')

describe.skipIf(program === null)('the app in Electron', () => {
  let arc: TestOrchestrator
  let started: StartedElectron
  let page: Page
  const stops: (() => unknown)[] = []
  const app = (): ElectronApplication => started.app

  beforeAll(async () => {
    if (program === null) return
    ;[arc, started] = await Promise.all([startTestOrchestrator(), startElectron(program)])
    await app().evaluate(({ shell, dialog }) => {
      const seen = { opened: [] as string[], asked: [] as string[], answer: 0 }
      Object.assign(globalThis, { seen })
      shell.openExternal = async (url: string) => void seen.opened.push(url)
      // Nobody is there to click on a dialog of the system's.
      Object.assign(dialog, {
        showMessageBoxSync(_window: unknown, { message }: { message: string }) {
          seen.asked.push(message)
          return seen.answer
        },
      })
    })
    page = await app().firstWindow()
    page.setDefaultTimeout(60_000)
  }, 180_000)
  afterAll(async () => {
    await started?.stop()
    for (const stop of stops.toReversed()) await stop()
    await arc?.destroy()
  })

  interface Seen {
    readonly opened: string[]
    readonly asked: string[]
    answer: number
  }
  const seen = () => app().evaluate(() => (globalThis as unknown as { seen: Seen }).seen)
  const answerWith = (answer: number) =>
    app().evaluate((_electron, given) => void ((globalThis as unknown as { seen: Seen }).seen.answer = given), answer)
  /** Runs something in the page of the workspace `electric`, as if somebody had touched it. */
  const inWorkspace = <T>(code: string): Promise<T> =>
    app().evaluate(async ({ webContents }, script) => {
      const view = webContents.getAllWebContents().find((contents) => contents.getURL().includes('//electric.'))
      if (view === undefined) throw new Error('There is no view.')
      return (await view.executeJavaScript(script, true)) as unknown
    }, code) as Promise<T>
  /** In the app's own page, by Electron: Playwright's own page does not outlive a crash. */
  const inLauncher = <T>(code: string): Promise<T> =>
    app().evaluate(async ({ webContents }, script) => {
      const own = webContents.getAllWebContents().find((contents) => contents.getURL().startsWith('arcx-app://'))
      if (own === undefined) throw new Error('The app has no page.')
      // What is asked of a page that dies meanwhile is never answered.
      const silence = new Promise((_resolve, reject) =>
        setTimeout(() => reject(new Error('The page does not answer.')), 3000),
      )
      return (await Promise.race([own.executeJavaScript(script, true), silence])) as unknown
    }, code) as Promise<T>
  const choose = (menu: string, entry: string) =>
    app().evaluate(
      ({ Menu }, [of, label]) => {
        const item = Menu.getApplicationMenu()
          ?.items.find((each) => each.label === of)
          ?.submenu?.items.find((each) => each.label === label)
        if (item === undefined) throw new Error(`There is no ${of} › ${label}.`)
        item.click()
      },
      [menu, entry] as const,
    )

  test('it starts, sandboxed, signs in by the browser, and opens a workspace in which a hostile page reaches no Node', async () => {
    const person = await arc.person()
    await createRunning(person, 'electric')
    await page.getByLabel('Address of your server').fill(arc.origin)
    await page.getByRole('button', { name: 'Sign in by the browser' }).click()
    const address = await vi.waitFor(
      async () => (await seen()).opened[0] ?? Promise.reject(new Error('No browser was opened.')),
      { timeout: 30_000, interval: 200 },
    )
    const browser = await openBrowser()
    stops.push(() => browser.close())
    const context = await browser.newContext()
    const [name = '', value = ''] = person.cookie.split('=')
    await context.addCookies([{ name, value, url: arc.origin }])
    const tab = await context.newPage()
    await tab.goto(address)
    await tab.getByRole('button', { name: 'Allow' }).click()
    // While the browser asks whether it may open arcx://, which nobody answers here, it takes no clicks.
    await tab.goto((await tab.getByRole('link', { name: 'Go back to the app' }).getAttribute('href')) ?? '')
    await page.getByRole('link', { name: 'Open electric' }).click()
    await page.getByRole('button', { name: 'electric (open)' }).waitFor()
    const inside = await app().evaluate(async ({ app: main, webContents }) => {
      const view = webContents.getAllWebContents().find((contents) => contents.getURL().includes('//electric.'))
      if (view === undefined) throw new Error('There is no view.')
      const preferences = (
        view as unknown as { getLastWebPreferences(): Record<string, unknown> }
      ).getLastWebPreferences()
      return {
        sandbox: preferences['sandbox'],
        nodeIntegration: preferences['nodeIntegration'],
        contextIsolation: preferences['contextIsolation'],
        preload: preferences['preload'] ?? '',
        isUnsandboxed: main.commandLine.hasSwitch('no-sandbox'),
      }
    })
    expect(inside).toEqual({
      sandbox: true,
      nodeIntegration: false,
      contextIsolation: true,
      preload: '',
      isUnsandboxed: false,
    })
    expect(
      await inWorkspace(
        '[typeof require, typeof process, typeof module, typeof window.arcxDesktop, typeof window.electron].join()',
      ),
    ).toBe('undefined,undefined,undefined,undefined,undefined')
    for (const to of ['file:///etc/passwd', 'arcx-app://app/dashboard', 'arcx-app://crashed/'])
      await inWorkspace(`void (location.href = ${JSON.stringify(to)})`).catch(() => undefined)
    // One that is let out comes after those that are not.
    await inWorkspace(`void (location.href = 'https://elsewhere.example/after')`)
    await vi.waitFor(async () => expect((await seen()).opened).toContain('https://elsewhere.example/after'))
    expect(new URL(await inWorkspace<string>('location.href')).host).toBe(`electric.localhost:${arc.port}`)
  }, 240_000)

  test('thirty windows that a page opens to its own address, or elsewhere, are five in ten seconds', async () => {
    const before = (await seen()).opened.length
    await inWorkspace('for (let times = 0; times < 30; times += 1) window.open(location.origin + "/port" + times); 0')
    await inWorkspace(
      'for (let times = 0; times < 30; times += 1) window.open("https://elsewhere.example/" + times); 0',
    )
    const { opened } = await seen()
    expect(opened.length - before).toBeLessThanOrEqual(5)
    expect(await app().evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })

  test('a page that would rather not be left is left by the person’s word alone, and its tab never stands at “Opening…”', async () => {
    await inWorkspace(
      'window.arcxMark = 1; window.onbeforeunload = (event) => { event.preventDefault(); event.returnValue = "unsaved"; return "unsaved" }; 0',
    )
    await answerWith(0)
    await choose('View', 'Reload')
    await vi.waitFor(async () => expect((await seen()).asked).toEqual(['Leave electric?']))
    await page.getByRole('button', { name: 'electric (open)' }).waitFor()
    expect(await inWorkspace('window.arcxMark')).toBe(1)
    await answerWith(1)
    await choose('View', 'Reload')
    await vi.waitFor(async () => expect(await inWorkspace('window.arcxMark ?? 0').catch(() => null)).toBe(0), {
      timeout: 60_000,
    })
    await page.getByRole('button', { name: 'electric (open)' }).waitFor()
    expect((await seen()).asked).toHaveLength(2)
  }, 120_000)

  test('a download that is gone to leaves the page where it is', async () => {
    await inWorkspace(
      `void (location.href = URL.createObjectURL(new Blob(['x'], { type: 'application/octet-stream' })))`,
    )
    await page.getByRole('button', { name: 'electric (open)' }).waitFor()
    expect(new URL(await inWorkspace<string>('location.href')).host).toBe(`electric.localhost:${arc.port}`)
  })

  test('asked for a certificate, it gives none, whichever there are', async () => {
    const given = await app().evaluate(({ app: main, webContents }) => {
      const answers: unknown[] = []
      let isPrevented = false
      main.emit(
        'select-client-certificate',
        { preventDefault: () => (isPrevented = true) },
        webContents.getAllWebContents()[0],
        'https://elsewhere.example/',
        [{ subjectName: 'ann' }],
        (...answer: unknown[]) => void answers.push(answer),
      )
      return { isPrevented, answers }
    })
    expect(given).toEqual({ isPrevented: true, answers: [[]] })
  })

  test('the app’s page comes back when its process dies, says so when it does again and again, and comes back by its button', async () => {
    await choose('Go', 'Launcher')
    const kill = () =>
      app().evaluate(
        ({ webContents }) =>
          new Promise<void>((resolve) => {
            const own = webContents.getAllWebContents().find((contents) => contents.getURL().startsWith('arcx-app://'))
            own?.once('render-process-gone', () => resolve())
            own?.forcefullyCrashRenderer()
          }),
      )
    const shows = (text: string) =>
      vi.waitFor(
        async () => expect(await inLauncher<string>('document.body.innerText').catch(() => '')).toContain(text),
        { timeout: 30_000, interval: 200 },
      )
    for (let times = 0; times < 3; times += 1) {
      await kill()
      await shows('Workspaces')
    }
    await kill()
    await shows('This window has crashed several times')
    // By the menu as well as by its own button.
    await inLauncher('document.querySelector("a").click()')
    await shows('Workspaces')
    await choose('View', 'Reload')
    await shows('Workspaces')
    // The workspaces in tabs have lived on.
    await shows('electric')
    expect(await inWorkspace('typeof document')).toBe('object')
  }, 120_000)
})
