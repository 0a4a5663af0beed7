import type { UserActor } from '../actor.ts'
import type { TokenId, WorkspaceId } from '../ids.ts'
import type { ApiToken, NewApiToken, Scope } from './token.ts'

export interface TokenInput {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly workspaceIds: readonly WorkspaceId[] | null
  /** Null for no end. */
  readonly expiresDays: number | null
}

/** A person's tokens. One with the scope `tokens` may make others, for no more than itself and ending no later. */
export interface TokensPort {
  list(actor: UserActor): Promise<readonly ApiToken[]>
  /** @throws `token_limit_reached`, `workspace_not_found`, `forbidden` for a scope that the person has no right to. */
  create(actor: UserActor, wanted: TokenInput): Promise<NewApiToken>
  /** Ends the token that asks. @throws `token_not_found` for a session. */
  revokeOwn(actor: UserActor): Promise<void>
  /** Ends it and its open connections. @throws `token_not_found`. */
  revoke(actor: UserActor, id: TokenId): Promise<void>
}
