import { z } from 'zod'
import type { SessionId, TokenId, UserId, WorkspaceId } from './ids.ts'
import type { Scope } from './tokens/token.ts'

/** A plan, from the least to the most. */
export const Tier = z.enum(['free', 'pro', 'team'])
export type Tier = z.infer<typeof Tier>

/** Where a request came from, for the audit record. */
export interface Origin {
  /** The peer's IP address. */
  readonly address: string
  readonly requestId: string
}

/** A person, whichever way they show who they are. */
interface PersonActor extends Origin {
  readonly kind: 'user'
  readonly userId: UserId
  readonly login: string
  readonly name: string
  readonly role: 'member' | 'admin'
  readonly tier: Tier
  /** One who waits for payment is signed in and may do nothing else yet. */
  readonly status: 'active' | 'waiting_payment'
}

/** A person in a signed-in browser. */
export interface SessionActor extends PersonActor {
  readonly via: 'session'
  readonly sessionId: SessionId
}

/** A program that shows a person's token. */
export interface TokenActor extends PersonActor {
  readonly via: 'token'
  readonly tokenId: TokenId
  readonly scopes: readonly Scope[]
  /** The workspaces it is for; null for all of the person's. */
  readonly workspaceIds: readonly WorkspaceId[] | null
  readonly expiresAt: Date | null
}

export type UserActor = SessionActor | TokenActor

/** Whoever holds the admin token. */
export interface AdminActor extends Origin {
  readonly kind: 'admin'
}

/** One of arcx's own services: the reconciler, the idle watch. */
export interface ServiceActor {
  readonly kind: 'service'
  readonly service: string
}

export type Actor = UserActor | AdminActor | ServiceActor
