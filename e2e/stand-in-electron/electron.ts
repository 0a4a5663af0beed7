import { EventEmitter } from 'node:events'
import { join } from 'node:path'

/**
 * In place of Electron's module where its program is not to be had: it records what the app asks for, and keeps the one
 * promise that matters here, that it is ready only once the app's first module has been evaluated.
 */
export const calls: { readonly name: string; readonly args: readonly unknown[]; readonly isReady: boolean }[] = []
let isReady = false
const ready = Promise.withResolvers<void>()
const record = (name: string, args: readonly unknown[]) => void calls.push({ name, args, isReady })
const recorded =
  (name: string) =>
  (...args: readonly unknown[]) =>
    record(name, args)

export function becomeReady(): void {
  isReady = true
  ready.resolve()
}

const home = process.env['STAND_IN_HOME'] ?? ''
const switches = new Map(
  process.argv
    .filter((each) => each.startsWith('--'))
    .map((each) => [each.slice(2).split('=')[0] ?? '', each.split('=')[1] ?? '']),
)

class App extends EventEmitter {
  readonly isPackaged = false
  readonly commandLine = {
    hasSwitch: (name: string) => switches.has(name),
    getSwitchValue: (name: string) => switches.get(name) ?? '',
    appendSwitch: (name: string, value = '') => {
      record('appendSwitch', [name, value])
      switches.set(name, value)
    },
  }
  enableSandbox = recorded('enableSandbox')
  requestSingleInstanceLock = () => true
  whenReady = () => ready.promise
  getVersion = () => '0.0.0'
  getAppPath = () => join(import.meta.dirname, '../../desktop')
  getPath = (name: string) => join(home, name)
  setAsDefaultProtocolClient = recorded('setAsDefaultProtocolClient')
  setAppUserModelId = recorded('setAppUserModelId')
  setLoginItemSettings = recorded('setLoginItemSettings')
  quit = recorded('quit')
  exit = (code: number) => {
    record('exit', [code])
    process.exitCode = code
  }
}
export const app = new App()

class Contents extends EventEmitter {
  static next = 1
  readonly id = (Contents.next += 1)
  send = recorded('send')
  setWindowOpenHandler = recorded('setWindowOpenHandler')
  focus = () => undefined
  getURL = () => 'arcx-app://app/dashboard'
}

export class BrowserWindow extends EventEmitter {
  static readonly all: BrowserWindow[] = []
  static getFocusedWindow = () => BrowserWindow.all[0] ?? null
  readonly webContents = new Contents()
  constructor(options: unknown) {
    super()
    if (!isReady) throw new Error('Cannot create BrowserWindow before app is ready')
    record('BrowserWindow', [options])
    BrowserWindow.all.push(this)
  }
  loadURL = async (url: string) => record('loadURL', [url])
  isDestroyed = () => false
  isFocused = () => true
  isMinimized = () => false
  show = () => undefined
  focus = () => undefined
  getContentBounds = () => ({ x: 0, y: 0, width: 1280, height: 800 })
}

export class WebContentsView {
  readonly webContents = new Contents()
}
export class Notification extends EventEmitter {
  static isSupported = () => true
  constructor(options: unknown) {
    super()
    record('Notification', [options])
  }
  show = () => undefined
  close = () => undefined
}
export class Tray extends EventEmitter {
  setToolTip = () => undefined
  setContextMenu = () => undefined
}
export const Menu = {
  buildFromTemplate: (template: unknown) => template,
  setApplicationMenu: recorded('setApplicationMenu'),
}
export const nativeImage = { createFromPath: () => ({ setTemplateImage: () => undefined }) }
export const dialog = { showErrorBox: recorded('showErrorBox'), showMessageBoxSync: () => 0 }
export const globalShortcut = {
  register: () => process.env['STAND_IN_SHORTCUT'] !== 'taken',
  unregister: () => undefined,
  unregisterAll: () => undefined,
}
export const protocol = {
  registerSchemesAsPrivileged: recorded('registerSchemesAsPrivileged'),
  handle: recorded('handle'),
}
export const safeStorage = { isEncryptionAvailable: () => false, getSelectedStorageBackend: () => 'basic_text' }
export const screen = { getAllDisplays: () => [] }
export const session = {
  defaultSession: { setPermissionRequestHandler: () => undefined, setPermissionCheckHandler: () => undefined },
}
export const shell = { openExternal: async () => undefined }

type Handler = (event: unknown, ...args: readonly unknown[]) => Promise<unknown>
export const handlers = new Map<string, Handler>()
export const ipcMain = { handle: (channel: string, handler: Handler) => void handlers.set(channel, handler) }
