import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { SessionId, UserId } from '@arcx/router'
import type { Actor, Origin, SessionView, SessionActor } from '@arcx/router'
import type { Database, Transaction } from '@arcx/database'
import { recordAudit } from '../audit/audit.ts'
import { open, seal } from '@arcx/service-kit/sealing'
import { sign, verify } from '../credentials/signing.ts'
import { enqueue } from '../events/outbox.ts'

const dayMs = 24 * 3600 * 1000
/** Unused for this long, a session is over. */
const slidingMs = 30 * dayMs
/** However much it is used: then one signs in again. */
const absoluteMs = 90 * dayMs
const freshMs = 2000
const seenEveryMs = 60_000
const rememberedLimit = 5000

/** A session as it is known, without where the present request came from. */
export type Person = Omit<SessionActor, keyof Origin>

export interface SessionCookie {
  readonly value: string
  readonly maxAgeSeconds: number
}

interface Remembered {
  readonly person: Person | null
  readonly at: number
}

/** Signed-in browsers: rows that can be listed and ended, and the cookie that names one. */
export class Sessions {
  readonly #database: Database
  readonly #key: Buffer
  readonly #grantKey: Buffer
  readonly #onEvents: () => void
  /** What the last two seconds showed, so that a page's many requests ask the database once. */
  readonly #remembered = new Map<SessionId, Remembered>()

  constructor(database: Database, key: Buffer, grantKey: Buffer, onEvents: () => void) {
    this.#database = database
    this.#key = key
    this.#grantKey = grantKey
    this.#onEvents = onEvents
  }

  /** Begins one, in the transaction that has found its person. `accessToken`: the identity provider's, sealed and asked about later. */
  async begin(
    transaction: Transaction,
    user: Omit<Person, 'kind' | 'via' | 'userId' | 'sessionId'> & { readonly id: string },
    origin: Origin,
    userAgent: string,
    accessToken?: string,
  ): Promise<SessionCookie> {
    const sessionId = SessionId.parse(randomUUID())
    const now = Date.now()
    const endsAt = new Date(now + absoluteMs)
    await transaction
      .insertInto('Session')
      .values({
        ...(accessToken === undefined
          ? {}
          : { grant: seal(this.#grantKey, accessToken, sessionId), grantCheckedAt: new Date() }),
        id: sessionId,
        userId: user.id,
        address: origin.address,
        userAgent: userAgent.slice(0, 300),
        expiresAt: new Date(now + slidingMs),
        endsAt,
      })
      .execute()
    const { id, ...rest } = user
    const actor: SessionActor = {
      kind: 'user',
      via: 'session',
      userId: UserId.parse(id),
      sessionId,
      ...rest,
      ...origin,
    }
    await recordAudit(transaction, {
      actor,
      action: 'session.start',
      target: { kind: 'session', id: sessionId },
      outcome: 'ok',
    })
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
    return this.#database.transaction().execute(async (transaction) => {
      const row = await transaction
        .selectFrom('Session')
        .select('grant')
        .where('id', '=', first)
        .where('endedAt', 'is', null)
        .forShare()
        .executeTakeFirst()
      if (row === undefined) return null
      const accessToken = row.grant === null ? undefined : (open(this.#grantKey, row.grant, first) ?? undefined)
      return {
        cookie: await this.begin(transaction, { id: userId, ...rest }, origin, userAgent, accessToken),
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
  async personOfSession(sessionId: SessionId): Promise<Person | null> {
    const known = this.#remembered.get(sessionId)
    if (known !== undefined && Date.now() - known.at < freshMs) return known.person
    const row = await this.#database
      .selectFrom('Session')
      .innerJoin('User', 'User.id', 'Session.userId')
      .where('Session.id', '=', sessionId)
      .where('Session.endedAt', 'is', null)
      .where('Session.expiresAt', '>', sql<Date>`now()`)
      .where('Session.endsAt', '>', sql<Date>`now()`)
      .select(['User.id', 'User.login', 'User.name', 'User.role', 'User.tier', 'User.standing', 'Session.lastSeenAt'])
      .executeTakeFirst()
    const person: Person | null =
      row === undefined || row.standing === 'suspended' || row.standing === 'leaving'
        ? null
        : {
            kind: 'user',
            via: 'session',
            userId: UserId.parse(row.id),
            login: row.login,
            name: row.name,
            role: row.role,
            tier: row.tier,
            standing: row.standing,
            sessionId,
          }
    if (this.#remembered.size >= rememberedLimit) this.#remembered.clear()
    this.#remembered.set(sessionId, { person, at: Date.now() })
    if (row !== undefined && Date.now() - row.lastSeenAt.getTime() > seenEveryMs) {
      const expiresAt = sql<Date>`least("endsAt", now() + ${slidingMs} * interval '1 millisecond')`
      await this.#database
        .updateTable('Session')
        .set({ lastSeenAt: new Date(), expiresAt })
        .where('id', '=', sessionId)
        .execute()
    }
    return person
  }

  async list(actor: SessionActor): Promise<readonly SessionView[]> {
    const rows = await this.#database
      .selectFrom('Session')
      .select(['id', 'address', 'userAgent', 'createdAt', 'lastSeenAt'])
      .where('userId', '=', actor.userId)
      .where('endedAt', 'is', null)
      .where('expiresAt', '>', sql<Date>`now()`)
      .orderBy('lastSeenAt', 'desc')
      .execute()
    return rows.map((row) => ({
      id: SessionId.parse(row.id),
      address: row.address,
      userAgent: row.userAgent,
      createdAt: row.createdAt.toISOString(),
      lastSeenAt: row.lastSeenAt.toISOString(),
      current: row.id === actor.sessionId,
    }))
  }

  /** Ends a person's sessions, those in `only` or all but `except`; returns how many. Their sockets close in every copy. */
  async end(
    actor: Actor,
    userId: UserId,
    which: { readonly only?: SessionId; readonly except?: SessionId },
  ): Promise<number> {
    const ended = await this.#database
      .transaction()
      .execute((transaction) => this.endWithin(transaction, actor, userId, which))
    for (const id of ended) this.#remembered.delete(id)
    if (ended.length > 0) this.#onEvents()
    return ended.length
  }

  async endWithin(
    transaction: Transaction,
    actor: Actor,
    userId: UserId,
    which: { readonly only?: SessionId; readonly except?: SessionId },
  ): Promise<readonly SessionId[]> {
    let update = transaction
      .updateTable('Session')
      .set({ endedAt: new Date() })
      .where('userId', '=', userId)
      .where('endedAt', 'is', null)
    if (which.only !== undefined) update = update.where('id', '=', which.only)
    if (which.except !== undefined) update = update.where('id', '!=', which.except)
    const ids = (await update.returning('id').execute()).map((row) => SessionId.parse(row.id))
    for (const id of ids) {
      await recordAudit(transaction, { actor, action: 'session.end', target: { kind: 'session', id }, outcome: 'ok' })
      await enqueue(transaction, { type: 'identity.session-ended', sessionId: id, userId })
    }
    return ids
  }

  /** Somebody's sessions have ended within a transaction that is done. */
  changed(): void {
    this.forget()
    this.#onEvents()
  }

  /** A session has ended, or its person has changed, here or in another copy. */
  forget(sessionId?: SessionId): void {
    if (sessionId === undefined) this.#remembered.clear()
    else this.#remembered.delete(sessionId)
  }
}
