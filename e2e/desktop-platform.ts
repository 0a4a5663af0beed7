import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core'
import { Desktop } from '@arcx/desktop/app/desktop'
import { servePage } from '@arcx/desktop/app/pages'
import type { InFront } from '@arcx/desktop/app/menu'
import type { Platform } from '@arcx/desktop/app/platform'
import type { AppWindow, WindowEvents } from '@arcx/desktop/windows/app-window'
import { answer, isOwnPage } from '@arcx/desktop-contract/answering'
import type { WorkspaceSite } from '@arcx/desktop/navigation/navigation'
import type { Note } from '@arcx/desktop/news/news'
import type { View, ViewEvents } from '@arcx/desktop/tabs/workspace-tab'
import type { TrayModel } from '@arcx/desktop/tray/tray-menu'

const file = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))

/** Of the DevTools protocol, what is used of `Fetch.requestPaused`. */
interface PausedRequest {
  readonly requestId: string
  readonly request: { readonly url: string }
  readonly frameId: string
  readonly redirectedRequestId?: string
  readonly responseStatusCode?: number
  readonly responseHeaders?: readonly { readonly name: string; readonly value: string }[]
  readonly responseErrorReason?: string
}

/** Chromium's numbers for what DevTools tells by name. */
const failures: Readonly<Record<string, number>> = {
  Aborted: -3,
  TimedOut: -7,
  ConnectionRefused: -102,
  ConnectionReset: -101,
  NameNotResolved: -105,
}

class BrowserView implements View {
  readonly context: Promise<BrowserContext>
  readonly page: Promise<Page>
  readonly #events: ViewEvents
  #loads = new Set<string>()
  #latest = 0

  constructor(browser: Browser, events: ViewEvents) {
    this.#events = events
    this.context = browser.newContext()
    this.page = this.context.then(async (context) => {
      const page = await context.newPage()
      const session = await context.newCDPSession(page)
      const { frameTree } = await session.send('Page.getFrameTree')
      session.on(
        'Fetch.requestPaused',
        (paused) => void this.#paused(session, paused, frameTree.frame.id).catch(() => undefined),
      )
      await session.send('Fetch.enable', {
        patterns: [
          { resourceType: 'Document', requestStage: 'Request' },
          { resourceType: 'Document', requestStage: 'Response' },
        ],
      })
      page.on('popup', (popup) => {
        events.openingWindow(popup.url())
        void popup.close()
      })
      page.on('dialog', (dialog) => {
        if (dialog.type() === 'beforeunload')
          void (events.leaving() ? dialog.accept() : dialog.dismiss()).catch(() => undefined)
      })
      page.on('crash', () => events.crashed())
      return page
    })
  }

