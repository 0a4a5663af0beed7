import { contextBridge, ipcRenderer } from 'electron'
import { bridgeOver } from '@arcx/desktop-contract/bridge'
import { channels } from '@arcx/desktop-contract/contract'

const bridge = bridgeOver({
  send: (name, input) => ipcRenderer.invoke(channels.request, name, input),
  onEvent(listener) {
    const hear = (_event: unknown, told: unknown) => listener(told)
    ipcRenderer.on(channels.event, hear)
    return () => void ipcRenderer.off(channels.event, hear)
  },
})

contextBridge.exposeInMainWorld('arcxDesktop', bridge)
