import { errors } from '@arcx/router'
import type {
  AdminActor,
  Scope,
  Team,
  TeamMember,
  TeamRight,
  TeamRole,
  UserActor,
  UserId,
  WorkspaceOperation,
} from '@arcx/router'
import { rightTo } from './rights.ts'
import type { Operation, Relation } from './rights.ts'

/** A signed-in browser, or a token with its bounds. */
export type Principal =
  | { readonly via: 'session'; readonly userId: UserId }
  | Pick<Extract<UserActor, { via: 'token' }>, 'via' | 'userId' | 'scopes' | 'workspaceIds'>

/** The actor with their role in each of their teams: all that a check of rights needs. */
export type ActorWithTeams = Principal & { readonly teams: ReadonlyMap<string, TeamRole> }

export interface WorkspaceTarget {
  readonly id: string
  readonly ownerId: string | null
  readonly teamId: string | null
  readonly createdById: string | null
}

/** What an operation is about. */
export type Target =
  | { readonly kind: 'self' }
  | { readonly kind: 'team'; readonly teamId: string }
  | ({ readonly kind: 'workspace' } & WorkspaceTarget)

export const onWorkspace = (workspace: WorkspaceTarget): Target => ({ ...workspace, kind: 'workspace' })

/**
 * What can be decided before it is known what a call is about: who asks, in which way, with which scope.
 * @throws `signed_out`, `session_needed`, `payment_awaited`, `forbidden`, `scope_missing`.
 */
export function requireMayAsk(actor: UserActor | AdminActor | null, operation: Operation): void {
  const { relations, scope, words } = rightTo(operation)
  if (actor === null || actor.kind === 'admin') {
    if (relations.includes(actor === null ? 'anonymous' : 'administrator')) return
    throw errors.signedOut()
  }
  if (actor.via === 'token' && scope === 'never') throw errors.sessionNeeded()
  if (actor.status !== 'active') {
    if (relations.includes('waiting')) return
    throw errors.paymentAwaited()
  }
  if (relations.every((relation) => relation === 'administrator') && actor.role !== 'admin')
    throw errors.forbidden(words ?? operation)
  requireScope(actor, operation)
}

/** What there is to be known of a server by whoever runs it. */
export function mayAdminister(actor: UserActor): boolean {
  try {
    requireMayAsk(actor, 'server.see')
    return true
  } catch {
    return false
  }
}

function hasScope(principal: Principal, operation: Operation): boolean {
  const { scope } = rightTo(operation)
  if (principal.via === 'session' || scope === null) return true
  if (scope === 'never') return false
  // Who may write may read.
  const covering: readonly Scope[] =
    scope === 'workspaces:read'
      ? [scope, 'workspaces:write']
      : scope === 'teams:read'
        ? [scope, 'teams:write']
        : [scope]
  return covering.some((each) => principal.scopes.includes(each))
}

const isBound = (principal: Principal): boolean => principal.via === 'token' && principal.workspaceIds !== null

/** @throws `scope_missing`, naming it, where a token is not for this; `forbidden` where its bounds are in the way. */
function requireScope(principal: Principal, operation: Operation): void {
  const { scope, bound } = rightTo(operation)
  if (!hasScope(principal, operation))
    throw scope === null || scope === 'never' ? errors.sessionNeeded() : errors.scopeMissing(scope)
  if (bound === 'never' && isBound(principal))
    throw errors.forbidden('do that with a token that is for certain workspaces')
}

function relationTo(actor: ActorWithTeams, target: Target): Relation | null {
  if (target.kind === 'self') return 'self'
  if (target.kind === 'workspace' && target.ownerId !== null) return target.ownerId === actor.userId ? 'owner' : null
  const role = target.teamId === null ? undefined : actor.teams.get(target.teamId)
  if (role === undefined) return null
  if (target.kind === 'workspace' && role === 'member' && target.createdById === actor.userId) return 'team-creator'
  return `team-${role}`
}

/** Whether a token's bounds allow this target. */
function isInside(actor: ActorWithTeams, operation: Operation, target: Target): boolean {
  if (actor.via === 'session' || actor.workspaceIds === null) return true
  const { bound } = rightTo(operation)
  if (bound === 'inside') return target.kind === 'workspace' && actor.workspaceIds.some((id) => id === target.id)
  return bound !== 'never'
}

const isRelated = (actor: ActorWithTeams, operation: Operation, target: Target): boolean => {
  const relation = relationTo(actor, target)
  return relation !== null && rightTo(operation).relations.includes(relation)
}

