import { homedir, hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { Notification, app, globalShortcut, session, shell } from 'electron'
import { autostartDirectory, setAutostart, startCommand } from '../app/autostart.ts'
import type { MenuAction } from '../app/menu.ts'
import type { Platform } from '../app/platform.ts'
import { ShownNotes } from '../news/shown-notes.ts'
import type { TrayAction } from '../tray/tray-menu.ts'
import type { Placements } from '../windows/placements.ts'
import { systemKeychain } from './keychain.ts'
import { showMenu } from './menu.ts'
import type { SwitcherWindow } from './switcher.ts'
import { SystemTray } from './tray.ts'
import { packagedUpdater } from './updater.ts'
import { ElectronWindow } from './window.ts'

export interface PlatformParts {
  readonly preload: string
  readonly icon: string
  readonly placements: Placements
  readonly switcher: SwitcherWindow
  /** The app's windows by the numbers of what is in them. */
  readonly windows: Map<number, ElectronWindow>
  act(action: TrayAction): void
  choose(action: MenuAction): void
}

/** The app's directory for what it keeps. */
export const keptDirectory = (): string => join(app.getPath('userData'), 'arcx')

/** What Electron has for the app. */
export function electronPlatform({
  preload,
  icon,
  placements,
  switcher,
  windows,
  act,
  choose,
}: PlatformParts): Platform {
  const tray = new SystemTray(icon, act)
  const notes = new ShownNotes((note) => {
    const notification = new Notification({ title: note.title, body: note.body })
    return {
      onClick: (run) => void notification.on('click', run),
      onGone(run) {
        notification.on('close', run)
        notification.on('failed', run)
      },
      show: () => notification.show(),
      close: () => notification.close(),
    }
  })
  let shortcut = ''
  return {
    version: app.getVersion(),
    clientName: `arcx app of ${userInfo().username} on ${hostname()}`.slice(0, 80),
    directory: keptDirectory(),
    partitionsDirectory: join(app.getPath('userData'), 'Partitions'),
    keychain: systemKeychain(),
    updater: packagedUpdater(),
    makeWindow(path, eventsOf) {
      const window = new ElectronWindow(path, preload, placements, (id) => {
        const events = eventsOf(id)
        return {
          ...events,
          closed() {
            windows.delete(contentsId)
            events.closed()
          },
        }
      })
      const contentsId = window.browser.webContents.id
      windows.set(contentsId, window)
      return window
    },
    showMenu: (inFront) => showMenu(inFront, choose),
    showSwitcher: () => switcher.show(),
    hideSwitcher: () => switcher.hide(),
    showTray: (model) => tray.show(model),
    notify(note, onClick) {
      if (Notification.isSupported()) notes.show(note, onClick)
    },
    openExternally: (url) => shell.openExternal(url),
    registerShortcut(keys) {
      if (shortcut !== '') globalShortcut.unregister(shortcut)
      shortcut = ''
      if (keys === '') return true
      try {
        if (!globalShortcut.register(keys, () => act({ do: 'switcher' }))) return false
      } catch {
        return false
      }
      shortcut = keys
      return true
    },
    async setOpenAtLogin(isOn) {
      if (process.platform !== 'linux') return app.setLoginItemSettings({ openAtLogin: isOn })
      const command = startCommand({
        appImage: process.env['APPIMAGE'],
        unpacked: process.env['APPDIR'],
        program: process.execPath,
        isPackaged: app.isPackaged,
        appPath: app.getAppPath(),
      })
      await setAutostart(autostartDirectory(homedir(), process.env['XDG_CONFIG_HOME']), command, isOn)
    },
    async clearPartitions(partitions) {
      for (const partition of partitions) {
        const gone = session.fromPartition(partition)
        await gone.closeAllConnections()
        // Their folders go at the next start.
        await Promise.all([gone.clearStorageData(), gone.clearCache(), gone.clearAuthCache()]).catch(() => undefined)
      }
    },
    quit: () => app.quit(),
    now: () => Date.now(),
    later(ms, run) {
      const timer = setTimeout(run, ms)
      return () => clearTimeout(timer)
    },
    every(ms, run) {
      const timer = setInterval(run, ms)
      return () => clearInterval(timer)
    },
  }
}
