import type { SessionActor } from '../actor.ts'
import type { TokenId, WorkspaceId } from '../ids.ts'
import type { ApiToken, NewApiToken, Scope } from './token.ts'

export interface WantedToken {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly workspaceIds: readonly WorkspaceId[] | null
  /** Null for no end. */
  readonly expiresDays: number | null
}

/** A person's tokens. Only a signed-in browser makes them: a token makes no other. */
export interface TokensPort {
  list(actor: SessionActor): Promise<readonly ApiToken[]>
  /** @throws `token_limit_reached`, `workspace_not_found`, `forbidden` for a scope that the person has no right to. */
  create(actor: SessionActor, wanted: WantedToken): Promise<NewApiToken>
  /** Ends it and its open connections. @throws `token_not_found`. */
  revoke(actor: SessionActor, id: TokenId): Promise<void>
}
