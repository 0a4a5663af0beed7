import { i18n } from '@lingui/core'
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { InvitedRole, TeamRole } from '@arcx/router'

const names: Readonly<Record<TeamRole, MessageDescriptor>> = {
  owner: msg`owner`,
  admin: msg`admin`,
  member: msg`member`,
  viewer: msg`viewer`,
}
const words: Readonly<Record<TeamRole, MessageDescriptor>> = {
  owner: msg`The owner can do everything; the team’s workspaces count towards their plan`,
  admin: msg`An admin can manage members, invitations and all workspaces`,
  member: msg`A member can open and create workspaces`,
  viewer: msg`A viewer can see workspaces and who is in them, and cannot open them`,
}

const withArticle: Readonly<Record<TeamRole, MessageDescriptor>> = {
  owner: msg`the owner`,
  admin: msg`an admin`,
  member: msg`a member`,
  viewer: msg`a viewer`,
}

export const roleName = (role: TeamRole): string => i18n._(names[role])
/** In a sentence: `an admin`. */
export const aRole = (role: TeamRole): string => i18n._(withArticle[role])
/** What one may in it. */
export const roleWords = (role: TeamRole): string => i18n._(words[role])

export const invitedRoles: readonly InvitedRole[] = ['admin', 'member', 'viewer']
