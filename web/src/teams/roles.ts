import type { InvitedRole, TeamRole } from '@arcx/router'

export const roleWords: Readonly<Record<TeamRole, string>> = {
  owner: 'Everything, and the team’s workspaces count for them',
  admin: 'Members, invitations and all workspaces',
  member: 'Opens and makes workspaces',
  viewer: 'Sees workspaces and who is in them, opens none',
}

export const invitedRoles: readonly InvitedRole[] = ['admin', 'member', 'viewer']
