import { randomUUID } from 'node:crypto'
import { Scope, TeamId, WorkspaceId } from '@arcx/router'
import type { TeamRole } from '@arcx/router'
import type { Relation } from '@arcx/server/authorization/rights'
import type { TestOrchestrator } from '../orchestrator.ts'
import type { Person } from '../person.ts'

/** The target of a call: the caller, the server, a team, a workspace of that team, or one of a person. */
export type TargetKind = 'self' | 'server' | 'team' | 'team workspace' | 'own workspace'

/** A caller, and its relations to whatever a call may be about. */
export interface TestedActor {
  readonly name: string
  readonly headers: Readonly<Record<string, string>>
  readonly via: 'nobody' | 'session' | 'token' | 'admin token'
  readonly scopes: readonly Scope[]
  /** Where a token is for certain workspaces: those, and whether they are the ones asked about. */
  readonly bound: { readonly to: readonly WorkspaceId[]; readonly here: boolean } | null
  readonly relations: Readonly<Record<TargetKind, readonly Relation[]>>
}

export interface RightsFixture {
  readonly arc: TestOrchestrator
  readonly teamId: TeamId
  readonly teamWorkspace: WorkspaceId
  readonly ownWorkspace: WorkspaceId
  readonly actors: readonly TestedActor[]
  /** A workspace like the two, in a state that nothing drives on. */
  spare(about: 'team workspace' | 'own workspace', state: 'stopping' | 'stopped'): Promise<WorkspaceId>
  /** One of the two, put into such a state. */
  put(id: WorkspaceId, state: 'stopping' | 'stopped'): Promise<WorkspaceId>
  /** A team with the same members. */
  spareTeam(): Promise<TeamId>
  /** A secret of the team's, or of the person's who owns the workspace. */
  spareSecret(of: 'team' | 'person'): Promise<string>
  /** A webhook endpoint of either’s, that is off: nothing is sent there. */
  spareEndpoint(of: 'team' | 'person'): Promise<string>
  spareEventDelivery(of: 'team' | 'person'): Promise<string>
  /** A workflow of the team's, and a run of it that has ended. */
  spareWorkflow(): Promise<{ readonly workflowId: string; readonly runId: string }>
}

const nothing = { self: [], server: [], team: [], 'team workspace': [], 'own workspace': [] } as const
const inBrowser = (arc: TestOrchestrator, { cookie }: Person) => ({ cookie, origin: arc.origin })

