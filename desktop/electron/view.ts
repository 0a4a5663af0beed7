import { join } from 'node:path'
import { WebContentsView, app, session } from 'electron'
import { downloadName, mayHave } from '../navigation/navigation.ts'
import type { Ground } from '../navigation/navigation.ts'
import type { View, ViewEvents } from '../tabs/workspace-tab.ts'

/** Chromium's code for a navigation that another took the place of. */
const aborted = -3

/** A workspace's pages: sandboxed, without a preload, in a session that no other workspace and no page of the app shares. */
export class WorkspaceView implements View {
  readonly web: WebContentsView
  readonly #open: (url: string) => void

  constructor(ground: Ground, partition: string, events: ViewEvents, openInBrowser: (url: string) => void) {
    this.#open = openInBrowser
    const own = session.fromPartition(partition)
    own.setPermissionRequestHandler((_contents, permission, answer, details) => answer(mayHave(permission, details.requestingUrl, details.isMainFrame, ground)))
    own.setPermissionCheckHandler((_contents, permission, origin, details) => mayHave(permission, details.requestingUrl ?? origin, details.isMainFrame, ground))
    own.setDevicePermissionHandler(() => false)
    own.setDisplayMediaRequestHandler(null)
    own.removeAllListeners('will-download')
    own.on('will-download', (_event, item) => item.setSaveDialogOptions({ defaultPath: join(app.getPath('downloads'), downloadName(item.getFilename())) }))
    this.web = new WebContentsView({ webPreferences: { session: own, sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, allowRunningInsecureContent: false, navigateOnDragDrop: false, safeDialogs: true, spellcheck: false } })
    const contents = this.web.webContents
    contents.on('will-navigate', (event) => {
      if (!events.navigating(event.url)) event.preventDefault()
    })
    contents.on('will-redirect', (event) => {
      if (event.isMainFrame && !events.navigating(event.url)) event.preventDefault()
    })
    contents.on('will-frame-navigate', (event) => {
      // A frame shows the web or what its page made; never files, and never the app's own pages.
      if (!event.isMainFrame && !/^(https?|blob|data|about):/.test(event.url)) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      // Another page of the workspace's own, such as a port's, stands better in the browser than over the editor.
      if (events.navigating(url)) this.#open(url)
      return { action: 'deny' }
    })
    contents.on('did-navigate', (_event, _url, status) => events.loaded(status))
    contents.on('did-fail-load', (_event, code, reason, _url, isMainFrame) => {
      if (isMainFrame && code !== aborted) events.failed(reason)
    })
    contents.on('render-process-gone', () => events.crashed())
    contents.on('unresponsive', () => events.crashed())
  }

  load(url: string): void {
    // What fails is told by the event.
    void this.web.webContents.loadURL(url).catch(() => undefined)
  }

  close(): void {
    this.web.webContents.close()
  }
}
