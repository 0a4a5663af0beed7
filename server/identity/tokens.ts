import { createHash, randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { Scope, TokenId, UserId, WorkspaceId, errors } from '@arcx/router'
import type { ApiToken, NewApiToken, Origin, TokenActor, TokensPort, UserActor, WantedToken } from '@arcx/router'
import type { ApiTokenRow, Database, Transaction } from '@arcx/database'
import { recordAudit } from '../audit/audit.ts'
import { isWellFormed, makeToken } from '../credentials/token.ts'
import { enqueue } from '../events/outbox.ts'

const dayMs = 24 * 3600 * 1000
const perPerson = 50
const usedEveryMs = 60_000

const hashOf = (token: string) => createHash('sha256').update(token).digest()

/** Long-lived credentials of a person for programs. Only their hashes are kept. */
export class Tokens implements TokensPort {
  readonly #database: Database
  /** @throws where the actor may not see it. */
  readonly #requireWorkspace: (actor: UserActor, id: WorkspaceId) => Promise<unknown>
  readonly #onEvents: () => void

  constructor(
    database: Database,
    requireWorkspace: (actor: UserActor, id: WorkspaceId) => Promise<unknown>,
    onEvents: () => void,
  ) {
    this.#database = database
    this.#requireWorkspace = requireWorkspace
    this.#onEvents = onEvents
  }

  async list(actor: UserActor): Promise<readonly ApiToken[]> {
    const rows = await this.#database
      .selectFrom('ApiToken')
      .selectAll()
      .where('userId', '=', actor.userId)
      .where('revokedAt', 'is', null)
      .orderBy('createdAt', 'desc')
      .execute()
    // A token that is for certain workspaces knows of those alone that are for no others.
    const bounds = actor.via === 'token' ? actor.workspaceIds : null
    return rows.map(present).filter(({ workspaceIds }) => isWithin(workspaceIds, bounds))
  }

  async create(actor: UserActor, wanted: WantedToken): Promise<NewApiToken> {
    if (wanted.scopes.includes('admin') && actor.role !== 'admin')
      throw errors.forbidden('make a token that administers this server')
    if (actor.via === 'token') requireWithin(actor, wanted)
    for (const id of wanted.workspaceIds ?? []) await this.#requireWorkspace(actor, id)
    const token = makeToken()
    const row = await this.#database.transaction().execute(async (transaction) => {
      await transaction
        .selectFrom('User')
        .select('id')
        .where('id', '=', actor.userId)
        .forUpdate()
        .executeTakeFirstOrThrow()
      const { count } = await transaction
        .selectFrom('ApiToken')
        .select((builder) => builder.fn.countAll<string>().as('count'))
        .where('userId', '=', actor.userId)
        .where('revokedAt', 'is', null)
        .executeTakeFirstOrThrow()
      if (Number(count) >= perPerson) throw errors.tokenLimitReached(perPerson)
      const made = await transaction
        .insertInto('ApiToken')
        .values({
          id: randomUUID(),
          userId: actor.userId,
          name: wanted.name,
          hash: hashOf(token),
          ending: token.slice(-4),
          scopes: [...new Set(wanted.scopes)],
          workspaceIds: wanted.workspaceIds === null ? null : [...wanted.workspaceIds],
          expiresAt: endOf(actor, wanted),
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      await recordAudit(transaction, {
        actor,
        action: 'token.create',
        target: { kind: 'token', id: made.id, name: made.name },
        outcome: 'ok',
      })
      return made
    })
    return { ...present(row), token }
  }

  async revokeOwn(actor: UserActor): Promise<void> {
    if (actor.via !== 'token') throw errors.tokenNotFound()
    await this.#end(actor, actor.tokenId)
  }

  async revoke(actor: UserActor, id: TokenId): Promise<void> {
    if (!(await this.list(actor)).some((token) => token.id === id)) throw errors.tokenNotFound()
    await this.#end(actor, id)
  }

  async #end(actor: UserActor, id: TokenId): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      const revoked = await transaction
        .updateTable('ApiToken')
        .set({ revokedAt: new Date() })
        .where('id', '=', id)
        .where('userId', '=', actor.userId)
        .where('revokedAt', 'is', null)
        .returning('name')
        .executeTakeFirst()
      if (revoked === undefined) throw errors.tokenNotFound()
      await recordAudit(transaction, {
        actor,
        action: 'token.revoke',
        target: { kind: 'token', id, name: revoked.name },
        outcome: 'ok',
      })
      await enqueue(transaction, { type: 'identity.token-ended', tokenId: id, userId: actor.userId })
    })
    this.#onEvents()
  }

  /** Closes what is open with a person's tokens, in every copy; within the transaction that takes what they stand for. */
  async closeWithin(transaction: Transaction, userId: UserId): Promise<void> {
    const rows = await transaction
      .selectFrom('ApiToken')
      .select('id')
      .where('userId', '=', userId)
      .where('revokedAt', 'is', null)
      .execute()
    for (const { id } of rows)
      await enqueue(transaction, { type: 'identity.token-ended', tokenId: TokenId.parse(id), userId })
  }

  /** Whose a token is that was shown before, and its bounds as they are now; `null` once it is over. */
  async visitorOf(
    id: TokenId,
  ): Promise<Pick<TokenActor, 'via' | 'userId' | 'scopes' | 'workspaceIds' | 'standing'> | null> {
    const row = await this.#database
      .selectFrom('ApiToken')
      .innerJoin('User', 'User.id', 'ApiToken.userId')
      .where('ApiToken.id', '=', id)
      .where('revokedAt', 'is', null)
      .where((builder) => builder.or([builder('expiresAt', 'is', null), builder('expiresAt', '>', sql<Date>`now()`)]))
      .select(['userId', 'scopes', 'workspaceIds', 'standing'])
      .executeTakeFirst()
    if (row === undefined || row.standing === 'suspended' || row.standing === 'leaving') return null
    return {
      via: 'token',
      userId: UserId.parse(row.userId),
      scopes: row.scopes.map((scope) => Scope.parse(scope)),
      workspaceIds: row.workspaceIds?.map((each) => WorkspaceId.parse(each)) ?? null,
      standing: row.standing,
    }
  }

  /** Whose token this is; `null` for one that is made up, mistyped, expired, revoked, or of somebody suspended. */
  async actorOf(token: string, origin: Origin): Promise<TokenActor | null> {
    if (!isWellFormed(token)) return null
    const row = await this.#database
      .selectFrom('ApiToken')
      .innerJoin('User', 'User.id', 'ApiToken.userId')
      .where('hash', '=', hashOf(token))
      .where('revokedAt', 'is', null)
      .where((builder) => builder.or([builder('expiresAt', 'is', null), builder('expiresAt', '>', sql<Date>`now()`)]))
      .select([
        'ApiToken.id',
        'ApiToken.userId',
        'scopes',
        'workspaceIds',
        'expiresAt',
        'lastUsedAt',
        'login',
        'User.name',
        'role',
        'tier',
        'standing',
      ])
      .executeTakeFirst()
    if (row === undefined || row.standing === 'suspended' || row.standing === 'leaving') return null
    if (row.lastUsedAt === null || Date.now() - row.lastUsedAt.getTime() > usedEveryMs) {
      await this.#database.updateTable('ApiToken').set({ lastUsedAt: new Date() }).where('id', '=', row.id).execute()
    }
    return {
      kind: 'user',
      via: 'token',
      tokenId: TokenId.parse(row.id),
      scopes: row.scopes.map((scope) => Scope.parse(scope)),
      workspaceIds: row.workspaceIds?.map((id) => WorkspaceId.parse(id)) ?? null,
      expiresAt: row.expiresAt,
      userId: UserId.parse(row.userId),
      login: row.login,
      name: row.name,
      role: row.role,
      tier: row.tier,
      standing: row.standing,
      ...origin,
    }
  }
}

