import type { Event } from '@arcx/desktop-contract/contract'
import type { Connection } from './connection.ts'

/** What pages have asked to be told, by window and the page's own handle. */
export class PageSubscriptions {
  readonly #ends = new Map<string, () => void>()

  /** Ends what the page had by that handle. */
  begin(
    windowId: string,
    handle: number,
    connection: Connection | null,
    path: string,
    input: unknown,
    send: (event: Event) => void,
  ): void {
    this.end(windowId, handle)
    const end = connection?.subscribe(path, input, {
      started: () => send({ type: 'api.started', handle }),
      data: (data) => send({ type: 'api.data', handle, data }),
      error: (error) => send({ type: 'api.error', handle, error }),
      stopped: () => send({ type: 'api.stopped', handle }),
    })
    if (end !== undefined) this.#ends.set(`${windowId} ${handle}`, end)
  }

  end(windowId: string, handle: number): void {
    this.#ends.get(`${windowId} ${handle}`)?.()
    this.#ends.delete(`${windowId} ${handle}`)
  }

  endAll(windowId: string): void {
    for (const [key, end] of this.#ends) {
      if (!key.startsWith(`${windowId} `)) continue
      end()
      this.#ends.delete(key)
    }
  }
}
