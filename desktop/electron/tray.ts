import { Menu, Tray, nativeImage } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import type { TrayAction, TrayItem, TrayModel } from '../tray/tray-menu.ts'

/** The icon in the tray or menu bar, kept as its model says. */
export class SystemTray {
  readonly #tray: Tray
  readonly #act: (action: TrayAction) => void

  constructor(icon: string, act: (action: TrayAction) => void) {
    const image = nativeImage.createFromPath(icon)
    image.setTemplateImage(process.platform === 'darwin')
    this.#tray = new Tray(image)
    this.#act = act
    this.#tray.on('click', () => act({ do: 'show' }))
  }

  show({ tooltip, items }: TrayModel): void {
    this.#tray.setToolTip(tooltip)
    this.#tray.setContextMenu(Menu.buildFromTemplate(items.map((item) => this.#entry(item))))
  }

  #entry(item: TrayItem): MenuItemConstructorOptions {
    switch (item.kind) {
      case 'line':
        return { type: 'separator' }
      case 'text':
        return { label: item.label, enabled: false }
      case 'action':
        return {
          label: item.label,
          click: () => this.#act(item.action),
          ...(item.isChecked === undefined ? {} : { type: 'radio', checked: item.isChecked }),
        }
      case 'menu':
        return { label: item.label, submenu: item.items.map((each) => this.#entry(each)) }
    }
  }
}
