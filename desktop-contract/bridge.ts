import { Event, requests } from './contract.ts'
import type { DesktopBridge, InputOf, OutputOf, RequestName } from './contract.ts'

/** How a page's side reaches the main process; Electron's IPC, in the app. */
export interface Wire {
  send(name: RequestName, input: unknown): Promise<unknown>
  onEvent(listener: (event: unknown) => void): () => void
}

/** Both directions parsed, so that a page never acts on what is not in the contract. */
export function bridgeOver(wire: Wire): DesktopBridge {
  return {
    async request<N extends RequestName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
      if (!Object.hasOwn(requests, name)) throw new Error('There is no such request.')
      const { input: asked, output } = requests[name]
      return output.parse(await wire.send(name, asked.parse(input))) as OutputOf<N>
    },
    listen: (listener) =>
      wire.onEvent((raw) => {
        const event = Event.safeParse(raw)
        if (event.success) listener(event.data)
      }),
  }
}
