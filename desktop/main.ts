import { existsSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { setDefaultCACertificates, getCACertificates } from 'node:tls'
import { BrowserWindow, Notification, app, globalShortcut, ipcMain, protocol, session, shell } from 'electron'
import { Desktop } from './app/desktop.ts'
import { JsonFile } from './app/json-file.ts'
import { servePage } from './app/pages.ts'
import type { Platform } from './app/platform.ts'
import { answer, isOwnPage } from './contract/answering.ts'
import { channels } from './contract/contract.ts'
import { deepLinkIn, parseDeepLink } from './deep-links/deep-link.ts'
import type { DeepLink } from './deep-links/deep-link.ts'
import { systemKeychain } from './electron/keychain.ts'
import { showMenu } from './electron/menu.ts'
import { SystemTray } from './electron/tray.ts'
import { packagedUpdater } from './electron/updater.ts'
import { ElectronWindow, appOrigin, ownPageOptions } from './electron/window.ts'
import { Placement } from './windows/placement.ts'

app.enableSandbox()
protocol.registerSchemesAsPrivileged([{ scheme: 'arcx-app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }])
// What the system trusts, a company's own authority among it, is trusted here too.
setDefaultCACertificates([...getCACertificates('default'), ...getCACertificates('system')])

const preload = join(import.meta.dirname, 'preload.cjs')
const packagedPages = join(app.getAppPath(), 'web')
const pages = existsSync(packagedPages) ? packagedPages : join(app.getAppPath(), '../web/dist')
const icon = join(app.getAppPath(), 'icons', process.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png')

// A second start hands its deep link to the first and ends.
if (app.requestSingleInstanceLock()) await run()
else app.quit()

async function run(): Promise<void> {
  const early: DeepLink[] = []
  let open: Desktop | null = null
  const follow = (link: DeepLink) => (open === null ? void early.push(link) : open.deepLink(link))
  app.on('open-url', (event, url) => {
    event.preventDefault()
    follow(parseDeepLink(url))
  })
  app.on('second-instance', (_event, args) => {
    const link = deepLinkIn(args.slice(1))
    if (link !== null) follow(link)
    else open?.showWindow()
  })
  await app.whenReady()
  if (app.isPackaged) app.setAsDefaultProtocolClient('arcx')
  else app.setAsDefaultProtocolClient('arcx', process.execPath, [app.getAppPath()])
  protocol.handle('arcx-app', (request) => (new URL(request.url).host === 'app' ? servePage(pages, request) : new Response(null, { status: 404 })))
  // The app's own pages need the clipboard and nothing else of the system.
  session.defaultSession.setPermissionRequestHandler((_contents, permission, allow) => allow(permission === 'clipboard-sanitized-write'))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write')

  const directory = join(app.getPath('userData'), 'arcx')
  const placements = new JsonFile(join(directory, 'window.json'), Placement)
  let placement = await placements.read()
  const windows = new Map<number, ElectronWindow>()
  let switcher: BrowserWindow | null = null
  let shortcut = ''

  const platform: Platform = {
    version: app.getVersion(),
    clientName: `arcx app of ${userInfo().username} on ${hostname()}`.slice(0, 80),
    directory,
    keychain: systemKeychain(),
    updater: packagedUpdater(),
    makeWindow(path) {
      const window = new ElectronWindow(path, preload, placement, placements, (url) => void shell.openExternal(url))
      // Only one window stands where it stood.
      placement = null
      const contentsId = window.browser.webContents.id
      windows.set(contentsId, window)
      window.browser.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
        if (isMainFrame && !isSameDocument) open?.pageBegins(window.id)
      })
      window.browser.on('focus', () => arrangeMenu())
      window.browser.on('closed', () => {
        windows.delete(contentsId)
        open?.windowClosed(window.id)
      })
      return window
    },
    showSwitcher() {
      if (switcher === null || switcher.isDestroyed()) {
        switcher = new BrowserWindow({ width: 640, height: 420, frame: false, resizable: false, show: false, alwaysOnTop: true, skipTaskbar: true, backgroundColor: '#141a18', webPreferences: ownPageOptions(preload) })
        switcher.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
        switcher.webContents.on('will-navigate', (event) => event.preventDefault())
        switcher.once('ready-to-show', () => switcher?.show())
        switcher.on('blur', () => switcher?.close())
        void switcher.loadURL(`${appOrigin}/switcher`)
      } else switcher.show()
    },
    hideSwitcher: () => switcher?.close(),
    showTray: (model) => tray.show(model),
    notify(note, onClick) {
      if (!Notification.isSupported()) return
      const notification = new Notification({ title: note.title, body: note.body })
      notification.on('click', onClick)
      notification.show()
    },
    openExternally: (url) => shell.openExternal(url),
    registerShortcut(keys) {
      if (shortcut !== '') globalShortcut.unregister(shortcut)
      shortcut = ''
      if (keys === '') return true
      try {
        if (!globalShortcut.register(keys, () => open?.tray({ do: 'switcher' }))) return false
      } catch {
        return false
      }
      shortcut = keys
      return true
    },
    setOpenAtLogin: (openAtLogin) => app.setLoginItemSettings({ openAtLogin }),
    quit: () => app.quit(),
    later(ms, run) {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    every(ms, run) {
      const timer = setInterval(run, ms)
      return () => clearInterval(timer)
    },
  }
  const tray = new SystemTray(icon, (action) => open?.tray(action))
  const desktop = await Desktop.open(platform)
  open = desktop

  const frontWindow = () => windows.get(BrowserWindow.getFocusedWindow()?.webContents.id ?? -1)
  function arrangeMenu(): void {
    const front = frontWindow()
    showMenu(front === undefined ? 'launcher' : (open?.inFront(front.id) ?? 'launcher'), (action) => open?.menu(action, frontWindow()?.id ?? ''))
  }
  ipcMain.handle(channels.request, async (event, name: unknown, input: unknown) => {
    const frame = event.senderFrame
    const isKnown = windows.has(event.sender.id) || event.sender === switcher?.webContents
    if (frame === null || !isKnown || !isOwnPage({ url: frame.url, isTop: frame.parent === null }, appOrigin)) throw new Error('Only the app’s own pages may ask.')
    const answered = await answer(desktop.answers, windows.get(event.sender.id)?.id ?? '', name, input)
    arrangeMenu()
    return answered
  })

  await desktop.restore()
  arrangeMenu()
  const first = deepLinkIn(process.argv.slice(1))
  for (const link of [...early, ...(first === null ? [] : [first])]) desktop.deepLink(link)
  app.on('activate', () => desktop.showWindow())
  // It stays in the tray.
  app.on('window-all-closed', () => undefined)
  app.on('will-quit', () => {
    globalShortcut.unregisterAll()
    void desktop.close()
  })
}
