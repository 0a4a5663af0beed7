import { randomUUID } from 'node:crypto'
import { TRPCClientError } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import type { AppRouter, Scope, TeamId, TeamRole } from '@arcx/router'
import { enterWorkspace } from '@arcx/testing/entry'
import { send } from '@arcx/testing/http'
import { createRunning, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

/**
 * Who may do what, against the running server: `yes`, `no` (told so), or `hidden` (as if it were not there). It is
 * written here once more, in full and apart from the server's own table, so that neither changes unnoticed.
 */
const operations = ['see', 'list', 'logs', 'open', 'create', 'start', 'stop', 'restart', 'rename', 'remove'] as const
type Operation = (typeof operations)[number]
type Verdict = 'yes' | 'no' | 'hidden'
const roles = [
  'own',
  'team owner',
  'team admin',
  'team member who made it',
  'team member',
  'team viewer',
  'former member',
  'stranger',
  'server admin',
] as const
type Who = (typeof roles)[number]

const [Y, N, H] = ['yes', 'no', 'hidden'] as const
const expected: Readonly<Record<Who, Readonly<Record<Operation, Verdict>>>> = {
  own: /*                     */ {
    see: Y,
    list: Y,
    logs: Y,
    open: Y,
    create: Y,
    start: Y,
    stop: Y,
    restart: Y,
    rename: Y,
    remove: Y,
  },
  'team owner': /*            */ {
    see: Y,
    list: Y,
    logs: Y,
    open: Y,
    create: Y,
    start: Y,
    stop: Y,
    restart: Y,
    rename: Y,
    remove: Y,
  },
  'team admin': /*            */ {
    see: Y,
    list: Y,
    logs: Y,
    open: Y,
    create: Y,
    start: Y,
    stop: Y,
    restart: Y,
    rename: Y,
    remove: Y,
  },
  'team member who made it': {
    see: Y,
    list: Y,
    logs: Y,
    open: Y,
    create: Y,
    start: Y,
    stop: Y,
    restart: Y,
    rename: Y,
    remove: Y,
  },
  'team member': /*           */ {
    see: Y,
    list: Y,
    logs: Y,
    open: Y,
    create: Y,
    start: Y,
    stop: Y,
    restart: Y,
    rename: N,
    remove: N,
  },
  'team viewer': /*           */ {
    see: Y,
    list: Y,
    logs: Y,
    open: N,
    create: N,
    start: N,
    stop: N,
    restart: N,
    rename: N,
    remove: N,
  },
  'former member': /*         */ {
    see: H,
    list: H,
    logs: H,
    open: H,
    create: H,
    start: H,
    stop: H,
    restart: H,
    rename: H,
    remove: H,
  },
  stranger: /*                */ {
    see: H,
    list: H,
    logs: H,
    open: H,
    create: H,
    start: H,
    stop: H,
    restart: H,
    rename: H,
    remove: H,
  },
  // Whoever runs the server has procedures of their own for that, which are recorded as such.
  'server admin': /*          */ {
    see: H,
    list: H,
    logs: H,
    open: H,
    create: H,
    start: H,
    stop: H,
    restart: H,
    rename: H,
    remove: H,
  },
}

let arc: TestOrchestrator
let teamId: TeamId
const people = new Map<Who, Person>()
const rows = new Map<Who, { readonly id: WorkspaceId; readonly name: string; readonly teamId: TeamId | null }>()

beforeAll(async () => {
  arc = await startTestOrchestrator()
  for (const who of roles) people.set(who, await arc.person())
  const owner = personOf('team owner')
  teamId = (await owner.api.teams.create.mutate({ name: 'crew' })).id
  const join = (who: Who, role: Exclude<TeamRole, 'owner'>) =>
    arc.prisma.membership.create({ data: { teamId, userId: personOf(who).userId, role } })
  await Promise.all([
    join('team admin', 'admin'),
    join('team member who made it', 'member'),
    join('team member', 'member'),
    join('team viewer', 'viewer'),
    join('former member', 'member'),
  ])
  await owner.api.teams.members.remove.mutate({ teamId, userId: personOf('former member').userId })
  await arc.prisma.user.update({ where: { id: personOf('server admin').userId }, data: { role: 'admin' } })
  const shared = await createRunning(owner, 'shared-thing')
  const own = await createRunning(personOf('own'), 'own-thing')
  // The team's, made by the one member; the engine's side of it is the same.
  await arc.prisma.workspace.update({
    where: { id: shared.id },
    data: { ownerId: null, teamId, createdById: personOf('team member who made it').userId },
  })
  for (const who of roles)
    rows.set(
      who,
      who === 'own' ? { id: own.id, name: own.name, teamId: null } : { id: shared.id, name: shared.name, teamId },
    )
})
afterAll(() => arc?.destroy())

function personOf(who: Who): Person {
  const person = people.get(who)
  if (person === undefined) throw new Error(`${who} has not come yet.`)
  return person
}

const codeOf = (error: unknown) =>
  error instanceof TRPCClientError
    ? ((error as TRPCClientError<AppRouter>).data?.arc?.code ?? error.message)
    : String(error)

async function verdictOf(work: () => Promise<unknown>): Promise<Verdict> {
  try {
    await work()
    return 'yes'
  } catch (error) {
    const code = codeOf(error)
    if (code === 'forbidden') return 'no'
    if (code === 'workspace_not_found' || code === 'team_not_found') return 'hidden'
    throw error
  }
}

/** A stopped one like the one meant, to be renamed or removed. */
async function spare(who: Who): Promise<WorkspaceId> {
  const id = WorkspaceId.parse(randomUUID())
  const team = rows.get(who)?.teamId ?? null
  const createdById = personOf(who === 'own' ? 'own' : 'team member who made it').userId
  await arc.prisma.workspace.create({
    data: {
      id,
      ownerId: team === null ? personOf('own').userId : null,
      teamId: team,
      createdById,
      name: `spare-${id.slice(0, 8)}`,
      state: 'stopped',
      step: null,
      reason: null,
    },
  })
  return id
}

async function attempt(who: Who, operation: Operation): Promise<Verdict> {
  const person = personOf(who)
  const row = rows.get(who)
  if (row === undefined) throw new Error('It has not been made yet.')
  const { id: workspaceId, name } = row
  const { api } = person
  switch (operation) {
    case 'see':
      return verdictOf(() => api.workspaces.get.query({ workspaceId }))
    case 'list':
      return (await api.workspaces.list.query()).some(({ id }) => id === workspaceId) ? 'yes' : 'hidden'
    case 'logs': {
      const live = person.live()
      try {
        return await verdictOf(
          () =>
            new Promise((resolve, reject) =>
              live.api.workspaces.logs.subscribe({ workspaceId }, { onData: resolve, onError: reject }),
            ),
        )
      } finally {
        await live.close()
      }
    }
    case 'open': {
      const cookie = await enterWorkspace(arc, person, name).catch(() => '')
      const host = `${name}.localhost:${arc.port}`
      if (cookie !== '' && cookie !== 'arc_workspace=')
        return (await send(arc.port, '/healthz', { headers: { host, cookie } })).status === 200 ? 'yes' : 'no'
      const code = await api.workspaces.get.query({ workspaceId }).then(
        () => 'no' as const,
        () => 'hidden' as const,
      )
      return code
    }
    case 'create':
      return verdictOf(async () => {
        const made = await api.workspaces.create.mutate({
          name: `made-${randomUUID().slice(0, 8)}`,
          teamId: row.teamId,
        })
        await arc.prisma.workspace.update({ where: { id: made.id }, data: { state: 'deleting' } })
      })
    case 'start':
    case 'stop':
    case 'restart':
      return verdictOf(() => api.workspaces[operation].mutate({ workspaceId }))
    case 'rename': {
      const meant = await spare(who)
      return verdictOf(() => api.workspaces.rename.mutate({ workspaceId: meant, name: `renamed-${meant.slice(0, 8)}` }))
    }
    case 'remove': {
      const meant = await spare(who)
      return verdictOf(() => api.workspaces.remove.mutate({ workspaceId: meant }))
    }
  }
}

// One after the other, each from a running workspace: what one cell does must not decide another.
describe.each(roles)('%s', (who) => {
  for (const operation of operations) {
    test(`${operation}: ${expected[who][operation]}`, async () => {
      const holder = personOf(who === 'own' ? 'own' : 'team owner')
      const workspaceId = rows.get(who)?.id ?? WorkspaceId.parse('')
      expect(await attempt(who, operation)).toBe(expected[who][operation])
      if (expected[who][operation] !== 'yes')
        expect((await holder.api.workspaces.get.query({ workspaceId })).state).toBe('running')
      if (operation === 'stop' || operation === 'restart') {
        if (operation === 'stop' && expected[who].stop === 'yes') await untilState(holder, workspaceId, 'stopped')
        await holder.api.workspaces.start.mutate({ workspaceId }).catch(() => undefined)
        await untilState(holder, workspaceId, 'running')
      }
    })
  }

  test('is told in `may` just what the table says', async () => {
    const workspaceId = rows.get(who)?.id ?? WorkspaceId.parse('')
    const workspace = await personOf(who)
      .api.workspaces.get.query({ workspaceId })
      .catch(() => null)
    const told = (['see', 'open', 'start', 'stop', 'restart', 'rename', 'remove'] as const).filter((operation) =>
      workspace?.may.includes(operation),
    )
    expect(told).toEqual(
      (['see', 'open', 'start', 'stop', 'restart', 'rename', 'remove'] as const).filter(
        (operation) => expected[who][operation] === 'yes',
      ),
    )
  })
})

const scopes: Readonly<Record<Scope, readonly Operation[]>> = {
  'workspaces:read': ['see', 'list'],
  'workspaces:write': ['see', 'list', 'create', 'start', 'stop', 'restart', 'rename', 'remove'],
  'workspaces:exec': [],
  workflows: [],
  'teams:read': [],
  'teams:write': [],
  tokens: [],
  secrets: [],
  admin: [],
}

test.each(Object.entries(scopes))(
  'a token of its owner with %s alone may do that and no more',
  async (scope, allowed) => {
    const person = personOf('server admin')
    const row = rows.get('own')
    if (row === undefined) throw new Error('It has not been made yet.')
    // The same workspace, for a while theirs.
    await arc.prisma.workspace.update({ where: { id: row.id }, data: { ownerId: person.userId } })
    const { token } = await person.api.tokens.create.mutate({ name: scope, scopes: [scope as Scope] })
    const ask = async (path: string, input: unknown, isQuery = false) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
      const encoded = JSON.stringify(input)
      const answer = await (isQuery
        ? arc.send(`/trpc/${path}?input=${encodeURIComponent(encoded)}`, { headers })
        : arc.send(`/trpc/${path}`, { method: 'POST', headers, body: encoded }))
      return answer.status !== 403
    }
    const workspaceId = row.id
    const spareOne = async () => {
      const id = await spare('own')
      await arc.prisma.workspace.update({ where: { id }, data: { ownerId: person.userId } })
      return id
    }
    const done: Operation[] = []
    if (await ask('workspaces.get', { workspaceId }, true)) done.push('see')
    if (await ask('workspaces.list', undefined, true)) done.push('list')
    if (await ask('workspaces.create', { name: `by-token-${scope.replace(':', '-')}` })) done.push('create')
    for (const operation of ['start', 'stop', 'restart'] as const)
      if (await ask(`workspaces.${operation}`, { workspaceId })) done.push(operation)
    if (await ask('workspaces.rename', { workspaceId: await spareOne(), name: `again-${randomUUID().slice(0, 8)}` }))
      done.push('rename')
    if (await ask('workspaces.remove', { workspaceId: await spareOne() })) done.push('remove')
    expect(done).toEqual(allowed)
    await arc.prisma.workspace.update({ where: { id: row.id }, data: { ownerId: personOf('own').userId } })
  },
)
