import { errors } from '@arcx/router'
import type { Scope, UserActor, UserId } from '@arcx/router'

export type Operation = 'see' | 'open' | 'start' | 'stop' | 'restart' | 'rename' | 'remove'
type Relation = 'owner' | 'other'

/** Who may do what with a workspace. What is not here is refused. */
const policy: Readonly<Record<Relation, ReadonlySet<Operation>>> = {
  owner: new Set(['see', 'open', 'start', 'stop', 'restart', 'rename', 'remove']),
  other: new Set(),
}

/** The scope that a token needs for it; none opens a workspace's host, where no token is taken. */
const scopeOf: Readonly<Record<Operation | 'list' | 'create', Scope | null>> = {
  list: 'workspaces:read',
  see: 'workspaces:read',
  open: null,
  create: 'workspaces:write',
  start: 'workspaces:write',
  stop: 'workspaces:write',
  restart: 'workspaces:write',
  rename: 'workspaces:write',
  remove: 'workspaces:write',
}

/** Who asks, as far as rights go: a signed-in browser, or a token with its bounds. */
export type Asker =
  | { readonly via: 'session'; readonly userId: UserId }
  | Pick<Extract<UserActor, { via: 'token' }>, 'via' | 'userId' | 'scopes' | 'workspaceIds'>

interface Target {
  readonly id: string
  readonly ownerId: string
}

/** Whether the actor may see it at all: their own, and within what their token is for. */
export function maySee(actor: Asker, workspace: Target): boolean {
  return may(actor, 'see', workspace)
}

function may(actor: Asker, operation: Operation, workspace: Target): boolean {
  if (actor.via === 'token' && actor.workspaceIds !== null && !actor.workspaceIds.some((id) => id === workspace.id)) return false
  const relation: Relation = workspace.ownerId === actor.userId ? 'owner' : 'other'
  return policy[relation].has(operation)
}

/** @throws `scope_missing`, naming it, where a token is not for this. */
export function requireScope(actor: Asker, operation: Operation | 'list' | 'create'): void {
  if (actor.via === 'session') return
  const scope = scopeOf[operation]
  if (scope === null) throw errors.forbidden(`${operation} a workspace with a token`)
  // Who may write may read.
  const covering: readonly Scope[] = scope === 'workspaces:read' ? ['workspaces:read', 'workspaces:write'] : [scope]
  if (!covering.some((each) => actor.scopes.includes(each))) throw errors.scopeMissing(scope)
  if (operation === 'create' && actor.workspaceIds !== null) throw errors.forbidden('create workspaces with a token that is for certain ones')
}

/** @throws `workspace_not_found` where the actor may not even see it, so that names give nothing away; else `forbidden`. */
export function requireMay(actor: Asker, operation: Operation, workspace: Target): void {
  requireScope(actor, operation)
  if (!may(actor, 'see', workspace)) throw errors.workspaceNotFound()
  if (!may(actor, operation, workspace)) throw errors.forbidden(`${operation} this workspace`)
}

export const tierLimits = { free: 1, pro: 5, team: 20 } as const
