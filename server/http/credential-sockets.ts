import type { SessionId, TokenId, UserActor, UserId } from '@arcx/router'
import type { WebSocket } from 'ws'

/** Close code for a session that has ended (4000–4999 are for applications, RFC 6455, section 7.4.2). */
export const sessionEnded = 4401
/** “Service Restart”, of the registry of RFC 6455: clients connect anew. */
const connectAnew = 1012
/** A client that does not answer that its connection is being closed is not waited for any longer. */
const lingerMs = 1000
/** Whether credentials still hold is asked so often, should the news of their end not have come. */
const askedEveryMs = 10 * 60_000
const askedAgainMs = 10_000

/** What has become of the session or token that somebody came in with, and of what it says of its person. */
export type CredentialStatus = 'same' | 'changed' | 'ended'

/** `router`: calls of the router, which are made as whom the client was when it connected. */
type Purpose = 'router' | 'stream'

interface Held {
  readonly webSocket: WebSocket
  readonly actor: UserActor
  readonly purpose: Purpose
  timer: NodeJS.Timeout | null
}

/** Open WebSockets, each with the session or token by which it was let in: it does not outlive that. */
export class CredentialSockets {
  readonly #statusOf: (actor: UserActor) => Promise<CredentialStatus>
  readonly #byCredential = new Map<SessionId | TokenId, Set<Held>>()

  /** `statusOf` rejects where that cannot be told at the moment. */
  constructor(statusOf: (actor: UserActor) => Promise<CredentialStatus>) {
    this.#statusOf = statusOf
  }

  /** Until it closes. */
  add(webSocket: WebSocket, actor: UserActor, purpose: Purpose): void {
    const credential = credentialOf(actor)
    const held: Held = { webSocket, actor, purpose, timer: null }
    const beside = this.#byCredential.get(credential) ?? new Set()
    this.#byCredential.set(credential, beside.add(held))
    webSocket.once('close', () => {
      if (held.timer !== null) clearTimeout(held.timer)
      beside.delete(held)
      if (beside.size === 0 && this.#byCredential.get(credential) === beside) this.#byCredential.delete(credential)
    })
    // What ended while the connection was being opened was not among these yet.
    void this.#ask(held)
  }

  /** A session or token has ended. */
  end(credential: SessionId | TokenId): void {
    for (const held of this.#byCredential.get(credential) ?? []) this.#close(held, 'ended')
  }

  /** What somebody may do at all is something else now. */
  changed(userId: UserId): void {
    for (const beside of this.#byCredential.values())
      for (const held of beside) if (held.actor.userId === userId) this.#close(held, 'changed')
  }

  async #ask(held: Held): Promise<void> {
    const status = await this.#statusOf(held.actor).catch(() => null)
    if (held.webSocket.readyState !== held.webSocket.OPEN) return
    if (status !== null) this.#close(held, status)
    held.timer = setTimeout(() => void this.#ask(held), status === null ? askedAgainMs : nextAskMs(held.actor))
    held.timer.unref()
  }

  #close({ webSocket, purpose }: Held, status: CredentialStatus): void {
    if (status === 'same' || (status === 'changed' && purpose === 'stream')) return
    // Nothing more is done for a client, also where it does not agree that it is over.
    webSocket.removeAllListeners('message')
    if (status === 'changed') webSocket.send(JSON.stringify({ id: null, method: 'reconnect' }))
    if (status === 'changed') webSocket.close(connectAnew, 'The account has changed.')
    else webSocket.close(sessionEnded, 'The session has ended.')
    if (purpose === 'stream') return webSocket.terminate()
    const timer = setTimeout(() => webSocket.terminate(), lingerMs)
    webSocket.once('close', () => clearTimeout(timer))
  }
}

const credentialOf = (actor: UserActor) => (actor.via === 'session' ? actor.sessionId : actor.tokenId)

function nextAskMs(actor: UserActor): number {
  if (actor.via === 'session' || actor.expiresAt === null) return askedEveryMs
  return Math.min(askedEveryMs, Math.max(1000, actor.expiresAt.getTime() - Date.now()))
}
