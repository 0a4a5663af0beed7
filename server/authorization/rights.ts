import type { Scope } from '@arcx/router'

/** The relation of an actor to the target of an operation. */
export type Relation =
  /** Nobody is signed in. */
  | 'anonymous'
  /** Signed in, and the account waits for its payment. */
  | 'waiting'
  /** Signed in, and it is about what is their own, or about nothing in particular. */
  | 'self'
  /** Runs this server. */
  | 'administrator'
  /** Another of arcx's services, which shows the internal token. */
  | 'service'
  /** Of a workspace that is a person's. */
  | 'owner'
  | 'team-owner'
  | 'team-admin'
  /** The member of the team who made the workspace. */
  | 'team-creator'
  | 'team-member'
  | 'team-viewer'

export interface Right {
  readonly relations: readonly Relation[]
  /** What a token needs: that scope, any at all (`null`), or it is not done by token (`never`). */
  readonly scope: Scope | 'never' | null
  /**
   * A token that is for certain workspaces does it with each of those (`inside`), is shown and may change what concerns
   * those alone (`narrowed`), does not do it (`never`), or does it as any other, as it is not about workspaces (`any`).
   */
  readonly bound: 'inside' | 'narrowed' | 'never' | 'any'
  /** How a refusal goes on after “You may not”, where the operation's name does not say it. */
  readonly words?: string
}

const everybody: readonly Relation[] = ['anonymous', 'waiting', 'self', 'administrator']
const signedIn: readonly Relation[] = ['waiting', 'self']
const person: readonly Relation[] = ['self']
const members: readonly Relation[] = ['team-owner', 'team-admin', 'team-creator', 'team-member', 'team-viewer']
const readers: readonly Relation[] = ['owner', ...members]
const operators: readonly Relation[] = ['owner', 'team-owner', 'team-admin', 'team-creator', 'team-member']
const managers: readonly Relation[] = ['owner', 'team-owner', 'team-admin', 'team-creator']
/** Who changes what a team's workspaces hold and reach, and who is told of them. */
const secretManagers: readonly Relation[] = ['self', 'owner', 'team-owner', 'team-admin']
const teamManagers: readonly Relation[] = ['team-owner', 'team-admin']

const right = (
  relations: readonly Relation[],
  scope: Right['scope'],
  bound: Right['bound'],
  words?: string,
): Right => ({ relations, scope, bound, ...(words === undefined ? {} : { words }) })
const administration = right(['administrator'], 'admin', 'never', 'administer this server')
const inBrowser = right(person, 'never', 'never')

/**
 * Who may do what: every check of rights is made from here, and what is not here is refused. Operations are called as the
 * audit log calls them.
 */
