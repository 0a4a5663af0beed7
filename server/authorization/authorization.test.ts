import { expect, test } from 'vitest'
import { ArcError, Scope, TeamId, TokenId, UserId, WorkspaceId } from '@arcx/router'
import type { TokenActor } from '@arcx/router'
import { createLog } from '@arcx/service-kit/log'
import { Authorization } from './authorization.ts'
import type { ActorWithTeams } from './checks.ts'
import { may, onWorkspace, requireMay, requireMayAsk, rightsIn, rightsOver, rightsTo } from './checks.ts'
import { Limits } from './limits.ts'
import { requireListed, routes } from './routes.ts'
import { targetOf } from './target.ts'

const [userId, workspaceId, teamId] = [
  UserId.parse('6f9c2b2e-7d5f-4a53-8a0e-2f5a3b6c1d01'),
  WorkspaceId.parse('6f9c2b2e-7d5f-4a53-8a0e-2f5a3b6c1d02'),
  TeamId.parse('6f9c2b2e-7d5f-4a53-8a0e-2f5a3b6c1d03'),
]
const other = WorkspaceId.parse('6f9c2b2e-7d5f-4a53-8a0e-2f5a3b6c1d04')
const tokenId = TokenId.parse('6f9c2b2e-7d5f-4a53-8a0e-2f5a3b6c1d05')
const own = { id: workspaceId, ownerId: userId, teamId: null, createdById: userId }
const bound: TokenActor = {
  kind: 'user',
  via: 'token',
  userId,
  tokenId,
  login: 'ann',
  name: 'Ann',
  role: 'admin',
  tier: 'team',
  status: 'active',
  scopes: Scope.options,
  workspaceIds: [workspaceId],
  expiresAt: null,
  address: '127.0.0.1',
  requestId: 'test',
}
const codeOf = (work: () => void): string | null => {
  try {
    work()
    return null
  } catch (error) {
    return error instanceof ArcError ? error.code : String(error)
  }
}

test('a token for one workspace changes that one’s rules, and neither its owner’s nor another workspace’s', () => {
  const actor = { ...bound, teams: new Map() }
  expect(codeOf(() => requireMay(actor, 'egress.change', onWorkspace(own)))).toBeNull()
  expect(codeOf(() => requireMay(actor, 'egress.change', { kind: 'self' }))).toBe('forbidden')
  expect(codeOf(() => requireMay(actor, 'egress.see', { kind: 'self' }))).toBe('forbidden')
  expect(codeOf(() => requireMay(actor, 'egress.change', onWorkspace({ ...own, id: other })))).toBe(
    'workspace_not_found',
  )
})

test('a token for certain workspaces administers nothing, whatever its scopes and whoever its person', () => {
  expect(codeOf(() => requireMayAsk(bound, 'server.see'))).toBe('forbidden')
  expect(codeOf(() => requireMayAsk({ ...bound, workspaceIds: null }, 'server.see'))).toBeNull()
  expect(codeOf(() => requireMayAsk({ ...bound, workspaceIds: null, role: 'member' }, 'server.see'))).toBe('forbidden')
})

test('what one is told one may do is what one may do', () => {
  const member: ActorWithTeams = { via: 'session', userId, teams: new Map([[teamId, 'member']]) }
  const shared = { id: workspaceId, ownerId: null, teamId, createdById: null }
  expect(rightsTo(member, shared)).toEqual(['see', 'open', 'exec', 'start', 'stop', 'restart'])
  expect(rightsTo(member, { ...shared, createdById: userId })).toContain('remove')
  expect(rightsTo(member, { ...shared, createdById: userId })).not.toContain('change-secrets')
  expect(rightsTo({ ...member, teams: new Map([[teamId, 'admin']]) }, shared)).toContain('change-rules')
  expect(may(member, 'secret.change', { kind: 'team', teamId })).toBe(false)
  expect(rightsIn(member, teamId, 'viewer')).toEqual(['leave'])
  expect(rightsIn(member, teamId, 'owner')).not.toContain('leave')
  expect(rightsIn({ ...bound, workspaceIds: null, scopes: ['teams:read'] }, teamId, 'owner')).toEqual([])
  const [admin, owner] = [{ may: rightsIn(member, teamId, 'admin') }, { may: rightsIn(member, teamId, 'owner') }]
  expect(rightsOver(member, admin, { userId: tokenId, role: 'member' })).toEqual(['change-role', 'remove'])
  expect(rightsOver(member, owner, { userId: tokenId, role: 'admin' })).toContain('hand-over')
  expect(rightsOver(member, admin, { userId: tokenId, role: 'owner' })).toEqual([])
  expect(rightsOver(member, owner, { userId, role: 'admin' })).toEqual([])
})

test('a route that the table does not name is an error at the start', () => {
  expect(() => requireListed('GET', '/healthz')).not.toThrow()
  expect(() => requireListed(['GET', 'HEAD'], '/auth/local')).not.toThrow()
  expect(() => requireListed('PATCH', '/trpc/:path')).not.toThrow()
  expect(() => requireListed('POST', '/healthz')).toThrow('POST /healthz is not in')
  expect(() => requireListed('GET', '/new')).toThrow('GET /new is not in')
  expect(Object.keys(routes)).toContain('UPGRADE /exec')
})

test('a refused call is recorded with what it was about, cut, whatever came with it', () => {
  expect(targetOf('workspace.rename', { workspaceId, name: 'x'.repeat(500) })).toEqual({
    kind: 'workspace',
    id: workspaceId,
    name: 'x'.repeat(80),
  })
  expect(targetOf('team.member-remove', { teamId, userId })).toEqual({ kind: 'team', id: teamId })
  expect(targetOf('secret.set', { name: 7, workspaceId: {} })).toEqual({ kind: 'secret' })
  expect(targetOf('workspace.create', { teamId, name: 'new' })).toEqual({ kind: 'workspace', name: 'new' })
  expect(targetOf('team.create', { name: 'a\0b' })).toEqual({ kind: 'team', name: 'a\uFFFDb' })
  expect(targetOf('egress.rules', { teamId })).toEqual({ kind: 'team', id: teamId })
  expect(targetOf('egress.rules', {})).toEqual({ kind: 'user' })
  for (const input of [undefined, null, 'text', 7]) expect(targetOf('team.create', input)).toBeUndefined()
})

test('visitors are counted by what a customer is given of addresses: somebody with a whole network is one of them', async () => {
  const authorization = new Authorization({
    unitOfWork: () => Promise.reject(new Error('Nothing is recorded of visitors.')),
    limits: new Limits(),
    log: createLog('test', 'fatal'),
  })
  const begin = (address: string) =>
    authorization.perform(
      {
        path: 'programs.beginDevice',
        actor: null,
        origin: { address, requestId: 'test' },
        input: async () => undefined,
      },
      async () => 'begun',
    )
  for (let host = 1; host <= 20; host += 1) expect(await begin(`2001:db8:1:2::${host.toString(16)}`)).toBe('begun')
  await expect(begin('2001:db8:1:2:ffff::1')).rejects.toMatchObject({ code: 'too_many_requests' })
  expect(await begin('2001:db8:1:3::1')).toBe('begun')
  await authorization.close()
})
