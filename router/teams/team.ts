import { z } from 'zod'
import type { TeamId, TeamInviteId, UserId } from '../ids.ts'

/** What somebody is in a team. Each team has one owner. */
export const TeamRole = z.enum(['owner', 'admin', 'member', 'viewer'])
export type TeamRole = z.infer<typeof TeamRole>

/** What one can be invited as; an owner is made by handing a team over. */
export const InvitedRole = TeamRole.exclude(['owner'])
export type InvitedRole = z.infer<typeof InvitedRole>

/** What one may do with a team; `create`: workspaces in it. */
export type TeamRight =
  | 'create'
  | 'invite'
  | 'manage'
  | 'change-secrets'
  | 'change-rules'
  | 'change-webhooks'
  | 'rename'
  | 'transfer'
  | 'remove'
  | 'leave'

/** A team as one of its members sees it. */
export interface Team {
  readonly id: TeamId
  readonly name: string
  /** What the one who asks is in it. */
  readonly role: TeamRole
  /** What the one who asks may do with it. */
  readonly may: readonly TeamRight[]
  readonly memberCount: number
  readonly workspaceCount: number
  readonly createdAt: string
}

export interface TeamMember {
  readonly userId: UserId
  readonly login: string
  readonly name: string
  readonly role: TeamRole
  /** What the one who asks may do with this member. */
  readonly may: readonly ('change-role' | 'remove' | 'hand-over')[]
  readonly joinedAt: string
}

export interface TeamInvite {
  readonly id: TeamInviteId
  readonly role: InvitedRole
  /** Whom it is for; null for whoever holds the link. */
  readonly login: string | null
  /** Where it was sent by e-mail. */
  readonly email: string | null
  readonly uses: number
  readonly maxUses: number
  readonly invitedBy: string | null
  readonly createdAt: string
  readonly expiresAt: string
}

export interface NewTeamInvite extends TeamInvite {
  /** What to hand out: shown this once. */
  readonly url: string
}

export interface TeamDetails extends Team {
  readonly members: readonly TeamMember[]
  /** Open ones; none for those who may not invite. */
  readonly invites: readonly TeamInvite[]
}

/** An invitation as the invited sees it. */
export interface Invitation {
  readonly teamId: TeamId
  readonly teamName: string
  readonly role: InvitedRole
  readonly invitedBy: string | null
  readonly expiresAt: string
}

/** A team that the one who listens is, or was, in has changed. */
export interface TeamChange {
  readonly teamId: TeamId | null
}
