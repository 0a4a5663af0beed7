import { errors } from '@arcx/router'
import type { UserActor, UserId } from '@arcx/router'

export type Operation = 'see' | 'open' | 'start' | 'stop' | 'restart' | 'rename' | 'remove'
type Relation = 'owner' | 'other'

/** Who may do what with a workspace. What is not here is refused. */
const policy: Readonly<Record<Relation, ReadonlySet<Operation>>> = {
  owner: new Set(['see', 'open', 'start', 'stop', 'restart', 'rename', 'remove']),
  other: new Set(),
}

export function may(actor: Pick<UserActor, 'userId'>, operation: Operation, workspace: { readonly ownerId: string }): boolean {
  const relation: Relation = workspace.ownerId === actor.userId ? 'owner' : 'other'
  return policy[relation].has(operation)
}

/** @throws `workspace_not_found` where the actor may not even see it, so that names give nothing away; else `forbidden`. */
export function requireMay(actor: { readonly userId: UserId }, operation: Operation, workspace: { readonly ownerId: string }): void {
  if (!may(actor, 'see', workspace)) throw errors.workspaceNotFound()
  if (!may(actor, operation, workspace)) throw errors.forbidden(`${operation} this workspace`)
}

export const tierLimits = { free: 1, pro: 5, team: 20 } as const
