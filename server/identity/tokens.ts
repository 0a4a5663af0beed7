import { createHash, randomUUID } from 'node:crypto'
import { TokenId, errors } from '@arcx/router'
import type {
  ApiToken,
  NewApiToken,
  Origin,
  TokenActor,
  TokensPort,
  UserActor,
  UserId,
  TokenInput,
  WorkspaceId,
} from '@arcx/router'
import { isWellFormed, makeToken } from '../credentials/token.ts'
import type { Unit, UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { TokenRow, TokenStore } from './token-store.ts'

const dayMs = 24 * 3600 * 1000
const perPerson = 50
const usedEveryMs = 60_000

const hashOf = (token: string) => new Uint8Array(createHash('sha256').update(token).digest())

/** Long-lived credentials of a person for programs. Only their hashes are kept. */
export class Tokens implements TokensPort {
  readonly #store: TokenStore
  readonly #unitOfWork: UnitOfWork
  /** @throws where the actor may not see it. */
  readonly #requireWorkspace: (actor: UserActor, id: WorkspaceId) => Promise<unknown>

  constructor(
    store: TokenStore,
    unitOfWork: UnitOfWork,
    requireWorkspace: (actor: UserActor, id: WorkspaceId) => Promise<unknown>,
  ) {
    this.#store = store
    this.#unitOfWork = unitOfWork
    this.#requireWorkspace = requireWorkspace
  }

  async list(actor: UserActor): Promise<readonly ApiToken[]> {
    const rows = await this.#store.listOf(actor.userId)
    // A token that is for certain workspaces knows of those alone that are for no others.
    const bounds = actor.via === 'token' ? actor.workspaceIds : null
    return rows.map(present).filter(({ workspaceIds }) => isWithin(workspaceIds, bounds))
  }

  async create(actor: UserActor, wanted: TokenInput): Promise<NewApiToken> {
    if (wanted.scopes.includes('admin') && actor.role !== 'admin')
      throw errors.forbidden('make a token that administers this server')
    if (actor.via === 'token') requireWithin(actor, wanted)
    for (const id of wanted.workspaceIds ?? []) await this.#requireWorkspace(actor, id)
    const token = makeToken()
    const row = await this.#unitOfWork(actor, async (unit) => {
      if ((await this.#store.holdCount(unit, actor.userId)) >= perPerson) throw errors.tokenLimitReached(perPerson)
      const made = await this.#store.add(unit, {
        id: TokenId.parse(randomUUID()),
        userId: actor.userId,
        name: wanted.name,
        hash: hashOf(token),
        ending: token.slice(-4),
        scopes: [...new Set(wanted.scopes)],
        workspaceIds: wanted.workspaceIds,
        expiresAt: endOf(actor, wanted),
      })
      unit.record({ action: 'token.create', target: { kind: 'token', id: made.id, name: made.name } })
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

  #end(actor: UserActor, id: TokenId): Promise<void> {
    return this.#unitOfWork(actor, async (unit) => {
      const revoked = await this.#store.revoke(unit, actor.userId, id)
      if (revoked === undefined) throw errors.tokenNotFound()
      unit.record({ action: 'token.revoke', target: { kind: 'token', id, name: revoked.name } })
      unit.emit({ type: 'identity.token-ended', tokenId: id, userId: actor.userId })
    })
  }

  /** Closes what is open with a person's tokens, in every copy; within the unit that takes what they stand for. */
  async closeWithin(unit: Unit, userId: UserId): Promise<void> {
    for (const tokenId of await this.#store.idsOf(unit, userId))
      unit.emit({ type: 'identity.token-ended', tokenId, userId })
  }

  /** The same for good: a person who leaves has none any more. */
  async removeWithin(unit: Unit, userId: UserId): Promise<void> {
    await this.closeWithin(unit, userId)
    await this.#store.removeAllOf(unit, userId)
  }

  /** The principal of a token that was accepted before, with its bounds as they are now; `null` once the token has ended. */
  async principalOf(
    id: TokenId,
  ): Promise<Pick<TokenActor, 'via' | 'userId' | 'scopes' | 'workspaceIds' | 'role' | 'tier' | 'status'> | null> {
    const row = await this.#store.liveById(id)
    if (row === undefined || row.status === 'suspended' || row.status === 'leaving') return null
    const { userId, scopes, workspaceIds, role, tier, status } = row
    return { via: 'token', userId, scopes, workspaceIds, role, tier, status }
  }

  /** Whose token this is; `null` for one that is made up, mistyped, expired, revoked, or of somebody suspended. */
  async actorOf(token: string, origin: Origin): Promise<TokenActor | null> {
    if (!isWellFormed(token)) return null
    const row = await this.#store.liveByHash(hashOf(token))
    if (row === undefined || row.status === 'suspended' || row.status === 'leaving') return null
    const { id: tokenId, status, lastUsedAt, ...rest } = row
    if (lastUsedAt === null || Date.now() - lastUsedAt.getTime() > usedEveryMs)
      await this.#store.used(tokenId, new Date())
    return { kind: 'user', via: 'token', tokenId, status, ...rest, ...origin }
  }
}

/** @throws `forbidden` for what the token that asks has not itself. */
function requireWithin(actor: TokenActor, wanted: TokenInput): void {
  if (!wanted.scopes.every((scope) => actor.scopes.includes(scope)))
    throw errors.forbidden('make a token for more than the one that asks')
  if (!isWithin(wanted.workspaceIds, actor.workspaceIds))
    throw errors.forbidden('make a token for more than the one that asks')
}

/** Whether what is for some workspaces, or for all (`null`), is for none beyond the bounds. */
const isWithin = (workspaceIds: readonly string[] | null, bounds: readonly string[] | null): boolean =>
  bounds === null || (workspaceIds !== null && workspaceIds.every((id) => bounds.includes(id)))

function endOf(actor: UserActor, { expiresDays }: TokenInput): Date | null {
  const wanted = expiresDays === null ? null : new Date(Date.now() + expiresDays * dayMs)
  const own = actor.via === 'token' ? actor.expiresAt : null
  if (own === null) return wanted
  return wanted === null || wanted > own ? own : wanted
}

function present(row: TokenRow): ApiToken {
  return {
    id: row.id,
    name: row.name,
    shown: `arcx_…${row.ending}`,
    scopes: row.scopes,
    workspaceIds: row.workspaceIds,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  }
}
