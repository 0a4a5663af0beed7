import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { InvitedRole, TeamRole } from '@arcx/router'

const names: Readonly<Record<TeamRole, MessageDescriptor>> = { owner: msg`owner`, admin: msg`admin`, member: msg`member`, viewer: msg`viewer` }
const words: Readonly<Record<TeamRole, MessageDescriptor>> = {
  owner: msg`Everything, and the team’s workspaces count for them`,
  admin: msg`Members, invitations and all workspaces`,
  member: msg`Opens and makes workspaces`,
  viewer: msg`Sees workspaces and who is in them, opens none`,
}

export const roleName = (role: TeamRole): string => i18n._(names[role])
/** What one may in it. */
export const roleWords = (role: TeamRole): string => i18n._(words[role])

export const invitedRoles: readonly InvitedRole[] = ['admin', 'member', 'viewer']
