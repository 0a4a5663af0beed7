import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BrowserWindow, app, dialog, globalShortcut, ipcMain, protocol, session } from 'electron'
import { crashHost, crashPage } from './app/crash-page.ts'
import { Desktop } from './app/desktop.ts'
import { JsonFile } from './storage/json-file.ts'
import { servePage } from './app/pages.ts'
import { answer, isAt, isOwnPage } from '@arcx/desktop-contract/answering'
import { channels } from '@arcx/desktop-contract/contract'
import { deepLinkIn, parseDeepLink } from './deep-links/deep-link.ts'
import type { DeepLink } from './deep-links/deep-link.ts'
import { prepareBeforeReady } from './electron/before-ready.ts'
import { electronPlatform, keptDirectory } from './electron/platform.ts'
import { SwitcherWindow } from './electron/switcher.ts'
import { appOrigin, appScheme } from './electron/window.ts'
import type { ElectronWindow } from './electron/window.ts'
import { Placement } from './windows/placement.ts'
import { Placements } from './windows/placements.ts'

prepareBeforeReady()
// A second start hands its deep link to the first and ends. Electron becomes ready only once this module has been evaluated, so nothing is awaited here.
if (app.requestSingleInstanceLock()) begin()
else app.quit()

function begin(): void {
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
  app
    .whenReady()
    .then(run)
    .then((desktop) => {
      open = desktop
      const first = deepLinkIn(process.argv.slice(1))
      for (const link of [...early, ...(first === null ? [] : [first])]) desktop.deepLink(link)
    })
    .catch((error: unknown) => {
      dialog.showErrorBox(
        'arcx could not start',
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      )
      app.exit(1)
    })
}

async function run(): Promise<Desktop> {
  const preload = join(import.meta.dirname, 'preload.cjs')
  const packagedPages = join(app.getAppPath(), 'web')
  const pages = existsSync(packagedPages) ? packagedPages : join(app.getAppPath(), '../web/dist')
  const icon = join(app.getAppPath(), 'icons', process.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png')
  if (app.isPackaged) app.setAsDefaultProtocolClient('arcx')
  else app.setAsDefaultProtocolClient('arcx', process.execPath, [app.getAppPath()])
  protocol.handle(appScheme, (request) => {
    const { host, searchParams } = new URL(request.url)
    if (host === 'app') return servePage(pages, request)
    const again = searchParams.get('again') ?? ''
    return host === crashHost
      ? crashPage(isAt(again, appOrigin) ? again : `${appOrigin}/dashboard`)
      : new Response(null, { status: 404 })
  })
  // The app's own pages need the clipboard and nothing else of the system.
  session.defaultSession.setPermissionRequestHandler((_contents, permission, allow) =>
    allow(permission === 'clipboard-sanitized-write'),
  )
  session.defaultSession.setPermissionCheckHandler(
    (_contents, permission) => permission === 'clipboard-sanitized-write',
  )

  const windows = new Map<number, ElectronWindow>()
  const switcher = new SwitcherWindow(preload)
  const frontWindow = () => windows.get(BrowserWindow.getFocusedWindow()?.webContents.id ?? -1)
  const placements = await Placements.open(new JsonFile(join(keptDirectory(), 'window.json'), Placement))
  let open: Desktop | null = null
  const desktop = await Desktop.open(
    electronPlatform({
      preload,
      icon,
      placements,
      switcher,
      windows,
      act: (action) => open?.tray(action),
      choose: (action) => open?.menu(action, frontWindow()?.id ?? ''),
    }),
  )
  open = desktop
  ipcMain.handle(channels.request, async (event, name: unknown, input: unknown) => {
    const frame = event.senderFrame
    const isKnown = windows.has(event.sender.id) || switcher.isOf(event.sender)
    if (frame === null || !isKnown || !isOwnPage({ url: frame.url, isTop: frame.parent === null }, appOrigin))
      throw new Error('Only the app’s own pages may ask.')
    return answer(desktop.answers, windows.get(event.sender.id)?.id ?? '', name, input)
  })
  desktop.restore()
  app.on('activate', () => desktop.showWindow())
  // It stays in the tray.
  app.on('window-all-closed', () => undefined)
  app.on('before-quit', () => desktop.quitting())
  app.on('will-quit', () => {
    globalShortcut.unregisterAll()
    void desktop.close()
  })
  return desktop
}
