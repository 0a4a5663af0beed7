import { createSecretKey, randomUUID } from 'node:crypto'
import { SessionId, UserId } from '@arcx/router'
import type { Actor, Origin, SessionView, SessionActor } from '@arcx/router'
import { open, seal } from '@arcx/service-kit/sealing'
import { sign, verify } from '../credentials/signing.ts'
import type { SigningKey } from '../credentials/signing.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { EndedSession, SessionStore, SessionFilter } from './session-store.ts'

const dayMs = 24 * 3600 * 1000
/** Unused for this long, a session is over. */
const slidingMs = 30 * dayMs
/** However much it is used: then one signs in again. */
const absoluteMs = 90 * dayMs
/** More of it is not kept. */
const longestUserAgent = 300
const freshMs = 2000
const seenEveryMs = 60_000
const rememberedLimit = 5000

/** A session as it is known, without where the present request came from. */
export type Person = Omit<SessionActor, keyof Origin>

export interface SessionCookie {
  readonly value: string
  readonly maxAgeSeconds: number
}

interface CachedSession {
  readonly person: Promise<Person | null>
  readonly at: number
}

/** Signed-in browsers: rows that can be listed and ended, and the cookie that names one. */
export class Sessions {
  readonly #store: SessionStore
  readonly #unitOfWork: UnitOfWork
  readonly #key: SigningKey
  readonly #grantKey: Buffer
  /** What the last two seconds showed, so that a page's many requests ask the database once. */
  readonly #cache = new Map<SessionId, CachedSession>()

  constructor(store: SessionStore, unitOfWork: UnitOfWork, key: Buffer, grantKey: Buffer) {
    this.#store = store
    this.#unitOfWork = unitOfWork
    this.#key = createSecretKey(key)
    this.#grantKey = grantKey
  }

  /** Begins one, in the unit that has found its person. `accessToken`: the identity provider's, sealed and asked about later. */
  async begin(
    unit: Unit,
    user: Omit<Person, 'kind' | 'via' | 'userId' | 'sessionId'> & { readonly id: string },
    origin: Origin,
    userAgent: string,
    accessToken?: string,
  ): Promise<SessionCookie> {
    const sessionId = SessionId.parse(randomUUID())
    const now = Date.now()
    const endsAt = new Date(now + absoluteMs)
    await this.#store.add(unit, {
      id: sessionId,
      userId: user.id,
      address: origin.address,
      userAgent: userAgent.slice(0, longestUserAgent),
      expiresAt: new Date(now + slidingMs),
      endsAt,
      grant: accessToken === undefined ? null : new Uint8Array(seal(this.#grantKey, accessToken, sessionId)),
    })
    const { id, ...rest } = user
    const actor: SessionActor = {
      kind: 'user',
      via: 'session',
      userId: UserId.parse(id),
      sessionId,
      ...rest,
      ...origin,
    }
    unit.record({ actor, action: 'session.start', target: recorded({ id: sessionId, userAgent }) })
    return {
      value: sign(this.#key, [sessionId, id, String(Math.floor(endsAt.getTime() / 1000))]),
      maxAgeSeconds: absoluteMs / 1000,
    }
  }

  /** A second one of the same person, begun from the first by a program that they let in; what GitHub granted goes with it. Null where the first has ended. */
  async beginBeside(
    first: SessionId,
    origin: Origin,
    userAgent: string,
  ): Promise<{ readonly cookie: SessionCookie; readonly login: string } | null> {
    this.forget(first)
    const person = await this.personOfSession(first)
    if (person === null) return null
    const { kind: _kind, via: _via, userId, sessionId: _sessionId, ...rest } = person
    return this.#unitOfWork({ ...person, ...origin }, async (unit) => {
      const row = await this.#store.holdGrant(unit, first)
      if (row === undefined) return null
      const accessToken = row.grant === null ? undefined : (open(this.#grantKey, row.grant, first) ?? undefined)
      return {
        cookie: await this.begin(unit, { id: userId, ...rest }, origin, userAgent, accessToken),
        login: person.login,
      }
    })
  }

  /** Who a cookie stands for; `null` for none, a forged, an expired or an ended one. */
  async personOf(cookie: string | undefined): Promise<Person | null> {
    if (cookie === undefined) return null
    const claims = verify(this.#key, cookie, 3)
    if (claims === null) return null
    const sessionId = SessionId.safeParse(claims[0])
    if (!sessionId.success || !(Number(claims[2]) * 1000 > Date.now())) return null
    const person = await this.personOfSession(sessionId.data)
    return person !== null && person.userId === claims[1] ? person : null
  }

  /** Who a live session belongs to. */
  personOfSession(sessionId: SessionId): Promise<Person | null> {
    const known = this.#cache.get(sessionId)
    if (known !== undefined && Date.now() - known.at < freshMs) return known.person
    const person = this.#look(sessionId)
    if (this.#cache.size >= rememberedLimit) this.#cache.clear()
    // Kept before it is there: one that is forgotten while it is being read does not come back.
    this.#cache.set(sessionId, { person, at: Date.now() })
    person.catch(() => this.forget(sessionId))
    return person
  }

  async #look(sessionId: SessionId): Promise<Person | null> {
    const row = await this.#store.live(sessionId)
    const person: Person | null =
      row === undefined || row.status === 'suspended' || row.status === 'leaving'
        ? null
        : {
            kind: 'user',
            via: 'session',
            userId: UserId.parse(row.userId),
            login: row.login,
            name: row.name,
            role: row.role,
            tier: row.tier,
            status: row.status,
            sessionId,
          }
    const now = Date.now()
    if (row !== undefined && now - row.lastSeenAt.getTime() > seenEveryMs) {
      const expiresAt = new Date(Math.min(row.endsAt.getTime(), now + slidingMs))
      await this.#store.seen(sessionId, new Date(now), expiresAt)
    }
    return person
  }

  async list(actor: SessionActor): Promise<readonly SessionView[]> {
    const rows = await this.#store.listOf(actor.userId)
    return rows.map((row) => ({
      id: row.id,
      address: row.address,
      userAgent: row.userAgent,
      createdAt: row.createdAt.toISOString(),
      lastSeenAt: row.lastSeenAt.toISOString(),
      current: row.id === actor.sessionId,
    }))
  }

  /** Ends a person's sessions, those in `only` or all but `except`; returns how many. Their sockets close in every copy. */
  async end(actor: Actor, userId: UserId, filter: SessionFilter): Promise<number> {
    const ended = await this.#unitOfWork(actor, (unit) => this.endWithin(unit, userId, filter))
    return ended.length
  }

  async endWithin(unit: Unit, userId: UserId, filter: SessionFilter = {}): Promise<readonly SessionId[]> {
    const ended = await this.#store.end(unit, userId, filter)
    for (const { id, userAgent } of ended) {
      unit.record({ action: 'session.end', target: recorded({ id, userAgent }) })
      unit.emit({ type: 'identity.session-ended', sessionId: id, userId })
      unit.afterCommit(() => this.forget(id))
    }
    return ended.map(({ id }) => id)
  }

  /** A session has ended, or its person has changed, here or in another copy. */
  forget(sessionId?: SessionId): void {
    if (sessionId === undefined) this.#cache.clear()
    else this.#cache.delete(sessionId)
  }
}

/** What the audit log calls a session: the browser or the app that it is in, as that says itself. */
function recorded({ id, userAgent }: EndedSession) {
  return { kind: 'session', id, ...(userAgent === '' ? {} : { name: userAgent.slice(0, longestUserAgent) }) }
}
