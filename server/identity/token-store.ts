import { Scope, TokenId, UserId, WorkspaceId } from '@arcx/router'
import type { AccountStatus, Tier } from '@arcx/router'
import { Prisma } from '@arcx/prisma'
import type { Database } from '@arcx/prisma'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

export interface NewTokenRow {
  readonly id: TokenId
  readonly userId: UserId
  readonly name: string
  readonly hash: Uint8Array<ArrayBuffer>
  readonly ending: string
  readonly scopes: readonly Scope[]
  /** `null` for all that the person may use. */
  readonly workspaceIds: readonly WorkspaceId[] | null
  readonly expiresAt: Date | null
}

export interface TokenRow extends Omit<NewTokenRow, 'hash'> {
  readonly createdAt: Date
  readonly lastUsedAt: Date | null
}

/** A token that is not over, with its person. */
export interface TokenOfPerson {
  readonly id: TokenId
  readonly scopes: readonly Scope[]
  readonly workspaceIds: readonly WorkspaceId[] | null
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
  readonly userId: UserId
  readonly login: string
  readonly name: string
  readonly role: 'member' | 'admin'
  readonly tier: Tier
  readonly status: AccountStatus
}

interface Bounds {
  readonly id: string
  readonly userId: string
  readonly scopes: readonly string[]
  readonly allWorkspaces: boolean
  readonly workspaceIds: readonly string[]
}

type LiveRow = Bounds & Omit<TokenOfPerson, keyof Bounds>

const columns = {
  id: true,
  userId: true,
  name: true,
  ending: true,
  scopes: true,
  allWorkspaces: true,
  workspaceIds: true,
  createdAt: true,
  expiresAt: true,
  lastUsedAt: true,
} as const

/** API tokens, each by its hash. */
export class TokenStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Those of a person that were not revoked, newest first. */
  async listOf(userId: UserId): Promise<readonly TokenRow[]> {
    const rows = await this.#database.apiToken.findMany({
      where: { userId, revokedAt: null },
      select: columns,
      orderBy: { createdAt: 'desc' },
    })
    return rows.map(read)
  }

  /** How many a person has; nobody else makes or counts theirs until the unit is done. */
  async holdCount(unit: Unit, userId: UserId): Promise<number> {
    // Prisma has no word for a lock on a row.
    await queriesOf(unit).$queryRaw`SELECT 1 FROM "User" WHERE "id" = ${userId}::uuid FOR UPDATE`
    return queriesOf(unit).apiToken.count({ where: { userId, revokedAt: null } })
  }

  async add(unit: Unit, { workspaceIds, scopes, ...token }: NewTokenRow): Promise<TokenRow> {
    const row = await queriesOf(unit).apiToken.create({
      data: {
        ...token,
        scopes: [...scopes],
        allWorkspaces: workspaceIds === null,
        workspaceIds: [...(workspaceIds ?? [])],
      },
      select: columns,
    })
    return read(row)
  }

  /** Ends it; `undefined` where there is none, or it was ended already. */
  async revoke(unit: Unit, userId: UserId, id: TokenId): Promise<{ readonly name: string } | undefined> {
    const [revoked] = await queriesOf(unit).apiToken.updateManyAndReturn({
      where: { id, userId, revokedAt: null },
      data: { revokedAt: new Date() },
      select: { name: true },
    })
    return revoked
  }

  async idsOf(unit: Unit, userId: UserId): Promise<readonly TokenId[]> {
    const rows = await queriesOf(unit).apiToken.findMany({ where: { userId, revokedAt: null }, select: { id: true } })
    return rows.map(({ id }) => TokenId.parse(id))
  }

  async removeAllOf(unit: Unit, userId: UserId): Promise<void> {
    await queriesOf(unit).apiToken.deleteMany({ where: { userId } })
  }

  liveById(id: TokenId): Promise<TokenOfPerson | undefined> {
    return this.#live(Prisma.sql`"ApiToken"."id" = ${id}::uuid`)
  }

  liveByHash(hash: Uint8Array<ArrayBuffer>): Promise<TokenOfPerson | undefined> {
    return this.#live(Prisma.sql`"ApiToken"."hash" = ${hash}`)
  }

  async used(id: TokenId, lastUsedAt: Date): Promise<void> {
    await this.#database.apiToken.updateMany({ where: { id }, data: { lastUsedAt } })
  }

  /** Raw, as every request of a program asks it: Prisma makes two queries of it. */
  async #live(which: Prisma.Sql): Promise<TokenOfPerson | undefined> {
    const [row] = await this.#database.$queryRaw<LiveRow[]>`
      SELECT "ApiToken"."id", "userId", "scopes", "allWorkspaces", "workspaceIds", "expiresAt", "lastUsedAt",
        "login", "User"."name", "role", "tier", "status"
      FROM "ApiToken" JOIN "User" ON "User"."id" = "ApiToken"."userId"
      WHERE ${which} AND "revokedAt" IS NULL AND ("expiresAt" IS NULL OR "expiresAt" > now())`
    return row === undefined ? undefined : read(row)
  }
}

function read<R extends Bounds>({ id, userId, scopes, allWorkspaces, workspaceIds, ...rest }: R) {
  return {
    ...rest,
    id: TokenId.parse(id),
    userId: UserId.parse(userId),
    scopes: scopes.map((scope) => Scope.parse(scope)),
    workspaceIds: allWorkspaces ? null : workspaceIds.map((each) => WorkspaceId.parse(each)),
  }
}
