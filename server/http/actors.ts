import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { AdminActor, Origin, SessionActor, UserActor } from '@arcx/router'
import type { Sessions } from '../identity/sessions.ts'
import type { Tokens } from '../identity/tokens.ts'
import { readCookie } from '../browser/cookies.ts'
import type { CredentialStatus } from './credential-sockets.ts'
import type { WrongCredentials } from './wrong-credentials.ts'

/** From where a request came, for the record. */
export const originOf = ({ ip, id }: Pick<FastifyRequest, 'ip' | 'id'>): Origin => ({ address: ip, requestId: id })

export type HttpActor = UserActor | AdminActor

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Who asks, told by what a request shows. */
export class Actors {
  readonly #sessions: Sessions
  readonly #tokens: Tokens
  readonly #adminToken: Buffer
  readonly #secure: boolean
  readonly #wrong: WrongCredentials

  constructor(sessions: Sessions, tokens: Tokens, adminToken: string, secure: boolean, wrong: WrongCredentials) {
    this.#sessions = sessions
    this.#tokens = tokens
    this.#adminToken = digest(adminToken)
    this.#secure = secure
    this.#wrong = wrong
  }

  async bySession(cookieHeader: string | undefined, origin: Origin): Promise<SessionActor | null> {
    const person = await this.#sessions.personOf(readCookie(cookieHeader, 'arc_session', this.#secure))
    return person === null ? null : { ...person, ...origin }
  }

  /** Whether what somebody came in with, and what it said of them, still holds. */
  async statusOf(actor: UserActor): Promise<CredentialStatus> {
    const now =
      actor.via === 'session'
        ? await this.#sessions.personOfSession(actor.sessionId)
        : await this.#tokens.principalOf(actor.tokenId)
    if (now === null) return 'ended'
    const isSame = now.role === actor.role && now.tier === actor.tier && now.status === actor.status
    return isSame ? 'same' : 'changed'
  }

  /**
   * `Authorization: Bearer …`, by requests and upgrades alike. Compared in constant time, since hashing makes the lengths equal.
   * @throws `token_wrong`; `too_many_requests` after too many wrong ones from one address.
   */
  async byToken(authorization: string, origin: Origin): Promise<HttpActor> {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
    if (timingSafeEqual(digest(token), this.#adminToken)) return { kind: 'admin', ...origin }
    return (await this.#tokens.actorOf(token, origin)) ?? this.#wrong.refuse('token.use', origin.address)
  }
}
