import { randomUUID } from 'node:crypto'
import { noRules } from '@arcx/router'
import type { ProcedurePath } from '@arcx/server/authorization/procedures'
import type { TargetKind, TestedActor, RightsFixture } from './actors.ts'

export interface Call {
  readonly about: TargetKind
  input?(fixture: RightsFixture, actor: TestedActor): unknown
}

const workspaces = ['team workspace', 'own workspace'] as const
const idOf = (fixture: RightsFixture, about: (typeof workspaces)[number]) =>
  about === 'team workspace' ? fixture.teamWorkspace : fixture.ownWorkspace

/** About either workspace, with what else it takes. */
const onWorkspace = (rest: object = {}): Call[] =>
  workspaces.map((about) => ({ about, input: (fixture) => ({ workspaceId: idOf(fixture, about), ...rest }) }))
/** With one made for it, as it may change. */
const onSpare = (state: 'stopping' | 'stopped', rest: object = {}): Call[] =>
  workspaces.map((about) => ({
    about,
    input: async (fixture, actor) => ({
      // A token that is for these has no right to a new one.
      workspaceId:
        actor.bound === null ? await fixture.spare(about, state) : await fixture.put(idOf(fixture, about), state),
      ...rest,
    }),
  }))
const onTeam = (rest: object = {}): Call[] => [{ about: 'team', input: ({ teamId }) => ({ teamId, ...rest }) }]
const onSpareTeam: Call[] = [{ about: 'team', input: async (fixture) => ({ teamId: await fixture.spareTeam() }) }]
const self = (input?: object): Call[] => [
  input === undefined ? { about: 'self' } : { about: 'self', input: () => input },
]
const server = (input?: () => object): Call[] => [
  input === undefined ? { about: 'server' } : { about: 'server', input },
]
const onOwner = (rest: object = {}): Call[] => [...self(rest), ...onTeam(rest), ...onWorkspace(rest)]
const onSecret = (rest: object = {}): Call[] => [
  { about: 'team', input: async (fixture) => ({ id: await fixture.spareSecret('team'), ...rest }) },
  { about: 'own workspace', input: async (fixture) => ({ id: await fixture.spareSecret('person'), ...rest }) },
]
const onEndpoint = (rest: object = {}): Call[] => [
  { about: 'team', input: async (fixture) => ({ id: await fixture.spareEndpoint('team'), ...rest }) },
  { about: 'own workspace', input: async (fixture) => ({ id: await fixture.spareEndpoint('person'), ...rest }) },
]
const onEventDelivery: Call[] = [
  { about: 'team', input: async (fixture) => ({ id: await fixture.spareEventDelivery('team') }) },
  { about: 'own workspace', input: async (fixture) => ({ id: await fixture.spareEventDelivery('person') }) },
]
const onWorkflow = (rest: object = {}): Call[] => [
  { about: 'team', input: async (fixture) => ({ workflowId: (await fixture.spareWorkflow()).workflowId, ...rest }) },
]
const onRun = (rest: object = {}): Call[] => [
  { about: 'team', input: async (fixture) => ({ runId: (await fixture.spareWorkflow()).runId, ...rest }) },
]
const onAnyWorkspace: Call[] = [
  { about: 'server', input: async (fixture) => ({ workspaceId: await fixture.spare('own workspace', 'stopping') }) },
]
const nobodysUser = () => ({ userId: randomUUID() })
const march = { from: '2026-03-01', to: '2026-03-31' }
const opaque = 'x'.repeat(43)
const program = { kind: 'cli', clientName: 'test', port: 4000, state: opaque, challenge: opaque }
const refusedEndpoint = { name: 'An endpoint', url: 'https://127.0.0.1/', events: ['member.joined'] }
const grants = { hosts: ['api.example.com'], places: [] }

/**
 * A call of each procedure about each thing that it may be about. Who has the right gets through, or is refused for
 * something that is found only behind it (a name that cannot be, somebody who is not there), so that nothing is used up.
 */
