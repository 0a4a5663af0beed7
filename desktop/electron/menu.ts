import { Menu } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import { menuModel } from '../app/menu.ts'
import type { InFront, MenuAction } from '../app/menu.ts'

/** Puts the menu bar up as it is to be now. */
export function showMenu(inFront: InFront, act: (action: MenuAction) => void): void {
  const template = menuModel(inFront, process.platform === 'darwin').map(
    ({ label, entries }): MenuItemConstructorOptions => ({
      label,
      submenu: entries.map((entry): MenuItemConstructorOptions => {
        switch (entry.kind) {
          case 'line':
            return { type: 'separator' }
          case 'role':
            // The editor's own keys for these do more than the system's.
            return { role: entry.role, registerAccelerator: inFront === 'launcher' }
          case 'action':
            return {
              label: entry.label,
              click: () => act(entry.action),
              ...(entry.keys === null ? {} : { accelerator: entry.keys }),
            }
        }
      }),
    }),
  )
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
