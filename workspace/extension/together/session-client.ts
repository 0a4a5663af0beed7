import { z } from 'zod'

const Identity = z.object({
  ticket: z.string(),
  may: z.enum(['read', 'write']),
  userId: z.string(),
  login: z.string(),
  name: z.string(),
  incarnation: z.number(),
  renamed: z.boolean(),
  expiresAt: z.string(),
})
export type Identity = z.infer<typeof Identity>

/** Why the gateway lets a window in no longer. */
export type Refusal = 'stopped' | 'signed out' | 'not allowed'

export interface SessionEvents {
  /** The workspace's container is another, which knows nothing of this window, or the workspace has another name, to which the gateway leads whoever loads the page again. */
  onGoneOn(): void
  /** Null once it is let in again. */
  onRefused(refusal: Refusal | null): void
}

const refusals: Readonly<Record<number, Refusal>> = {
  401: 'signed out',
  403: 'not allowed',
  404: 'not allowed',
  503: 'stopped',
}
const renewMs = 30_000

/** The way from this window to team-state. Whose window it is the gateway knows, by its cookie; nothing else is asked. */
export class SessionClient {
  readonly #origin: string
  readonly #events: SessionEvents
  readonly #timer: ReturnType<typeof setInterval>
  #identity: Identity

  /** @throws where the gateway does not let this window in. */
  static async open(origin: string, events: SessionEvents): Promise<SessionClient> {
    const session = new SessionClient(origin, await ask(origin), events)
    if (session.identity.renamed) events.onGoneOn()
    return session
  }

  private constructor(origin: string, identity: Identity, events: SessionEvents) {
    this.#origin = origin
    this.#events = events
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
    const before = this.#identity.incarnation
    try {
      this.#identity = await ask(this.#origin)
    } catch (error) {
      // While the server is away the connections say so.
      if (error instanceof NoTicket && error.refusal !== null) this.#events.onRefused(error.refusal)
      return
    }
    this.#events.onRefused(null)
    if (this.#identity.renamed || this.#identity.incarnation !== before) this.#events.onGoneOn()
  }

  close(): void {
    clearInterval(this.#timer)
  }
}

class NoTicket extends Error {
  readonly refusal: Refusal | null

  /** `isPassing`: something that the server needs is away, and the workspace may be well. */
  constructor(status: number, isPassing: boolean) {
    super(`The gateway gives this window no ticket (${status}).`)
    this.refusal = isPassing ? null : (refusals[status] ?? null)
  }
}

async function ask(origin: string): Promise<Identity> {
  const response = await fetch(`${origin}/_arcx/collab/ticket`, { method: 'POST', credentials: 'include' })
  if (!response.ok) throw new NoTicket(response.status, response.headers.has('retry-after'))
  return Identity.parse(await response.json())
}
