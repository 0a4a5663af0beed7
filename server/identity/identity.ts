import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { sql } from 'kysely'
import { z } from 'zod'
import { SessionId, UserId, errors } from '@arcx/router'
import type { IdentityPort, Origin, UserActor } from '@arcx/router'
import type { Database } from '@arcx/database'
import { recordAudit } from '../audit/audit.ts'
import { enqueue } from '../events/outbox.ts'
import { issueCode, redeemCode } from '../credentials/codes.ts'
import { sign, verify } from '../credentials/signing.ts'

const sessionSeconds = 30 * 24 * 3600
const signInLinkSeconds = 3600
const freshMs = 2000
const seenEveryMs = 60_000
const rememberedLimit = 5000

const LocalClaims = z.object({ local: z.literal(true) })

/** A session as it is known, without where the present request came from. */
export type Person = Omit<UserActor, keyof Origin>

interface Remembered {
  readonly person: Person | null
  readonly at: number
}

/** Who somebody is: sign-in, sessions and their cookie. */
export class Identity implements IdentityPort {
  readonly #database: Database
  readonly #sessionKey: Buffer
  readonly #onEvents: () => void
  /** What the last two seconds showed, so that a page's many requests ask the database once. */
  readonly #remembered = new Map<SessionId, Remembered>()

  constructor(database: Database, sessionKey: Buffer, onEvents: () => void) {
    this.#database = database
    this.#sessionKey = sessionKey
    this.#onEvents = onEvents
  }

  /** A one-time code for the person at this machine. */
  localSignInCode(): Promise<string> {
    return issueCode(this.#database, 'sign-in', { local: true }, signInLinkSeconds)
  }

  /** Exchanges it for a session; returns the cookie's value. @throws `sign_in_link_spent`. */
  async redeemLocalSignIn(code: string, origin: Origin, userAgent: string): Promise<{ cookie: string; maxAgeSeconds: number }> {
    const claims = await redeemCode(this.#database, 'sign-in', code, LocalClaims)
    if (claims === null) {
      await recordAudit(this.#database, {
        actor: { kind: 'service', service: `visitor ${origin.address}` },
        action: 'session.start',
        outcome: 'refused:sign_in_link_spent',
      })
      throw errors.signInLinkSpent()
    }
    const sessionId = SessionId.parse(randomUUID())
    const expiresAt = new Date(Date.now() + sessionSeconds * 1000)
    const userId = await this.#database.transaction().execute(async (transaction) => {
      const login = localLogin()
      const user = await transaction
        .insertInto('User')
        // The machine is this person's own: they administer it, and its size is the only limit worth having.
        .values({ id: randomUUID(), login, name: login, role: 'admin', tier: 'team' })
        .onConflict((conflict) => conflict.column('login').doUpdateSet({ login }))
        .returning(['id', 'name', 'role', 'tier'])
        .executeTakeFirstOrThrow()
      await transaction
        .insertInto('Session')
        .values({ id: sessionId, userId: user.id, address: origin.address, userAgent: userAgent.slice(0, 300), expiresAt })
        .execute()
      const actor: UserActor = { kind: 'user', userId: UserId.parse(user.id), login, name: user.name, role: user.role, tier: user.tier, sessionId, ...origin }
      await recordAudit(transaction, { actor, action: 'session.start', target: { kind: 'session', id: sessionId }, outcome: 'ok' })
      return user.id
    })
    const cookie = sign(this.#sessionKey, [sessionId, userId, String(Math.floor(expiresAt.getTime() / 1000))])
    return { cookie, maxAgeSeconds: sessionSeconds }
  }

  /** Who a session cookie stands for; `null` for none, a forged, an expired or an ended one. */
  async personOf(cookie: string | undefined): Promise<Person | null> {
    if (cookie === undefined) return null
    const claims = verify(this.#sessionKey, cookie, 3)
    if (claims === null) return null
    const sessionId = SessionId.safeParse(claims[0])
    if (!sessionId.success || Number(claims[2]) * 1000 <= Date.now()) return null
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
      .select(['User.id', 'User.login', 'User.name', 'User.role', 'User.tier', 'Session.lastSeenAt'])
      .executeTakeFirst()
    const person: Person | null =
      row === undefined
        ? null
        : { kind: 'user', userId: UserId.parse(row.id), login: row.login, name: row.name, role: row.role, tier: row.tier, sessionId }
    if (this.#remembered.size >= rememberedLimit) this.#remembered.clear()
    this.#remembered.set(sessionId, { person, at: Date.now() })
    if (row !== undefined && Date.now() - row.lastSeenAt.getTime() > seenEveryMs) {
      await this.#database.updateTable('Session').set({ lastSeenAt: new Date() }).where('id', '=', sessionId).execute()
    }
    return person
  }

  async signOut(actor: UserActor): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      const ended = await transaction
        .updateTable('Session')
        .set({ endedAt: new Date() })
        .where('id', '=', actor.sessionId)
        .where('endedAt', 'is', null)
        .executeTakeFirst()
      if (ended.numUpdatedRows === 0n) return
      await recordAudit(transaction, { actor, action: 'session.end', target: { kind: 'session', id: actor.sessionId }, outcome: 'ok' })
      await enqueue(transaction, { type: 'identity.session-ended', sessionId: actor.sessionId, userId: actor.userId })
    })
    this.forget(actor.sessionId)
    this.#onEvents()
  }

  /** A session has ended, here or in another copy. */
  forget(sessionId: SessionId): void {
    this.#remembered.delete(sessionId)
  }
}

function localLogin(): string {
  try {
    return userInfo().username
  } catch {
    return 'local'
  }
}
