import { z } from 'zod'

const Identity = z.object({ ticket: z.string(), may: z.enum(['read', 'write']), userId: z.string(), login: z.string(), name: z.string(), incarnation: z.number(), renamed: z.boolean(), expiresAt: z.string() })
export type Identity = z.infer<typeof Identity>

const renewMs = 30_000

/** The way from this window to team-state. Whose window it is the gateway knows, by its cookie; nothing else is asked. */
export class Door {
  readonly #origin: string
  readonly #onGoneOn: () => void
  readonly #timer: ReturnType<typeof setInterval>
  #identity: Identity

  /**
   * `onGoneOn`: the workspace's container is another, which knows nothing of this window, or the workspace has another
   * name, to which the gateway leads whoever loads the page again. @throws where the gateway does not let this window in.
   */
  static async open(origin: string, onGoneOn: () => void): Promise<Door> {
    const door = new Door(origin, await ask(origin), onGoneOn)
    if (door.identity.renamed) onGoneOn()
    return door
  }

  private constructor(origin: string, identity: Identity, onGoneOn: () => void) {
    this.#origin = origin
    this.#onGoneOn = onGoneOn
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
    if (this.#identity.renamed || this.#identity.incarnation !== before) this.#onGoneOn()
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
