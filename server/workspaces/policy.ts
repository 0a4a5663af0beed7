import { errors } from '@arcx/router'
import type { Scope, TeamRole, UserActor, UserId, WorkspaceOperation } from '@arcx/router'

/** What somebody is to a workspace. `team-creator` is the member who made it. */
type Relation = 'owner' | 'team-owner' | 'team-admin' | 'team-creator' | 'team-member' | 'team-viewer' | 'stranger'

const all = new Set<WorkspaceOperation>(['see', 'open', 'exec', 'start', 'stop', 'restart', 'rename', 'remove'])
const work = new Set<WorkspaceOperation>(['see', 'open', 'exec', 'start', 'stop', 'restart'])

/** Who may do what with a workspace. What is not here is refused. */
const policy: Readonly<Record<Relation, ReadonlySet<WorkspaceOperation>>> = {
  owner: all,
  'team-owner': all,
  'team-admin': all,
  'team-creator': all,
  'team-member': work,
  'team-viewer': new Set<WorkspaceOperation>(['see']),
  stranger: new Set<WorkspaceOperation>(),
}

const listed = (relation: Relation): readonly WorkspaceOperation[] =>
  [...all].filter((operation) => policy[relation].has(operation))
const inOrder: Readonly<Record<Relation, readonly WorkspaceOperation[]>> = {
  owner: listed('owner'),
  'team-owner': listed('team-owner'),
  'team-admin': listed('team-admin'),
  'team-creator': listed('team-creator'),
  'team-member': listed('team-member'),
  'team-viewer': listed('team-viewer'),
  stranger: listed('stranger'),
}

/** Who may make a workspace of a team's. */
const creators: ReadonlySet<TeamRole> = new Set<TeamRole>(['owner', 'admin', 'member'])

/** The scope that a token needs for it; none opens a workspace's host, where no token is taken. */
const scopeOf: Readonly<Record<WorkspaceOperation | 'list' | 'create', Scope | null>> = {
  list: 'workspaces:read',
  see: 'workspaces:read',
  open: null,
  exec: 'workspaces:exec',
  create: 'workspaces:write',
  start: 'workspaces:write',
  stop: 'workspaces:write',
  restart: 'workspaces:write',
  rename: 'workspaces:write',
  remove: 'workspaces:write',
}

/** A signed-in browser, or a token with its bounds. */
export type Visitor =
  | { readonly via: 'session'; readonly userId: UserId }
  | Pick<Extract<UserActor, { via: 'token' }>, 'via' | 'userId' | 'scopes' | 'workspaceIds'>

/** Who asks, as far as rights go: with what they are in their teams. */
export type Asker = Visitor & { readonly teams: ReadonlyMap<string, TeamRole> }

export interface Target {
  readonly id: string
  readonly ownerId: string | null
  readonly teamId: string | null
  readonly createdById: string | null
}

/** The same for all who may do the same: somebody's signed-in browsers, or their tokens with the same bounds. */
export function rightsKey(visitor: Visitor): string {
  return visitor.via === 'session'
    ? visitor.userId
    : JSON.stringify([visitor.userId, visitor.scopes, visitor.workspaceIds])
}

/** What the actor may do with it. */
export function rightsTo(asker: Asker, workspace: Target): readonly WorkspaceOperation[] {
  // Lists hold them for each workspace, so they are not made anew for each.
  if (asker.via === 'session') return inOrder[relationOf(asker, workspace)]
  return [...all].filter((operation) => hasScope(asker, operation) && may(asker, operation, workspace))
}

/** Whether the actor may see it at all. */
export function maySee(asker: Asker, workspace: Target): boolean {
  return may(asker, 'see', workspace)
}

function may(asker: Asker, operation: WorkspaceOperation, workspace: Target): boolean {
  if (asker.via === 'token' && asker.workspaceIds !== null && !asker.workspaceIds.some((id) => id === workspace.id))
    return false
  return policy[relationOf(asker, workspace)].has(operation)
}

function relationOf(asker: Asker, workspace: Target): Relation {
  if (workspace.ownerId !== null) return workspace.ownerId === asker.userId ? 'owner' : 'stranger'
  const role = workspace.teamId === null ? undefined : asker.teams.get(workspace.teamId)
  if (role === undefined) return 'stranger'
  return role === 'member' && workspace.createdById === asker.userId ? 'team-creator' : `team-${role}`
}

function hasScope(asker: Visitor, operation: WorkspaceOperation | 'list' | 'create'): boolean {
  if (asker.via === 'session') return true
  const scope = scopeOf[operation]
  if (scope === null) return false
  // Who may write may read.
  const covering: readonly Scope[] = scope === 'workspaces:read' ? ['workspaces:read', 'workspaces:write'] : [scope]
  return covering.some((each) => asker.scopes.includes(each))
}

/** @throws `scope_missing`, naming it, where a token is not for this. */
export function requireScope(asker: Visitor, operation: WorkspaceOperation | 'list' | 'create'): void {
  if (hasScope(asker, operation)) return
  const scope = scopeOf[operation]
  throw scope === null ? errors.forbidden(`${operation} a workspace with a token`) : errors.scopeMissing(scope)
}

/** @throws `team_not_found`, `forbidden`, `scope_missing`. */
export function requireMayCreate(asker: Asker, teamId: string | null): void {
  requireScope(asker, 'create')
  if (asker.via === 'token' && asker.workspaceIds !== null)
    throw errors.forbidden('create workspaces with a token that is for certain ones')
  if (teamId === null) return
  const role = asker.teams.get(teamId)
  if (role === undefined) throw errors.teamNotFound()
  if (!creators.has(role)) throw errors.forbidden('create workspaces in this team')
}

/** @throws `workspace_not_found` where the actor may not even see it, so that names give nothing away; else `forbidden`. */
export function requireMay(asker: Asker, operation: WorkspaceOperation, workspace: Target): void {
  requireScope(asker, operation)
  if (!may(asker, 'see', workspace)) throw errors.workspaceNotFound()
  if (!may(asker, operation, workspace)) throw errors.forbidden(`${operation} this workspace`)
}

export const tierLimits = { free: 1, pro: 5, team: 20 } as const
