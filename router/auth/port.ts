import type { UserActor } from '../actor.ts'

export interface IdentityPort {
  /** Ends this session, its workspace sessions and its open sockets. */
  signOut(actor: UserActor): Promise<void>
}
