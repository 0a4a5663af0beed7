import { z } from 'zod'
import { UserId } from '../ids.ts'

export const InviteId = z.uuid().brand<'InviteId'>()
export type InviteId = z.infer<typeof InviteId>

/** An invitation to sign up. Its code is shown once, when it is made. */
export interface Invite {
  readonly id: InviteId
  readonly uses: number
  readonly maxUses: number
  readonly createdAt: string
  readonly expiresAt: string
  readonly state: 'open' | 'used' | 'expired' | 'revoked'
}

export interface NewInvite extends Invite {
  readonly code: string
  /** What to hand to the invited. */
  readonly url: string
}

export interface WaitlistEntry {
  readonly githubId: number
  readonly login: string
  readonly email: string
  readonly createdAt: string
  readonly invitedAt: string | null
}

/** How the server stands. */
export interface Overview {
  readonly people: Readonly<Record<string, number>>
  readonly workspaces: Readonly<Record<string, number>>
  /** Signed-in browsers. */
  readonly sessions: number
  readonly waiting: number
}

export const AccountStatus = z.enum(['active', 'waiting_payment', 'suspended', 'leaving'])
export type AccountStatus = z.infer<typeof AccountStatus>

export const Account = z.object({
  id: UserId,
  login: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  role: z.enum(['member', 'admin']),
  tier: z.enum(['free', 'pro', 'team']),
  status: AccountStatus,
  workspaces: z.number().int(),
  createdAt: z.iso.datetime(),
})
export type Account = z.infer<typeof Account>