/** @throws `forbidden` for what the token that asks has not itself. */
function requireWithin(actor: TokenActor, wanted: WantedToken): void {
  if (!wanted.scopes.every((scope) => actor.scopes.includes(scope)))
    throw errors.forbidden('make a token for more than the one that asks')
  if (!isWithin(wanted.workspaceIds, actor.workspaceIds))
    throw errors.forbidden('make a token for more than the one that asks')
}

/** Whether what is for some workspaces, or for all (`null`), is for none beyond the bounds. */
const isWithin = (workspaceIds: readonly string[] | null, bounds: readonly string[] | null): boolean =>
  bounds === null || (workspaceIds !== null && workspaceIds.every((id) => bounds.includes(id)))

function endOf(actor: UserActor, { expiresDays }: WantedToken): Date | null {
  const wanted = expiresDays === null ? null : new Date(Date.now() + expiresDays * dayMs)
  const own = actor.via === 'token' ? actor.expiresAt : null
  if (own === null) return wanted
  return wanted === null || wanted > own ? own : wanted
}

function present(row: ApiTokenRow): ApiToken {
  return {
    id: TokenId.parse(row.id),
    name: row.name,
    shown: `arcx_…${row.ending}`,
    scopes: row.scopes.map((scope) => Scope.parse(scope)),
    workspaceIds: row.workspaceIds,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  }
}
