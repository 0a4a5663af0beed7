import type { AdminActor, Tier, UserActor } from '../actor.ts'
import type { UserId } from '../ids.ts'
import type { Account, Invite, InviteId, NewInvite, WaitlistEntry } from './admin.ts'

/** Who administers: the admin token, or a person marked admin. */
export type Administrator = AdminActor | UserActor

export interface AdminPort {
  invites(): Promise<readonly Invite[]>
  createInvite(actor: Administrator, maxUses: number, expiresDays: number): Promise<NewInvite>
  revokeInvite(actor: Administrator, id: InviteId): Promise<void>
  waitlist(): Promise<readonly WaitlistEntry[]>
  /** Lets somebody on the waitlist in at their next sign-in. */
  inviteFromWaitlist(actor: Administrator, githubId: number): Promise<void>
  /** Newest first; `search` is held against login, name and e-mail. */
  users(search: string): Promise<readonly Account[]>
  setTier(actor: Administrator, userId: UserId, tier: Tier): Promise<void>
  setRole(actor: Administrator, userId: UserId, role: 'member' | 'admin'): Promise<void>
  /** Ends all their sessions and open connections. */
  suspend(actor: Administrator, userId: UserId): Promise<void>
  reinstate(actor: Administrator, userId: UserId): Promise<void>
}