export const rights = {
  'server.enter': right(everybody, null, 'any'),
  'server.connect': right(signedIn, null, 'any'),
  'server.serve': right(['service'], 'never', 'never'),
  /** What everybody who is signed in is told: announcements, whether the disk is full, how workspaces are run. */
  'server.notices': right(person, null, 'any'),
  'server.see': administration,
  'server.record': administration,
  'announcement.make': administration,
  'announcement.end': administration,
  'invite.create': administration,
  'invite.revoke': administration,
  'webhook.replay': administration,
  'mail.test': administration,
  'github-app.set': administration,
  'github-app.remove': administration,
  'github-installation.connect': administration,
  'waitlist.invite': administration,
  'tier.update': administration,
  'usage.price': administration,
  'tier.give-team': administration,
  'user.tier': administration,
  'user.role': administration,
  'user.suspend': administration,
  'user.reinstate': administration,
  'user.remove': administration,
  /** Anybody's, for whoever runs the server. */
  'server.workspace.start': administration,
  'server.workspace.stop': administration,
  'server.workspace.remove': administration,

  'session.sign-out': right(signedIn, 'never', 'never'),
  'session.list': inBrowser,
  'session.end': inBrowser,
  'account.export': inBrowser,
  'user.leave': right(signedIn, 'never', 'never'),
  'program.authorize': inBrowser,

  'token.list': right(person, 'tokens', 'narrowed'),
  'token.create': right(person, 'tokens', 'narrowed'),
  'token.revoke': right(person, 'tokens', 'narrowed'),
  'token.revoke-own': right(person, null, 'any'),

  'presence.set': right([...person, ...readers], 'workspaces:read', 'inside', 'say that you are here'),

  'workspace.list': right(person, 'workspaces:read', 'narrowed'),
  'workspace.suggest-name': right(person, 'workspaces:read', 'any'),
  'workspace.see': right(readers, 'workspaces:read', 'inside', 'see this workspace'),
  /** In the browser, on the workspace's own host, where no token is taken. */
  'workspace.open': right(operators, 'never', 'never', 'open this workspace'),
  'workspace.exec': right(operators, 'workspaces:exec', 'inside', 'exec this workspace'),
  'workspace.restore-file': right(operators, 'workspaces:exec', 'inside', 'restore files in this workspace'),
  'workspace.create': right(
    ['self', 'team-owner', 'team-admin', 'team-member'],
    'workspaces:write',
    'never',
    'create workspaces in this team',
  ),
  'workspace.start': right(operators, 'workspaces:write', 'inside', 'start this workspace'),
  'workspace.stop': right(operators, 'workspaces:write', 'inside', 'stop this workspace'),
  'workspace.restart': right(operators, 'workspaces:write', 'inside', 'restart this workspace'),
  'workspace.rename': right(managers, 'workspaces:write', 'inside', 'rename this workspace'),
  'workspace.remove': right(managers, 'workspaces:write', 'inside', 'remove this workspace'),

  'secret.see': right(['self', ...readers], 'secrets', 'never', 'see these secrets'),
  'secret.change': right(secretManagers, 'secrets', 'never', 'change these secrets'),
  'egress.see': right(['self', ...readers], 'workspaces:read', 'inside', 'see where these workspaces may go'),
  'egress.change': right(secretManagers, 'secrets', 'inside', 'change where these workspaces may go'),

  'usage.see': right(['self', ...members], 'teams:read', 'never', 'see what this team uses'),
  'usage.budget': right(['self', ...teamManagers], 'teams:write', 'never', 'set this team’s budget'),
  /** Who waits for their payment can make it. A team's admins see what it pays; its owner orders. */
  'billing.see': right(['waiting', 'self', ...teamManagers], 'never', 'never', 'see what this team pays'),
  'billing.order': right(['waiting', 'self', 'team-owner'], 'never', 'never', 'pay for this team'),
  'event-webhook.see': right(secretManagers, 'secrets', 'never', 'see these webhook endpoints'),
  'event-webhook.change': right(secretManagers, 'secrets', 'never', 'change these webhook endpoints'),
  'workflow.see': right(['self', ...members], 'workflows', 'never', 'see these workflows'),
  /** It runs commands in workspaces as whoever saves it. */
  'workflow.change': right(
    ['self', 'team-owner', 'team-admin', 'team-member'],
    'workflows',
    'never',
    'change workflows of this team',
  ),
  'workflow.run': right(
    ['self', 'team-owner', 'team-admin', 'team-member'],
    'workflows',
    'never',
    'run workflows of this team',
  ),

  'team.list': right(person, 'teams:read', 'never'),
  'team.create': right(person, 'teams:write', 'never'),
  'team.join': right(person, 'teams:write', 'never'),
  'team.see': right(members, 'teams:read', 'never', 'see this team'),
  'team.invite': right(teamManagers, 'teams:write', 'never', 'invite to this team'),
  'team.manage': right(teamManagers, 'teams:write', 'never', 'manage this team’s members'),
  'team.rename': right(['team-owner'], 'teams:write', 'never', 'rename this team'),
  'team.transfer': right(['team-owner'], 'teams:write', 'never', 'hand over this team'),
  'team.remove': right(['team-owner'], 'teams:write', 'never', 'delete this team'),
  'team.leave': right(['team-admin', 'team-member', 'team-viewer'], 'teams:write', 'never', 'leave this team'),
} as const satisfies Readonly<Record<string, Right>>

export type Operation = keyof typeof rights

export const rightTo = (operation: Operation): Right => rights[operation]
