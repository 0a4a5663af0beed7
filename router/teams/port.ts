import type { UserActor } from '../actor.ts'
import type { TeamId, TeamInviteId, UserId } from '../ids.ts'
import type { Resume } from '../workspaces/port.ts'
import type { Tracked } from '../workspaces/workspace.ts'
import type { Invitation, InvitedRole, NewTeamInvite, Team, TeamChange, TeamDetails } from './team.ts'

export interface TeamInviteInput {
  readonly role: InvitedRole
  /** A GitHub login; null for a link. */
  readonly login: string | null
  /** Where it is sent by e-mail, and then for one person; null for not at all. */
  readonly email: string | null
  readonly maxUses: number
  readonly expiresDays: number
}

/** Teams. Each operation decides by itself whether the actor may; each throws `ArcError`. */
export interface TeamsPort {
  list(actor: UserActor): Promise<readonly Team[]>
  get(actor: UserActor, team: { readonly teamId: TeamId } | { readonly name: string }): Promise<TeamDetails>
  /** The actor becomes its owner. */
  create(actor: UserActor, name: string): Promise<Team>
  rename(actor: UserActor, teamId: TeamId, name: string): Promise<Team>
  /** With all its workspaces: shut at once, gone once they are. */
  remove(actor: UserActor, teamId: TeamId): Promise<void>
  leave(actor: UserActor, teamId: TeamId): Promise<void>
  setRole(actor: UserActor, teamId: TeamId, userId: UserId, role: InvitedRole): Promise<void>
  /** Ends their open connections to the team's workspaces. */
  removeMember(actor: UserActor, teamId: TeamId, userId: UserId): Promise<void>
  /** Makes a member the owner, and the actor an admin. */
  transfer(actor: UserActor, teamId: TeamId, userId: UserId): Promise<void>
  onChange(actor: UserActor, resume: Resume): AsyncIterable<Tracked<TeamChange>>
}

/** Invitations to teams. */
export interface TeamInvitesPort {
  /** @throws `mail_not_configured`. */
  invite(actor: UserActor, teamId: TeamId, wanted: TeamInviteInput): Promise<NewTeamInvite>
  revokeInvite(actor: UserActor, teamId: TeamId, inviteId: TeamInviteId): Promise<void>
  /** What a link invites to, for whoever holds it. @throws `invitation_spent`. */
  invitation(code: string): Promise<Invitation>
  accept(actor: UserActor, code: string): Promise<Team>
  /** Invitations of the actor by their login. */
  invitations(actor: UserActor): Promise<readonly (Invitation & { readonly id: TeamInviteId })[]>
  /** Resolves to the team that was joined, `null` where the actor declined. */
  answer(actor: UserActor, inviteId: TeamInviteId, accepted: boolean): Promise<Team | null>
}
