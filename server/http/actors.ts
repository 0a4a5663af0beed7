import { createHash, timingSafeEqual } from 'node:crypto'
import type { AdminActor, Origin, SessionActor, UserActor } from '@arcx/router'
import type { Database } from '@arcx/database'
import { recordAudit } from '../audit/audit.ts'
import type { Sessions } from '../identity/sessions.ts'
import type { Tokens } from '../identity/tokens.ts'
import { readCookie } from './cookies.ts'

export type Asker = UserActor | AdminActor

const digest = (text: string) => createHash('sha256').update(text).digest()

/** Who asks, told by what a request shows. */
export class Actors {
  readonly #sessions: Sessions
  readonly #tokens: Tokens
  readonly #adminToken: Buffer
  readonly #secure: boolean
  readonly #database: Database

  constructor(sessions: Sessions, tokens: Tokens, adminToken: string, secure: boolean, database: Database) {
    this.#sessions = sessions
    this.#tokens = tokens
    this.#adminToken = digest(adminToken)
    this.#secure = secure
    this.#database = database
  }

  async bySession(cookieHeader: string | undefined, origin: Origin): Promise<SessionActor | null> {
    const person = await this.#sessions.personOf(readCookie(cookieHeader, 'arc_session', this.#secure))
    return person === null ? null : { ...person, ...origin }
  }

  /** `Authorization: Bearer …`. Compared in constant time, since hashing makes the lengths equal; a wrong one is recorded. */
  async byToken(authorization: string, origin: Origin): Promise<Asker | null> {
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? ''
    if (timingSafeEqual(digest(token), this.#adminToken)) return { kind: 'admin', ...origin }
    const known = await this.#tokens.actorOf(token, origin)
    if (known !== null) return known
    const actor = { kind: 'service', service: `visitor ${origin.address}` } as const
    await recordAudit(this.#database, { actor, action: 'token.use', outcome: 'refused:token_wrong' })
    return null
  }
}
