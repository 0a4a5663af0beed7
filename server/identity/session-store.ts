import { SessionId, UserId } from '@arcx/router'
import type { AccountStatus, Tier } from '@arcx/router'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

export interface NewSession {
  readonly id: SessionId
  readonly userId: string
  readonly address: string
  readonly userAgent: string
  readonly expiresAt: Date
  readonly endsAt: Date
  /** The identity provider's token, sealed. */
  readonly grant: Uint8Array<ArrayBuffer> | null
}

/** A live session with its person. */
export interface SessionOfPerson {
  readonly userId: string
  readonly login: string
  readonly name: string
  readonly role: 'member' | 'admin'
  readonly tier: Tier
  readonly status: AccountStatus
  readonly lastSeenAt: Date
  readonly endsAt: Date
}

export interface GrantOfSession {
  readonly id: SessionId
  readonly userId: UserId
  readonly grant: Uint8Array
}

/** Which of somebody's sessions; all where nothing is said. */
export interface EndedSession {
  readonly id: SessionId
  readonly userAgent: string
}

export interface SessionFilter {
  readonly only?: SessionId
  readonly except?: SessionId
}

export class SessionStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async add(unit: Unit, session: NewSession): Promise<void> {
    const grantCheckedAt = session.grant === null ? null : new Date()
    await queriesOf(unit).session.create({ data: { ...session, grantCheckedAt }, select: { id: true } })
  }

  /** The grant of a session that has not ended, and does not end before the unit is done; `undefined` where it has. */
  async holdGrant(unit: Unit, id: SessionId): Promise<{ readonly grant: Uint8Array | null } | undefined> {
    // Prisma has no word for a lock on a row.
    const [row] = await queriesOf(unit).$queryRaw<{ readonly grant: Uint8Array | null }[]>`
      SELECT "grant" FROM "Session" WHERE "id" = ${id}::uuid AND "endedAt" IS NULL FOR SHARE`
    return row
  }

  async live(id: SessionId): Promise<SessionOfPerson | undefined> {
    // Raw, as every request asks it: Prisma makes two queries of it.
    const [row] = await this.#database.$queryRaw<SessionOfPerson[]>`
      SELECT "User"."id" AS "userId", "login", "name", "role", "tier", "status", "lastSeenAt", "endsAt"
      FROM "Session" JOIN "User" ON "User"."id" = "Session"."userId"
      WHERE "Session"."id" = ${id}::uuid AND "endedAt" IS NULL AND "expiresAt" > now() AND "endsAt" > now()`
    return row
  }

  async seen(id: SessionId, lastSeenAt: Date, expiresAt: Date): Promise<void> {
    await this.#database.session.updateMany({ where: { id }, data: { lastSeenAt, expiresAt } })
  }

  /** Those of a person that are not over, the one that was used last first. */
  async listOf(userId: UserId) {
    const rows = await this.#database.session.findMany({
      where: { userId, endedAt: null, expiresAt: { gt: new Date() } },
      select: { id: true, address: true, userAgent: true, createdAt: true, lastSeenAt: true },
      orderBy: { lastSeenAt: 'desc' },
    })
    return rows.map((row) => ({ ...row, id: SessionId.parse(row.id) }))
  }

  /** Ends those that have not ended; returns them. */
  async end(unit: Unit, userId: UserId, { only, except }: SessionFilter): Promise<readonly EndedSession[]> {
    const ended = await queriesOf(unit).session.updateManyAndReturn({
      where: {
        userId,
        endedAt: null,
        // A condition that is `undefined` would be none.
        AND: [
          ...(only === undefined ? [] : [{ id: only }]),
          ...(except === undefined ? [] : [{ id: { not: except } }]),
        ],
      },
      data: { endedAt: new Date() },
      select: { id: true, userAgent: true },
    })
    return ended.map(({ id, userAgent }) => ({ id: SessionId.parse(id), userAgent }))
  }

  /** Grants that were last checked longer ago than that, at most so many; they count as checked from now on. */
  async takeDueGrants(recheckSeconds: number, most: number): Promise<readonly GrantOfSession[]> {
    // Raw, as Prisma cannot pass over what another copy has locked: of several copies one asks.
    const rows = await this.#database.$queryRaw<
      { readonly id: string; readonly userId: string; readonly grant: Uint8Array }[]
    >`
      UPDATE "Session" SET "grantCheckedAt" = now() WHERE "id" IN (
        SELECT "id" FROM "Session"
        WHERE "grant" IS NOT NULL AND "endedAt" IS NULL AND "expiresAt" > now()
          AND "grantCheckedAt" < now() - ${recheckSeconds} * interval '1 second'
        ORDER BY "grantCheckedAt" LIMIT ${most} FOR UPDATE SKIP LOCKED
      ) RETURNING "id", "userId", "grant"`
    return rows.map(({ id, userId, grant }) => ({ id: SessionId.parse(id), userId: UserId.parse(userId), grant }))
  }
}
