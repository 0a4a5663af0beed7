import type { SessionId, UserId } from './ids.ts'

export type Tier = 'free' | 'pro' | 'team'

/** Where a request came from, for the audit record. */
export interface Origin {
  /** The peer's IP address. */
  readonly address: string
  readonly requestId: string
}

/** A signed-in person. */
export interface UserActor extends Origin {
  readonly kind: 'user'
  readonly userId: UserId
  readonly login: string
  readonly name: string
  readonly role: 'member' | 'admin'
  readonly tier: Tier
  readonly sessionId: SessionId
  /** One who waits for payment is signed in and may do nothing else yet. */
  readonly standing: 'active' | 'waiting_payment'
}

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
