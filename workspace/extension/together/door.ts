import { z } from 'zod'

const Identity = z.object({ ticket: z.string(), may: z.enum(['read', 'write']), userId: z.string(), login: z.string(), name: z.string(), incarnation: z.number(), expiresAt: z.string() })
export type Identity = z.infer<typeof Identity>

const renewMs = 30_000

/** The way from this window to team-state. Whose window it is the gateway knows, by its cookie; nothing else is asked. */
export class Door {
  readonly #origin: string
  readonly #onStartedAnew: () => void
  readonly #timer: ReturnType<typeof setInterval>
  #identity: Identity

  /** `onStartedAnew`: the workspace's container is another, which knows nothing of this window. @throws where the gateway does not let this window in. */
  static async open(origin: string, onStartedAnew: () => void): Promise<Door> {
    return new Door(origin, await ask(origin), onStartedAnew)
  }

  private constructor(origin: string, identity: Identity, onStartedAnew: () => void) {
    this.#origin = origin
    this.#onStartedAnew = onStartedAnew
    this.#identity = identity
    // One that reconnects shows the latest ticket; each is good for a minute.
    this.#timer = setInterval(() => void this.renew(), renewMs)
  }

  get identity(): Identity {
    return this.#identity
  }

  /** `…/PATH?ticket=…` leads to a text, `…?ticket=…` to who is here. */
  get socketUrl(): string {
    return `${this.#origin.replace(/^http/, 'ws')}/_arcx/collab`
  }

  async renew(): Promise<void> {
    // While the server is away the connections say so.
    const before = this.#identity.incarnation
    this.#identity = await ask(this.#origin).catch(() => this.#identity)
    if (this.#identity.incarnation !== before) this.#onStartedAnew()
  }

  close(): void {
    clearInterval(this.#timer)
  }
}

async function ask(origin: string): Promise<Identity> {
  const response = await fetch(`${origin}/_arcx/collab/ticket`, { method: 'POST', credentials: 'include' })
  if (!response.ok) throw new Error(`The gateway gives this window no ticket (${response.status}).`)
  return Identity.parse(await response.json())
}