/** A team with somebody in each role, its workspace, a person's workspace, and everybody who may ask about them. */
export async function everyActor(arc: TestOrchestrator): Promise<RightsFixture> {
  const { prisma } = arc
  const names = ['everything', 'viewer', 'member', 'creator', 'admin', 'stranger', 'waiting', 'runs'] as const
  const people = Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await arc.person()] as const)),
  ) as Record<(typeof names)[number], Person>
  const { everything } = people
  await prisma.user.updateMany({
    where: { id: { in: [everything.userId, people.runs.userId] } },
    data: { role: 'admin' },
  })
  await prisma.user.update({ where: { id: people.waiting.userId }, data: { status: 'waiting_payment' } })
  const roles: readonly (readonly [Person, TeamRole])[] = [
    [everything, 'owner'],
    [people.viewer, 'viewer'],
    [people.member, 'member'],
    [people.creator, 'member'],
    [people.admin, 'admin'],
  ]

  async function spareTeam(): Promise<TeamId> {
    const id = TeamId.parse(randomUUID())
    await prisma.team.create({ data: { id, name: `team-${id.slice(0, 8)}` } })
    await prisma.membership.createMany({ data: roles.map(([{ userId }, role]) => ({ teamId: id, userId, role })) })
    return id
  }
  const teamId = await spareTeam()

  async function spare(about: 'team workspace' | 'own workspace', state: 'stopping' | 'stopped'): Promise<WorkspaceId> {
    const id = WorkspaceId.parse(randomUUID())
    const belongs = about === 'own workspace' ? { ownerId: everything.userId, teamId: null } : { ownerId: null, teamId }
    await prisma.workspace.create({
      data: {
        id,
        ...belongs,
        createdById: about === 'own workspace' ? everything.userId : people.creator.userId,
        name: `spare-${id.slice(0, 8)}`,
        state,
      },
    })
    return id
  }
  const [teamWorkspace, ownWorkspace, otherWorkspace] = await Promise.all([
    spare('team workspace', 'stopped'),
    spare('own workspace', 'stopped'),
    spare('own workspace', 'stopped'),
  ])
  // The stranger has a team of their own.
  await people.stranger.api.teams.create.mutate({ name: `other-${randomUUID().slice(0, 8)}` })

  async function put(id: WorkspaceId, state: 'stopping' | 'stopped'): Promise<WorkspaceId> {
    await prisma.workspace.update({ where: { id }, data: { state } })
    return id
  }

  async function spareSecret(of: 'team' | 'person'): Promise<string> {
    const id = randomUUID()
    await prisma.secret.create({
      data: {
        id,
        ownerId: of === 'person' ? everything.userId : null,
        teamId: of === 'team' ? teamId : null,
        workspaceId: null,
        name: `KEY_${id.slice(0, 8).toUpperCase()}`,
        sealed: Buffer.from(id),
        placeholder: `placeholder-${id}`,
        hosts: ['api.example.com'],
      },
    })
    return id
  }

  async function spareEndpoint(of: 'team' | 'person'): Promise<string> {
    const id = randomUUID()
    await prisma.eventEndpoint.create({
      data: {
        id,
        ownerId: of === 'person' ? everything.userId : null,
        teamId: of === 'team' ? teamId : null,
        name: 'An endpoint',
        url: 'https://example.com/',
        format: 'plain',
        events: ['member.joined'],
        sealed: Buffer.from(id),
        offSince: new Date(),
        offBecause: 'owner',
      },
    })
    return id
  }

  async function spareEventDelivery(of: 'team' | 'person'): Promise<string> {
    const id = randomUUID()
    const endpointId = await spareEndpoint(of)
    await prisma.eventDelivery.create({ data: { id, endpointId, event: 'test', body: '{}', state: 'failed' } })
    return id
  }

  async function spareWorkflow() {
    const [workflowId, runId] = [randomUUID(), randomUUID()]
    const source = `name: ${workflowId}\non: {workflow_dispatch: {}}\njobs: {a: {steps: [{uses: wait, with: {seconds: 1}}]}}`
    await prisma.workflow.create({
      data: {
        id: workflowId,
        teamId,
        name: workflowId,
        version: 1,
        lastRun: 1,
        versions: { create: { version: 1, source } },
      },
    })
    await prisma.workflowRun.create({
      data: {
        id: runId,
        workflowId,
        version: 1,
        number: 1,
        state: 'succeeded',
        trigger: 'person',
        event: {},
        inputs: {},
        endedAt: new Date(),
      },
    })
    return { workflowId, runId }
  }

  const all: TestedActor['relations'] = {
    self: ['self', 'administrator'],
    server: ['self', 'administrator'],
    team: ['team-owner'],
    'team workspace': ['team-owner'],
    'own workspace': ['owner'],
  }
  const session = (name: string, person: Person, relations: TestedActor['relations']): TestedActor => ({
    name,
    headers: inBrowser(arc, person),
    via: 'session',
    scopes: [],
    bound: null,
    relations,
  })
  const inTeam = (team: Relation, workspace = team): TestedActor['relations'] => ({
    ...nothing,
    self: ['self'],
    server: ['self'],
    team: [team],
    'team workspace': [workspace],
  })
  const token = async (name: string, scopes: Scope[], bound: TestedActor['bound'] = null): Promise<TestedActor> => {
    const made = await everything.api.tokens.create.mutate({
      name: name.slice(0, 60),
      scopes,
      workspaceIds: bound === null ? null : [...bound.to],
    })
    return { name, headers: { authorization: `Bearer ${made.token}` }, via: 'token', scopes, bound, relations: all }
  }
  const scopes = [...Scope.options]
  const actors: TestedActor[] = [
    {
      name: 'nobody',
      headers: {},
      via: 'nobody',
      scopes: [],
      bound: null,
      relations: { ...nothing, self: ['anonymous'], server: ['anonymous'] },
    },
    session('who waits for payment', people.waiting, { ...nothing, self: ['waiting'], server: ['waiting'] }),
    session('member of another team', people.stranger, { ...nothing, self: ['self'], server: ['self'] }),
    session('server admin', people.runs, {
      ...nothing,
      self: ['self', 'administrator'],
      server: ['self', 'administrator'],
    }),
    session('team viewer', people.viewer, inTeam('team-viewer')),
    session('team member', people.member, inTeam('team-member')),
    session('team member who made it', people.creator, inTeam('team-member', 'team-creator')),
    session('team admin', people.admin, inTeam('team-admin')),
    session('owner of all', everything, all),
    {
      name: 'admin token',
      headers: { authorization: `Bearer ${arc.adminToken}` },
      via: 'admin token',
      scopes: [],
      bound: null,
      relations: { ...nothing, server: ['administrator'] },
    },
  ]
  for (const scope of scopes) actors.push(await token(`token for ${scope}`, [scope]))
  actors.push(
    await token('token for all, bound to another workspace', scopes, { to: [otherWorkspace], here: false }),
    await token('token for all, bound to these workspaces', scopes, { to: [teamWorkspace, ownWorkspace], here: true }),
  )
  return {
    arc,
    teamId,
    teamWorkspace,
    ownWorkspace,
    actors,
    spare,
    put,
    spareTeam,
    spareSecret,
    spareEndpoint,
    spareEventDelivery,
    spareWorkflow,
  }
}
