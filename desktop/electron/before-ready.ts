import tls from 'node:tls'
import { app, protocol } from 'electron'
import { enabledFeatures } from '../app/features.ts'
import { appId } from '../app/identity.ts'
import { forcesSandbox } from '../app/sandbox.ts'
import { trustSystem } from '../connection/trust.ts'
import { appScheme } from './window.ts'

/** What Chromium and the system must be told before they are ready. */
export function prepareBeforeReady(): void {
  if (forcesSandbox({ withoutSandbox: app.commandLine.hasSwitch('no-sandbox'), userId: process.getuid?.() ?? null }))
    app.enableSandbox()
  const features = enabledFeatures(process.platform, app.commandLine.getSwitchValue('enable-features'))
  if (features !== null) app.commandLine.appendSwitch('enable-features', features)
  // By it Windows knows whose a notification is, and whose an entry in the taskbar.
  if (process.platform === 'win32') app.setAppUserModelId(appId)
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
  const failure = trustSystem(tls)
  if (failure !== null)
    console.warn(`The system’s certificates could not be read; Node’s own are trusted alone. ${failure}`)
  // Electron would take the first, which tells any page that asks who somebody is. None is given: arcx signs nobody in by one.
  app.on('select-client-certificate', (event, _contents, _url, _certificates, answer) => {
    event.preventDefault()
    answer()
  })
}
