import { BrowserWindow } from 'electron'
import type { WebContents } from 'electron'
import { appOrigin, ownPageOptions } from './window.ts'

/** The small window by which one goes to a workspace from anywhere. */
export class SwitcherWindow {
  readonly #preload: string
  #browser: BrowserWindow | null = null

  constructor(preload: string) {
    this.#preload = preload
  }

  isOf(contents: WebContents): boolean {
    return this.#browser !== null && !this.#browser.isDestroyed() && this.#browser.webContents === contents
  }

  show(): void {
    if (this.#browser !== null && !this.#browser.isDestroyed()) return this.#browser.show()
    const browser = new BrowserWindow({
      width: 640,
      height: 420,
      frame: false,
      resizable: false,
      show: false,
      alwaysOnTop: true,
      skipTaskbar: true,
      backgroundColor: '#141a18',
      webPreferences: ownPageOptions(this.#preload),
    })
    this.#browser = browser
    const hide = () => {
      if (!browser.isDestroyed()) browser.close()
    }
    browser.webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
    browser.webContents.on('will-navigate', (event) => event.preventDefault())
    // It is made anew when it is next asked for.
    browser.webContents.on('render-process-gone', hide)
    browser.once('ready-to-show', () => browser.show())
    browser.on('blur', hide)
    void browser.loadURL(`${appOrigin}/switcher`).catch(hide)
  }

  hide(): void {
    if (this.#browser !== null && !this.#browser.isDestroyed()) this.#browser.close()
  }
}
