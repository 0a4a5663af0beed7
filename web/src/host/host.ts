import type { DesktopBridge } from '@arcx/desktop-contract/contract'
import { desktopHost } from './desktop-host.ts'
import type { Host } from './port.ts'
import { webHost } from './web-host.ts'

declare global {
  interface Window {
    readonly arcxDesktop?: DesktopBridge
  }
}

export const host: Host = window.arcxDesktop === undefined ? webHost() : desktopHost(window.arcxDesktop)
