import { join } from 'node:path'
import { WebContentsView, app, session } from 'electron'
import { downloadName, mayHave } from '../navigation/navigation.ts'
import type { WorkspaceSite } from '../navigation/navigation.ts'
import type { View, ViewEvents } from '../tabs/workspace-tab.ts'

/** A workspace's pages: sandboxed, without a preload, in a session that no other workspace and no page of the app shares. */
export class WorkspaceView implements View {
  readonly web: WebContentsView

  constructor(site: () => WorkspaceSite, partition: string, events: ViewEvents) {
    const own = session.fromPartition(partition)
    own.setPermissionRequestHandler((_contents, permission, answer, details) =>
      answer(mayHave(permission, details.requestingUrl, details.isMainFrame, site())),
    )
    own.setPermissionCheckHandler((_contents, permission, origin, details) =>
      mayHave(permission, details.requestingUrl ?? origin, details.isMainFrame, site()),
    )
    own.setDevicePermissionHandler(() => false)
    own.setDisplayMediaRequestHandler(null)
    own.removeAllListeners('will-download')
    own.on('will-download', (_event, item) =>
      item.setSaveDialogOptions({ defaultPath: join(app.getPath('downloads'), downloadName(item.getFilename())) }),
    )
    this.web = new WebContentsView({
      webPreferences: {
        session: own,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        allowRunningInsecureContent: false,
        navigateOnDragDrop: false,
        safeDialogs: true,
        spellcheck: false,
      },
    })
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
      events.openingWindow(url)
      return { action: 'deny' }
    })
    // Prevented, it is the page's veto that is: the page is left.
    contents.on('will-prevent-unload', (event) => {
      if (events.leaving()) event.preventDefault()
    })
    contents.on('did-navigate', (_event, _url, status) => events.loaded(status))
    contents.on('did-fail-load', (_event, code, _reason, _url, isMainFrame) => {
      if (isMainFrame) events.failed(code)
    })
    contents.on('did-stop-loading', () => events.stopped())
    contents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit') events.crashed()
    })
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