  load(url: string): void {
    this.#loads.add(new URL(url).href)
    const load = (this.#latest += 1)
    // What came to nothing, and is not taken the place of, is told as Electron tells it.
    void this.page
      .then((page) => page.goto(url, { waitUntil: 'commit' }))
      .catch(() => {
        if (load === this.#latest) this.#events.stopped()
      })
  }

  close(): void {
    void this.context.then((context) => context.close()).catch(() => undefined)
  }

  /** Electron asks before a page navigates, and before it follows a redirect; not before what the app loads itself. */
  async #paused(
    session: CDPSession,
    {
      requestId,
      request,
      frameId,
      redirectedRequestId,
      responseStatusCode: status,
      responseHeaders,
      responseErrorReason,
    }: PausedRequest,
    mainFrame: string,
  ): Promise<void> {
    const go = () => session.send('Fetch.continueRequest', { requestId })
    const abort = () => session.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' })
    if (frameId !== mainFrame) return void (await go())
    if (responseErrorReason !== undefined) {
      this.#events.failed(failures[responseErrorReason] ?? -2)
      return void (await go())
    }
    if (status === undefined) {
      const isOwn = redirectedRequestId !== undefined || this.#loads.delete(request.url)
      return void (await (isOwn || this.#events.navigating(request.url) ? go() : abort()))
    }
    const location = responseHeaders?.find(({ name }) => name.toLowerCase() === 'location')?.value
    const isRedirect = status >= 300 && status < 400 && location !== undefined
    if (isRedirect && !this.#events.navigating(new URL(location, request.url).href)) return void (await abort())
    await go()
    if (!isRedirect) this.#events.loaded(status)
  }
}

/** As this platform's keychain does it. */
export const unseal = (sealed: string): string => [...Buffer.from(sealed, 'base64').toString()].toReversed().join('')

/** What the desktop app shows and does, seen from outside. */
export interface ShownDesktop {
  readonly desktop: Desktop
  readonly notes: { readonly note: Note; click(): void }[]
  readonly opened: string[]
  /** For what the menu bar was made, each time it was. */
  readonly menus: readonly InFront[]
  /** What the person says when asked whether to leave a page. */
  readonly leaving: { answer: boolean }
  readonly tray: () => TrayModel
  /** The page of the first window. */
  page(): Promise<Page>
  /** The quick switcher's; null where it is not shown. */
  switcher(): Promise<Page> | null
  /** The page of the view that is in front; null where none is. */
  front(): Promise<Page | null>
  close(): Promise<void>
}

/**
 * The desktop app without Electron: its own decisions, its own pages from its own handler, and its real preload over
 * Chromium. A view is a page in a context of its own, which is asked about as Electron asks.
 */
export async function startDesktop(
  browser: Browser,
  directory: string,
  { hasKeychain = true } = {},
): Promise<ShownDesktop> {
  const preload = await readFile(file('desktop/dist/preload.cjs'), 'utf8')
  const server = createServer((request, response) => {
    void servePage(file('web/dist'), { method: request.method ?? 'GET', url: `http://127.0.0.1${request.url}` }).then(
      async (served) => {
        response
          .writeHead(served.status, Object.fromEntries(served.headers))
          .end(Buffer.from(await served.arrayBuffer()))
      },
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const windows: { readonly window: AppWindow; readonly page: Promise<Page>; shown: BrowserView | null }[] = []
  const notes: { note: Note; click(): void }[] = []
  const opened: string[] = []
  const menus: InFront[] = []
  const leaving = { answer: true }
  const timers = new Set<NodeJS.Timeout>()
  let tray: TrayModel = { tooltip: '', items: [] }
  let desktop: Desktop | null = null

  const openPage = async (path: string, id: string, events: WindowEvents | null): Promise<Page> => {
    const made = await context.newPage()
    await made.exposeBinding('arcxWire', (source, name: unknown, input: unknown) => {
      if (desktop === null || !isOwnPage({ url: source.frame.url(), isTop: source.frame === made.mainFrame() }, origin))
        throw new Error('Only the app’s own pages may ask.')
      return answer(desktop.answers, id, name, input)
    })
    // What Electron gives a sandboxed preload, in as many lines as the preload uses.
    await made.addInitScript(`{
      const listeners = new Set()
      window.arcxTell = (event) => listeners.forEach((listener) => listener({}, event))
      const electron = {
        contextBridge: { exposeInMainWorld: (name, value) => Object.defineProperty(window, name, { value }) },
        ipcRenderer: { invoke: (_channel, name, input) => window.arcxWire(name, input), on: (_channel, listener) => listeners.add(listener), off: (_channel, listener) => listeners.delete(listener) },
      }
      ;((require, exports, module) => { ${preload} })(() => electron, {}, {})
    }`)
    made.on('framenavigated', (frame) => frame === made.mainFrame() && events?.pageBegins())
    await made.goto(origin + path)
    return made
  }
  /** A small window of no tabs, which is none of the app's windows. */
  let switcher: Promise<Page> | null = null

  const makeWindow = (path: string, eventsOf: (id: string) => WindowEvents): AppWindow => {
    const id = randomUUID()
    const page = openPage(path, id, eventsOf(id))
    const entry: (typeof windows)[number] = {
      page,
      shown: null,
      window: {
        id,
        isFocused: true,
        send: (event) =>
          void page.then((made) => made.evaluate(`window.arcxTell(${JSON.stringify(event)})`)).catch(() => undefined),
        makeView: (_site: () => WorkspaceSite, _partition, events) => new BrowserView(browser, events),
        show: (view) => (entry.shown = view instanceof BrowserView ? view : null),
        focus: () => undefined,
        close: () => undefined,
        reload: () => void page.then((made) => made.reload()).catch(() => undefined),
        mayLeave: () => leaving.answer,
        zoom: () => undefined,
      },
    }
    windows.push(entry)
    return entry.window
  }

  const platform: Platform = {
    version: '0.0.0-test',
    clientName: 'arcx app of a test',
    directory,
    // Any that turns text into other text and back; what Electron's does is the system's.
    keychain: {
      isAvailable: hasKeychain,
      seal: (text) => Buffer.from([...text].toReversed().join('')).toString('base64'),
      unseal,
    },
    updater: null,
    makeWindow,
    showSwitcher() {
      switcher ??= openPage('/switcher', '', null).then(async (page) => {
        await page.setViewportSize({ width: 640, height: 420 })
        return page
      })
    },
    hideSwitcher() {
      const shown = switcher
      switcher = null
      void shown?.then((page) => page.close())
    },
    showTray: (model) => (tray = model),
    notify: (note, click) => void notes.push({ note, click }),
    openExternally: async (url) => void opened.push(url),
    registerShortcut: (keys) => keys !== 'Taken',
    setOpenAtLogin: async () => undefined,
    partitionsDirectory: join(directory, 'Partitions'),
    clearPartitions: async () => undefined,
    showMenu: (inFront) => void menus.push(inFront),
    now: () => Date.now(),
    quit: () => undefined,
    later(ms, run) {
      const timer = setTimeout(run, ms)
      timers.add(timer)
      return () => clearTimeout(timer)
    },
    every(ms, run) {
      const timer = setInterval(run, ms)
      timers.add(timer)
      return () => clearInterval(timer)
    },
  }
  desktop = await Desktop.open(platform)
  desktop.restore()
  const [first] = windows
  if (first === undefined) throw new Error('No window was made.')
  return {
    desktop,
    notes,
    opened,
    menus,
    leaving,
    tray: () => tray,
    page: () => first.page,
    switcher: () => switcher,
    front: async () => (await first.shown?.page) ?? null,
    async close() {
      await desktop?.close()
      for (const timer of timers) clearTimeout(timer)
      await context.close()
      server.close()
      server.closeAllConnections()
    },
  }
}