export const calls: Readonly<Record<ProcedurePath, readonly Call[]>> = {
  'account.export': self(),
  'account.remove': self({ login: 'not their own' }),
  'admin.overview': server(),
  'admin.workspaces.list': server(),
  'admin.workspaces.start': onAnyWorkspace,
  'admin.workspaces.stop': onAnyWorkspace,
  'admin.workspaces.remove': onAnyWorkspace,
  'admin.invites.list': server(),
  'admin.invites.create': server(() => ({})),
  'admin.invites.revoke': server(() => ({ id: randomUUID() })),
  'admin.webhooks.list': server(),
  'admin.webhooks.replay': server(() => ({ id: randomUUID() })),
  'admin.githubApp.get': server(),
  'admin.githubApp.installations': server(),
  'admin.githubApp.connect': server(() => ({ installationId: 1, team: null })),
  'admin.githubApp.remove': server(),
  'admin.waitlist.list': server(),
  'admin.waitlist.invite': server(() => ({ githubId: 1 })),
  'admin.tiers.list': server(),
  'admin.tiers.update': server(() => ({ tier: 'pro', workspaces: 5, members: 500 })),
  'admin.usage.all': server(() => march),
  'admin.usage.setPrice': server(() => ({ price: null })),
  'admin.billing.list': server(),
  'admin.teams.list': server(),
  'admin.teams.setTier': [{ about: 'server', input: ({ teamId }) => ({ teamId, tier: null }) }],
  'admin.users.list': server(),
  'admin.users.setTier': server(() => ({ ...nobodysUser(), tier: 'pro' })),
  'admin.users.setRole': server(() => ({ ...nobodysUser(), role: 'member' })),
  'admin.users.suspend': server(nobodysUser),
  'admin.users.remove': server(nobodysUser),
  'admin.users.reinstate': server(nobodysUser),
  'announcements.current': self(),
  'announcements.announce': server(() => ({ text: 'Something' })),
  'announcements.end': server(() => ({ id: randomUUID() })),
  'audit.list': server(),
  'audit.verify': server(),
  'auth.me': server(),
  'auth.options': server(),
  'auth.signOut': self(),
  'auth.sessions.list': self(),
  'auth.sessions.end': self({ sessionId: randomUUID() }),
  'auth.sessions.endOthers': self(),
  'billing.get': [...self(), ...onTeam()],
  'billing.invoices': [...self(), ...onTeam()],
  'billing.checkout': [...self({ plan: 'pro' }), ...onTeam({ plan: 'team' })],
  'billing.portal': [...self({}), ...onTeam()],
  'billing.refresh': [...self({}), ...onTeam()],
  'collab.ticket': onWorkspace(),
  'disk.condition': self(),
  'egress.rules': onOwner(),
  'egress.setRules': onOwner(noRules),
  'egress.calls': onWorkspace(),
  'egress.onCalls': onWorkspace(),
  'eventWebhooks.list': [...self(), ...onTeam()],
  'eventWebhooks.create': [...self(refusedEndpoint), ...onTeam(refusedEndpoint)],
  'eventWebhooks.update': onEndpoint({ name: 'Another' }),
  'eventWebhooks.rotate': onEndpoint(),
  'eventWebhooks.remove': onEndpoint(),
  'eventWebhooks.deliveries': onEndpoint(),
  'eventWebhooks.resend': onEventDelivery,
  'eventWebhooks.test': onEndpoint(),
  'history.changes': onWorkspace(),
  'history.versions': onWorkspace({ path: 'a.ts' }),
  'history.version': onWorkspace({ versionId: randomUUID() }),
  'history.restore': onWorkspace({ versionId: randomUUID() }),
  'mail.isConfigured': self(),
  'mail.overview': server(),
  'mail.test': server(() => ({ to: 'somebody@example.com' })),
  'presence.set': [
    ...self({ place: { client: 'web' }, tab: 'a' }),
    ...onWorkspace().map(({ about, input }) => ({
      about,
      input: (fixture: RightsFixture, actor: TestedActor) => ({
        tab: 'a',
        place: { client: 'web', ...(input?.(fixture, actor) as object) },
      }),
    })),
  ],
  'presence.onTeam': onTeam(),
  'presence.onWorkspace': onWorkspace(),
  'programs.authorize': self(program),
  'programs.exchange': server(() => ({ code: opaque, verifier: opaque })),
  'programs.enter': server(() => ({ code: opaque, verifier: opaque, clientName: 'test' })),
  'programs.beginDevice': server(() => ({ clientName: 'test' })),
  'programs.pollDevice': server(() => ({ deviceCode: opaque })),
  'programs.request': self({ userCode: 'BBBB-BBBB' }),
  'programs.answer': self({ userCode: 'BBBB-BBBB', accept: true }),
  'secrets.list': onOwner(),
  'secrets.set': onOwner({ name: 'SET_KEY', value: 'a-value-that-is-long', ...grants }),
  'secrets.grants': onSecret(grants),
  'secrets.remove': onSecret(),
  'teams.list': self(),
  'teams.get': onTeam(),
  'teams.create': self({ name: 'Not A Name' }),
  'teams.rename': onTeam({ name: 'Not A Name' }),
  'teams.remove': onSpareTeam,
  'teams.leave': onSpareTeam,
  'teams.transfer': onTeam(nobodysUser()),
  'teams.members.setRole': onTeam({ ...nobodysUser(), role: 'viewer' }),
  'teams.members.remove': onTeam(nobodysUser()),
  'teams.invites.create': onTeam(),
  'teams.invites.revoke': onTeam({ inviteId: randomUUID() }),
  'teams.invitation': server(() => ({ code: opaque })),
  'teams.accept': self({ code: opaque }),
  'teams.invitations': self(),
  'teams.answer': self({ inviteId: randomUUID(), accept: true }),
  'teams.onChange': self(),
  'tokens.list': self(),
  'tokens.create': [
    {
      about: 'self',
      input: (_ground, actor) => ({ name: 'made', scopes: ['tokens'], workspaceIds: actor.bound?.to ?? null }),
    },
  ],
  'tokens.revokeOwn': self(),
  'tokens.revoke': self({ id: randomUUID() }),
  'usage.mine': self(march),
  'usage.ofTeam': onTeam({ span: march }),
  'usage.setBudget': [...self({ budget: null }), ...onTeam({ budget: null })],
  'workflows.list': [...self({}), ...onTeam()],
  'workflows.get': onWorkflow(),
  'workflows.check': self({ source: 'name: A' }),
  'workflows.save': [...self({ source: 'name: A' }), ...onTeam({ source: 'name: A' })],
  'workflows.remove': onWorkflow(),
  'workflows.renewHook': onWorkflow(),
  'workflows.run': onWorkflow({ inputs: { nothing: 'such' } }),
  'workflows.runs': onWorkflow(),
  'workflows.runOf': onRun(),
  'workflows.logs': onRun(),
  'workflows.onRun': onRun(),
  'workflows.cancel': onRun(),
  'workflows.approve': onRun(),
  'workflows.rerun': onRun(),
  'workspaces.rules': self(),
  'workspaces.list': self(),
  'workspaces.get': onWorkspace(),
  'workspaces.create': [...self({ name: 'Not A Name' }), ...onTeam({ name: 'Not A Name' })],
  'workspaces.freeName': self({ wanted: 'some-name' }),
  'workspaces.start': onSpare('stopping'),
  'workspaces.stop': onSpare('stopped'),
  'workspaces.restart': onSpare('stopping'),
  'workspaces.rename': onWorkspace({ name: 'Not A Name' }),
  'workspaces.remove': onSpare('stopped'),
  'workspaces.logs': onWorkspace({ follow: false }),
  'workspaces.stats': onWorkspace(),
  'workspaces.onChange': self(),
}
