import { errors } from '@arcx/router'
import type { Scope, TeamDetails, TeamRole, UserActor } from '@arcx/router'

export type TeamOperation = 'see' | TeamDetails['may'][number]

/** Who may do what with a team. What is not here is refused. Creating workspaces in it is the workspaces' policy. */
const policy: Readonly<Record<TeamRole, ReadonlySet<TeamOperation>>> = {
  owner: new Set(['see', 'create', 'invite', 'manage', 'rename', 'transfer', 'remove']),
  admin: new Set(['see', 'create', 'invite', 'manage', 'leave']),
  member: new Set(['see', 'create', 'leave']),
  viewer: new Set(['see', 'leave']),
}

const said: Readonly<Record<TeamOperation, string>> = {
  see: 'see this team',
  create: 'create workspaces in this team',
  invite: 'invite to this team',
  manage: 'manage this team’s members',
  rename: 'rename this team',
  transfer: 'hand over this team',
  remove: 'delete this team',
  leave: 'leave this team',
}

export function rightsIn(role: TeamRole): TeamDetails['may'] {
  return [...policy[role]].filter((operation) => operation !== 'see')
}

/** @throws `team_not_found` for whoever is not in it; else `owner_stays`, `forbidden`. */
export function requireMay(role: TeamRole | undefined, operation: TeamOperation): asserts role is TeamRole {
  if (role === undefined) throw errors.teamNotFound()
  if (policy[role].has(operation)) return
  throw operation === 'leave' ? errors.ownerStays() : errors.forbidden(said[operation])
}

/** @throws `scope_missing`, and `forbidden` for a token that is for certain workspaces. */
export function requireScope(actor: UserActor, scope: Extract<Scope, `teams:${string}`>): void {
  if (actor.via === 'session') return
  const covering: readonly Scope[] = scope === 'teams:read' ? ['teams:read', 'teams:write'] : [scope]
  if (!covering.some((each) => actor.scopes.includes(each))) throw errors.scopeMissing(scope)
  if (actor.workspaceIds !== null) throw errors.forbidden('do that with a token that is for certain workspaces')
}
