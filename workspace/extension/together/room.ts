import type { PresencePlace, Present, PresenceChange } from '@arcx/router'
import type { SessionClient } from './session-client.ts'

const retryMs = 1000
const mostMs = 15_000

export type ClientPresence = Pick<PresencePlace, 'file' | 'line' | 'typing' | 'state'>

/** Who is in the workspace: told by team-state, which is told where this window's person is. It comes back by itself. */
export class Room {
  readonly #session: SessionClient
  readonly #onChange: () => void
  readonly #present = new Map<string, Present>()
  #socket: WebSocket | null = null
  #presence: ClientPresence = { file: null, line: null, typing: false, state: 'active' }
  #tries = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #closed = false

  constructor(session: SessionClient, onChange: () => void) {
    this.#session = session
    this.#onChange = onChange
    this.#connect()
  }

  /** Everybody, this window's person included; none while there is no connection. */
  get present(): readonly Present[] {
    return [...this.#present.values()]
  }

  update(presence: ClientPresence): void {
    if (JSON.stringify(presence) === JSON.stringify(this.#presence)) return
    this.#presence = presence
    this.#send()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#socket?.close()
  }

  #connect(): void {
    const socket = new WebSocket(
      `${this.#session.socketUrl}?${new URLSearchParams({ ticket: this.#session.identity.ticket })}`,
    )
    this.#socket = socket
    socket.addEventListener('open', () => {
      this.#tries = 0
      this.#send()
    })
    socket.addEventListener('message', ({ data }) => {
      this.#take(JSON.parse(String(data)) as PresenceChange)
      this.#onChange()
    })
    socket.addEventListener('close', () => {
      this.#present.clear()
      this.#onChange()
      if (this.#closed) return
      this.#tries += 1
      this.#timer = setTimeout(
        () => void this.#session.renew().then(() => this.#closed || this.#connect()),
        Math.min(retryMs * this.#tries, mostMs),
      )
    })
  }

  #take(change: PresenceChange): void {
    switch (change.type) {
      case 'snapshot':
        this.#present.clear()
        for (const each of change.present) this.#present.set(each.id, each)
        return
      case 'here':
        this.#present.set(change.present.id, change.present)
        return
      case 'gone':
        this.#present.delete(change.id)
    }
  }

  #send(): void {
    if (this.#socket?.readyState === WebSocket.OPEN)
      this.#socket.send(JSON.stringify({ type: 'here', ...this.#presence }))
  }
}