export function may(actor: ActorWithTeams, operation: Operation, target: Target): boolean {
  return hasScope(actor, operation) && isInside(actor, operation, target) && isRelated(actor, operation, target)
}

/**
 * @throws `scope_missing`; `workspace_not_found`, `team_not_found` where the actor may not even see it, so that names give
 * nothing away; else `forbidden`.
 */
export function requireMay(actor: ActorWithTeams, operation: Operation, target: Target): void {
  requireScope(actor, operation)
  const inside = isInside(actor, operation, target)
  if (target.kind === 'workspace' && !(inside && isRelated(actor, 'workspace.see', target)))
    throw errors.workspaceNotFound()
  if (target.kind === 'team' && relationTo(actor, target) === null) throw errors.teamNotFound()
  if (!inside) throw errors.forbidden('do that with a token that is for certain workspaces')
  if (!isRelated(actor, operation, target)) throw errors.forbidden(rightTo(operation).words ?? operation)
}

/** As clients are told of them. */
const workspaceRights: Readonly<Record<WorkspaceOperation, Operation>> = {
  see: 'workspace.see',
  open: 'workspace.open',
  exec: 'workspace.exec',
  start: 'workspace.start',
  stop: 'workspace.stop',
  restart: 'workspace.restart',
  rename: 'workspace.rename',
  remove: 'workspace.remove',
  'change-secrets': 'secret.change',
  'change-rules': 'egress.change',
}
const workspaceOperations = Object.keys(workspaceRights) as readonly WorkspaceOperation[]
/** Lists hold them for each workspace, so they are not made anew for each. */
const ofRelation = new Map<Relation | null, readonly WorkspaceOperation[]>()

/** What the actor may do with it. */
export function rightsTo(actor: ActorWithTeams, workspace: WorkspaceTarget): readonly WorkspaceOperation[] {
  const target = onWorkspace(workspace)
  const among = () => workspaceOperations.filter((operation) => may(actor, workspaceRights[operation], target))
  if (actor.via === 'token') return among()
  const relation = relationTo(actor, target)
  const known = ofRelation.get(relation) ?? among()
  ofRelation.set(relation, known)
  return known
}

/** Whether the actor may see it at all, whatever for. */
export function maySee(actor: ActorWithTeams, workspace: WorkspaceTarget): boolean {
  const target = onWorkspace(workspace)
  return isInside(actor, 'workspace.see', target) && isRelated(actor, 'workspace.see', target)
}

/** The same for all who may do the same: somebody's signed-in browsers, or their tokens with the same bounds. */
export function rightsKey(principal: Principal): string {
  return principal.via === 'session'
    ? principal.userId
    : JSON.stringify([principal.userId, principal.scopes, principal.workspaceIds])
}

export type TeamOperation = 'see' | TeamRight
const teamRights: Readonly<Record<TeamRight, Operation>> = {
  create: 'workspace.create',
  invite: 'team.invite',
  manage: 'team.manage',
  'change-secrets': 'secret.change',
  'change-rules': 'egress.change',
  'change-webhooks': 'event-webhook.change',
  rename: 'team.rename',
  transfer: 'team.transfer',
  remove: 'team.remove',
  leave: 'team.leave',
}

/** What a member of a team may do with it, by their role. */
export function rightsIn(principal: Principal, teamId: string, role: TeamRole): readonly TeamRight[] {
  const actor: ActorWithTeams = { ...principal, teams: new Map([[teamId, role]]) }
  return (Object.keys(teamRights) as readonly TeamRight[]).filter((right) =>
    may(actor, teamRights[right], { kind: 'team', teamId }),
  )
}

/** @throws `team_not_found` for whoever is not in it; else `owner_stays`, `forbidden`. */
export function requireRole(role: TeamRole | undefined, operation: TeamOperation): asserts role is TeamRole {
  if (role === undefined) throw errors.teamNotFound()
  const right = operation === 'see' ? 'team.see' : teamRights[operation]
  const { relations, words } = rightTo(right)
  if (relations.includes(`team-${role}`)) return
  throw operation === 'leave' ? errors.ownerStays() : errors.forbidden(words ?? right)
}

/** What a member may do with another. The owner stays until they hand the team over; oneself one leaves. */
export function rightsOver(
  principal: Principal,
  { may: rights }: Pick<Team, 'may'>,
  member: { readonly userId: string; readonly role: TeamRole },
): TeamMember['may'] {
  if (member.role === 'owner' || member.userId === principal.userId) return []
  return [
    ...(rights.includes('manage') ? (['change-role', 'remove'] as const) : []),
    ...(rights.includes('transfer') ? (['hand-over'] as const) : []),
  ]
}
