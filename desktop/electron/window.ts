import { randomUUID } from 'node:crypto'
import { BrowserWindow, dialog, screen } from 'electron'
import { crashHost } from '../app/crash-page.ts'
import type { AppWindow, WindowEvents } from '../windows/app-window.ts'
import { isAt } from '@arcx/desktop-contract/answering'
import { channels } from '@arcx/desktop-contract/contract'
import type { Event } from '@arcx/desktop-contract/contract'
import type { WorkspaceSite } from '../navigation/navigation.ts'
import { viewBounds } from '../tabs/layout.ts'
import type { Inset } from '../tabs/layout.ts'
import type { View, ViewEvents } from '../tabs/workspace-tab.ts'
import { placeWindow } from '../windows/placement.ts'
import type { Placements } from '../windows/placements.ts'
import { Recovery } from '../crashes/recovery.ts'
import { WorkspaceView } from './view.ts'

export const appScheme = 'arcx-app'
export const appOrigin = `${appScheme}://app`
export const ownPageOptions = (preload: string) => ({
  preload,
  sandbox: true,
  contextIsolation: true,
  nodeIntegration: false,
  webSecurity: true,
  navigateOnDragDrop: false,
  spellcheck: false,
})

/** A window of the app: its page, and over it the workspace that is in front. */
export class ElectronWindow implements AppWindow {
  readonly id = randomUUID()
  readonly browser: BrowserWindow
  readonly #recovery = new Recovery()
  readonly #firstAddress: string
  #shown: WorkspaceView | null = null
  #inset: Inset = { top: 0, right: 0 }
  #isResponsive = true

  constructor(path: string, preload: string, placements: Placements, eventsOf: (id: string) => WindowEvents) {
    const events = eventsOf(this.id)
    this.#firstAddress = `${appOrigin}${path}`
    const { remembered, isFree, closed } = placements.take()
    const { isMaximized, ...bounds } = placeWindow(
      remembered,
      screen.getAllDisplays().map(({ workArea }) => workArea),
      isFree,
    )
    this.browser = new BrowserWindow({
      ...bounds,
      minWidth: 400,
      minHeight: 300,
      show: false,
      backgroundColor: '#0d1110',
      titleBarStyle: process.platform === 'darwin' ? 'hiddenInset' : 'default',
      webPreferences: ownPageOptions(preload),
    })
    if (isMaximized) this.browser.maximize()
    this.browser.once('ready-to-show', () => this.browser.show())
    this.browser.on('resize', () => this.#place())
    this.browser.on('focus', () => events.focused())
    this.browser.on('close', () =>
      closed({ ...this.browser.getNormalBounds(), isMaximized: this.browser.isMaximized() }),
    )
    this.browser.on('closed', () => events.closed())
    const contents = this.browser.webContents
    contents.on('will-navigate', (event) => {
      if (isAt(event.url, appOrigin)) return
      event.preventDefault()
      events.linked(event.url)
    })
    contents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) events.pageBegins()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      events.linked(url)
      return { action: 'deny' }
    })
    contents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit') this.#crashed()
    })
    contents.on('unresponsive', () => (this.#isResponsive = false))
    contents.on('responsive', () => (this.#isResponsive = true))
    this.#load(this.#firstAddress)
  }

  get isFocused(): boolean {
    return !this.browser.isDestroyed() && this.browser.isFocused()
  }

  send(event: Event): void {
    if (!this.browser.isDestroyed()) this.browser.webContents.send(channels.event, event)
  }

  makeView(site: () => WorkspaceSite, partition: string, events: ViewEvents): View {
    return new WorkspaceView(site, partition, events)
  }

  show(view: View | null, inset: Inset): void {
    if (this.browser.isDestroyed()) return
    this.#inset = inset
    const next = view instanceof WorkspaceView ? view : null
    if (next !== this.#shown) {
      if (this.#shown !== null) this.browser.contentView.removeChildView(this.#shown.web)
      this.#shown = next
      if (next === null) this.browser.webContents.focus()
      else {
        this.browser.contentView.addChildView(next.web)
        next.web.webContents.focus()
      }
    }
    this.#place()
  }

  focus(): void {
    if (this.browser.isMinimized()) this.browser.restore()
    this.browser.show()
    this.browser.focus()
  }

  close(): void {
    this.browser.close()
  }

  reload(): void {
    // One that does not answer would not let itself be reloaded; what follows its end loads it anew.
    if (this.#isResponsive) this.#load(this.#address)
    else this.browser.webContents.forcefullyCrashRenderer()
  }

  mayLeave(name: string): boolean {
    const leave = 1
    return (
      dialog.showMessageBoxSync(this.browser, {
        type: 'question',
        message: `Leave ${name}?`,
        detail: 'Its page says that something in it is not saved. If you leave, that may be lost.',
        buttons: ['Stay', 'Leave'],
        defaultId: 0,
        cancelId: 0,
        noLink: true,
      }) === leave
    )
  }

  zoom(step: 1 | -1 | 0): void {
    const contents = (this.#shown?.web ?? this.browser).webContents
    contents.setZoomLevel(step === 0 ? 0 : Math.max(-5, Math.min(5, contents.getZoomLevel() + step * 0.5)))
  }

  /** Where its page stood, if that is one of the app's. */
  get #address(): string {
    const address = this.browser.webContents.getURL()
    return isAt(address, appOrigin) ? address : this.#firstAddress
  }

  #crashed(): void {
    this.#isResponsive = true
    const after = this.#recovery.crashed()
    const address = this.#address
    if (after.kind === 'reload') {
      setTimeout(() => this.#load(address), after.afterMs)
      return
    }
    // What stands over the page would hide what is said.
    this.show(null, this.#inset)
    this.#load(`${appScheme}://${crashHost}/?${new URLSearchParams({ again: address })}`)
  }

  #load(address: string): void {
    // What fails is seen in the window.
    if (!this.browser.isDestroyed()) void this.browser.loadURL(address).catch(() => undefined)
  }

  #place(): void {
    const { width = 0, height = 0 } = this.browser.getContentBounds()
    this.#shown?.web.setBounds(viewBounds({ width, height }, this.#inset))
  }
}
