import type { AppRouter, Limited } from '@arcx/router'
import type { Operation } from './rights.ts'

type Join<Prefix extends string, Name extends string> = Prefix extends '' ? Name : `${Prefix}.${Name}`
type PathsOf<Routes, Prefix extends string = ''> = {
  [Name in keyof Routes & string]: Routes[Name] extends { readonly _def: { readonly procedure: true } }
    ? Join<Prefix, Name>
    : PathsOf<Routes[Name], Join<Prefix, Name>>
}[keyof Routes & string]

export type ProcedurePath = PathsOf<AppRouter['_def']['record']>

/** What calling it is, in the table of rights. */
export interface Entry {
  readonly operation: Operation
  /** As what it is counted. */
  readonly limit: Limited | null
  /** As what a refusal is written to the audit log; not at all for questions. */
  readonly action: string | null
}

const read = (operation: Operation, limit: Limited | null = null): Entry => ({ operation, limit, action: null })
const command = (operation: Operation, limit: Limited = 'changes', action: string = operation): Entry => ({
  operation,
  limit,
  action,
})

/** Every procedure of the router. One that is added and not named here does not compile. */
export const procedures: Readonly<Record<ProcedurePath, Entry>> = {
  'account.export': read('account.export'),
  'account.remove': command('user.leave'),

  'admin.overview': read('server.see'),
  'admin.workspaces.list': read('server.see'),
  'admin.workspaces.start': command('server.workspace.start', 'changes', 'workspace.start'),
  'admin.workspaces.stop': command('server.workspace.stop', 'changes', 'workspace.stop'),
  'admin.workspaces.remove': command('server.workspace.remove', 'changes', 'workspace.remove'),
  'admin.invites.list': read('server.see'),
  'admin.invites.create': command('invite.create'),
  'admin.invites.revoke': command('invite.revoke'),
  'admin.webhooks.list': read('server.see'),
  'admin.webhooks.replay': command('webhook.replay'),
  'admin.githubApp.get': read('server.see'),
  'admin.githubApp.installations': read('server.see'),
  'admin.githubApp.connect': command('github-installation.connect'),
  'admin.githubApp.remove': command('github-app.remove'),
  'admin.waitlist.list': read('server.see'),
  'admin.waitlist.invite': command('waitlist.invite'),
  'admin.tiers.list': read('server.see'),
  'admin.tiers.update': command('tier.update'),
  'admin.usage.all': read('server.see'),
  'admin.usage.setPrice': command('usage.price'),
  'admin.billing.list': read('server.see'),
  'admin.teams.list': read('server.see'),
  'admin.teams.setTier': command('tier.give-team', 'changes', 'team.tier'),
  'admin.users.list': read('server.see'),
  'admin.users.setTier': command('user.tier'),
  'admin.users.setRole': command('user.role'),
  'admin.users.suspend': command('user.suspend'),
  'admin.users.remove': command('user.remove'),
  'admin.users.reinstate': command('user.reinstate'),

  'announcements.current': read('server.notices'),
  'announcements.announce': command('announcement.make'),
  'announcements.end': command('announcement.end'),

  'audit.list': read('server.record'),
  'audit.verify': read('server.record'),

  'auth.me': read('server.enter'),
  'auth.options': read('server.enter'),
  'auth.signOut': command('session.sign-out'),
  'auth.sessions.list': read('session.list'),
  'auth.sessions.end': command('session.end'),
  'auth.sessions.endOthers': command('session.end'),

  'billing.get': read('billing.see'),
  'billing.invoices': read('billing.see', 'changes'),
  'billing.checkout': command('billing.order', 'changes', 'billing.checkout'),
  'billing.portal': command('billing.order', 'changes', 'billing.portal'),
  'billing.refresh': read('billing.see', 'changes'),

  // Asked for by each window, whenever its connection is another: counted there.
  'collab.ticket': read('workspace.see'),

  'disk.condition': read('server.notices'),

  'egress.rules': read('egress.see'),
  'egress.setRules': command('egress.change', 'changes', 'egress.rules'),
  'egress.calls': read('workspace.see'),
  'egress.onCalls': read('workspace.see'),

  'eventWebhooks.list': read('event-webhook.see'),
  'eventWebhooks.create': command('event-webhook.change', 'changes', 'event-webhook.create'),
  'eventWebhooks.update': command('event-webhook.change', 'changes', 'event-webhook.update'),
  'eventWebhooks.rotate': command('event-webhook.change', 'changes', 'event-webhook.rotate'),
  'eventWebhooks.remove': command('event-webhook.change', 'changes', 'event-webhook.remove'),
  'eventWebhooks.deliveries': read('event-webhook.see'),
  'eventWebhooks.resend': command('event-webhook.change', 'webhooks.send', 'event-webhook.resend'),
  'eventWebhooks.test': command('event-webhook.change', 'webhooks.send', 'event-webhook.test'),

  'history.changes': read('workspace.see'),
  'history.versions': read('workspace.see'),
  'history.version': read('workspace.see'),
  'history.restore': command('workspace.restore-file', 'workspaces.drive'),

  'mail.isConfigured': read('server.notices'),
  'mail.overview': read('server.see'),
  'mail.test': command('mail.test', 'webhooks.send'),

  'presence.set': read('presence.set', 'presence.set'),
  'presence.onTeam': read('team.see'),
  'presence.onWorkspace': read('workspace.see'),

  'programs.authorize': command('program.authorize', 'programs.answer'),
  'programs.exchange': read('server.enter', 'programs.begin'),
  'programs.enter': read('server.enter', 'programs.begin'),
  'programs.beginDevice': read('server.enter', 'programs.begin'),
  'programs.pollDevice': read('server.enter', 'programs.poll'),
  'programs.request': read('program.authorize', 'programs.answer'),
  'programs.answer': command('program.authorize', 'programs.answer'),

  'secrets.list': read('secret.see'),
  'secrets.set': command('secret.change', 'changes', 'secret.set'),
  'secrets.grants': command('secret.change', 'changes', 'secret.grants'),
  'secrets.remove': command('secret.change', 'changes', 'secret.remove'),

  'teams.list': read('team.list'),
  'teams.get': read('team.see'),
  'teams.create': command('team.create', 'teams.create'),
  'teams.rename': command('team.rename'),
  'teams.remove': command('team.remove'),
  'teams.leave': command('team.leave'),
  'teams.transfer': command('team.transfer'),
  'teams.members.setRole': command('team.manage', 'changes', 'team.role'),
  'teams.members.remove': command('team.manage', 'changes', 'team.member-remove'),
  'teams.invites.create': command('team.invite', 'teams.invite'),
  'teams.invites.revoke': command('team.invite', 'changes', 'team.invite-revoke'),
  'teams.invitation': read('server.enter', 'teams.join'),
  'teams.accept': command('team.join', 'teams.join'),
  'teams.invitations': read('team.list'),
  'teams.answer': command('team.join'),
  'teams.onChange': read('team.list'),

  'tokens.list': read('token.list'),
  'tokens.create': command('token.create', 'tokens.create'),
  'tokens.revokeOwn': command('token.revoke-own', 'changes', 'token.revoke'),
  'tokens.revoke': command('token.revoke'),

  'usage.mine': read('usage.see'),
  'usage.ofTeam': read('usage.see'),
  'usage.setBudget': command('usage.budget'),
  'workflows.list': read('workflow.see'),
  'workflows.get': read('workflow.see'),
  'workflows.check': read('server.notices', 'changes'),
  'workflows.save': command('workflow.change', 'changes', 'workflow.save'),
  'workflows.remove': command('workflow.change', 'changes', 'workflow.remove'),
  'workflows.renewHook': command('workflow.change', 'changes', 'workflow.renew-hook'),
  'workflows.run': command('workflow.run'),
  'workflows.runs': read('workflow.see'),
  'workflows.runOf': read('workflow.see'),
  'workflows.logs': read('workflow.see'),
  'workflows.onRun': read('workflow.see'),
  'workflows.cancel': command('workflow.run', 'changes', 'workflow.cancel'),
  'workflows.approve': command('workflow.run', 'changes', 'workflow.approve'),
  'workflows.rerun': command('workflow.run', 'changes', 'workflow.rerun'),

  'workspaces.rules': read('server.notices'),
  'workspaces.list': read('workspace.list'),
  'workspaces.get': read('workspace.see'),
  'workspaces.create': command('workspace.create', 'workspaces.create'),
  'workspaces.freeName': read('workspace.suggest-name'),
  'workspaces.start': command('workspace.start', 'workspaces.drive'),
  'workspaces.stop': command('workspace.stop', 'workspaces.drive'),
  'workspaces.restart': command('workspace.restart', 'workspaces.drive'),
  'workspaces.rename': command('workspace.rename'),
  'workspaces.remove': command('workspace.remove'),
  'workspaces.logs': read('workspace.see'),
  'workspaces.stats': read('workspace.see'),
  'workspaces.onChange': read('workspace.list'),
}
