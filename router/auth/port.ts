import type { SessionActor } from '../actor.ts'
import type { SessionId } from '../ids.ts'

export type SignupMode = 'invite' | 'open' | 'stripe'

/** How one may sign in to this server. */
export interface SignInOptions {
  readonly github: boolean
  /** Whether `npm start` gives out links. */
  readonly local: boolean
  readonly signupMode: SignupMode
}

/** A signed-in browser, as its person sees it. */
export interface SessionView {
  readonly id: SessionId
  readonly address: string
  readonly userAgent: string
  readonly createdAt: string
  readonly lastSeenAt: string
  /** Whether it is the one that asks. */
  readonly current: boolean
}

export interface IdentityPort {
  options(): Promise<SignInOptions>
  /** Ends this session, its workspace sessions and its open sockets. */
  signOut(actor: SessionActor): Promise<void>
  sessions(actor: SessionActor): Promise<readonly SessionView[]>
  /** @throws `session_not_found` for one that is not the actor's. */
  endSession(actor: SessionActor, sessionId: SessionId): Promise<void>
  /** All of the actor's but the one that asks. */
  endOtherSessions(actor: SessionActor): Promise<void>
}
