import { randomUUID } from 'node:crypto'
import { BrowserWindow, screen } from 'electron'
import type { JsonFile } from '../app/json-file.ts'
import type { AppWindow } from '../app/platform.ts'
import { isAt } from '../contract/answering.ts'
import { channels } from '../contract/contract.ts'
import type { Event } from '../contract/contract.ts'
import type { Ground } from '../navigation/navigation.ts'
import { viewBounds } from '../tabs/layout.ts'
import type { Inset } from '../tabs/layout.ts'
import type { View, ViewEvents } from '../tabs/workspace-tab.ts'
import { placeWindow } from '../windows/placement.ts'
import type { Placement } from '../windows/placement.ts'
import { WorkspaceView } from './view.ts'

export const appOrigin = 'arcx-app://app'
export const ownPageOptions = (preload: string) => ({ preload, sandbox: true, contextIsolation: true, nodeIntegration: false, webSecurity: true, navigateOnDragDrop: false, spellcheck: false })

/** A window of the app: its page, and over it the workspace that is in front. */
export class ElectronWindow implements AppWindow {
  readonly id = randomUUID()
  readonly browser: BrowserWindow
  readonly #openInBrowser: (url: string) => void
  #shown: WorkspaceView | null = null
  #inset: Inset = { top: 0, right: 0 }

  constructor(path: string, preload: string, placement: Placement | null, kept: JsonFile<typeof Placement>, openInBrowser: (url: string) => void) {
    this.#openInBrowser = openInBrowser
    const { isMaximized, ...bounds } = placeWindow(placement, screen.getAllDisplays().map(({ workArea }) => workArea))
    this.browser = new BrowserWindow({ ...bounds, minWidth: 400, minHeight: 300, show: false, backgroundColor: '#0d1110', titleBarStyle: process.platform === 'darwin' ? 'hiddenInset' : 'default', webPreferences: ownPageOptions(preload) })
    if (isMaximized) this.browser.maximize()
    this.browser.once('ready-to-show', () => this.browser.show())
    this.browser.on('resize', () => this.#place())
    const keep = () => void kept.write({ ...this.browser.getNormalBounds(), isMaximized: this.browser.isMaximized() }).catch(() => undefined)
    this.browser.on('close', keep)
    const contents = this.browser.webContents
    contents.on('will-navigate', (event) => {
      if (isAt(event.url, appOrigin)) return
      event.preventDefault()
      this.#external(event.url)
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      this.#external(url)
      return { action: 'deny' }
    })
    void this.browser.loadURL(`${appOrigin}${path}`)
  }

  get isFocused(): boolean {
    return this.browser.isFocused()
  }

  tell(event: Event): void {
    if (!this.browser.isDestroyed()) this.browser.webContents.send(channels.event, event)
  }

  makeView(ground: Ground, partition: string, events: ViewEvents): View {
    return new WorkspaceView(ground, partition, events, this.#openInBrowser)
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

  zoom(step: 1 | -1 | 0): void {
    const contents = (this.#shown?.web ?? this.browser).webContents
    contents.setZoomLevel(step === 0 ? 0 : Math.max(-5, Math.min(5, contents.getZoomLevel() + step * 0.5)))
  }

  #place(): void {
    const { width = 0, height = 0 } = this.browser.getContentBounds()
    this.#shown?.web.setBounds(viewBounds({ width, height }, this.#inset))
  }

  #external(url: string): void {
    if (/^(https?|mailto):/.test(url)) this.#openInBrowser(url)
  }
}
