import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { app } from 'electron'
import updater from 'electron-updater'
import type { Updater } from '../updates/updates.ts'

/** Null outside of a package, and in one that was built without a place for updates. */
export function packagedUpdater(): Updater | null {
  if (!app.isPackaged || !existsSync(join(process.resourcesPath, 'app-update.yml'))) return null
  const { autoUpdater } = updater
  autoUpdater.autoDownload = false
  autoUpdater.autoInstallOnAppQuit = true
  autoUpdater.allowDowngrade = false
  return {
    async check() {
      const result = await autoUpdater.checkForUpdates()
      return result?.isUpdateAvailable === true ? { version: result.updateInfo.version } : null
    },
    async download(onPercent) {
      const hear = ({ percent }: { readonly percent: number }) => onPercent(percent)
      autoUpdater.on('download-progress', hear)
      try {
        await autoUpdater.downloadUpdate()
      } finally {
        autoUpdater.off('download-progress', hear)
      }
    },
    restart: () => autoUpdater.quitAndInstall(),
  }
}
