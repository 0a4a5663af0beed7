import { z } from 'zod'
import { Tier } from '../actor.ts'
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

export const WebhookDeliveryId = z.uuid().brand<'WebhookDeliveryId'>()
export type WebhookDeliveryId = z.infer<typeof WebhookDeliveryId>

/** `queued`: to be handled, or tried again; `ignored`: nothing here handles such an event; `failed`: not tried again. */
export const WebhookOutcome = z.enum(['queued', 'handled', 'ignored', 'failed'])
export type WebhookOutcome = z.infer<typeof WebhookOutcome>

/** An event that was sent to this server. */
export interface WebhookDelivery {
  readonly id: WebhookDeliveryId
  readonly source: 'github' | 'stripe'
  /** As its sender calls it. */
  readonly event: string
  /** The sender's own id of it. */
  readonly deliveryId: string
  readonly outcome: WebhookOutcome
  readonly attempts: number
  /** Why the last attempt failed. */
  readonly error: string | null
  readonly receivedAt: string
}

/** The GitHub App of this server. */
export interface GitHubAppView {
  /** GitHub's number of it. */
  readonly id: number
  readonly name: string
  /** The account or organization that owns it. */
  readonly ownerLogin: string
  /** Its page at GitHub. */
  readonly url: string
  /** Where it is given to accounts and repositories. */
  readonly installUrl: string
  readonly createdAt: string
}

/** Where the GitHub App is installed. */
export interface GitHubInstallationView {
  /** GitHub's number of it. */
  readonly id: number
  /** The account or organization that it is on. */
  readonly account: string
  readonly repositories: 'all' | 'selected'
  readonly isSuspended: boolean
  /** The name of the team whose workspaces reach its repositories. */
  readonly team: string | null
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
  tier: Tier,
  status: AccountStatus,
  workspaces: z.number().int(),
  createdAt: z.iso.datetime(),
})
export type Account = z.infer<typeof Account>
