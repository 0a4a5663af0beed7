import { TRPCClientError } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { AppRouter, InvitedRole, TeamId } from '@arcx/router'
import { enterWorkspace } from '@arcx/testing/entry'
import { upgrade } from '@arcx/testing/http'
import { createRunning, startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

let arc: TestOrchestrator
beforeAll(async () => {
  arc = await startTestOrchestrator()
})
afterAll(() => arc?.destroy())

const codeOf = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  return error instanceof TRPCClientError ? (error as TRPCClientError<AppRouter>).data?.arc?.code : error
}

async function crew(
  name: string,
  roles: readonly InvitedRole[] = [],
): Promise<{ owner: Person; teamId: TeamId; members: Person[] }> {
  const [owner, ...members] = await Promise.all([arc.person(), ...roles.map(() => arc.person())])
  const { id: teamId } = await owner.api.teams.create.mutate({ name })
  for (const [index, member] of members.entries()) {
    const { url } = await owner.api.teams.invites.create.mutate({ teamId, role: roles[index] ?? 'member' })
    await member.api.teams.accept.mutate({ code: new URL(url).searchParams.get('code') ?? '' })
  }
  return { owner, teamId, members }
}

/** Gives somebody an identity of GitHub's, as its sign-in would. */
const asGitHub = (person: Person, githubId: number, login: string) =>
  arc.prisma.user.update({ where: { id: person.userId }, data: { githubId: BigInt(githubId), login } })

describe('invitations', () => {
  test('a link shows what it invites to before one is anybody, makes a member of whoever accepts, and then is spent', async () => {
    const { owner, teamId } = await crew('link-team')
    const [first, second] = await Promise.all([arc.person(), arc.person()])
    const { url } = await owner.api.teams.invites.create.mutate({ teamId, role: 'viewer' })
    const code = new URL(url).searchParams.get('code') ?? ''
    const seen = await arc.send(`/trpc/teams.invitation?input=${encodeURIComponent(JSON.stringify({ code }))}`)
    expect(JSON.parse(seen.body.toString())).toMatchObject({
      result: { data: { teamName: 'link-team', role: 'viewer' } },
    })
    expect(await first.api.teams.accept.mutate({ code })).toMatchObject({
      name: 'link-team',
      role: 'viewer',
      memberCount: 2,
    })
    expect(await codeOf(second.api.teams.accept.mutate({ code }))).toBe('invitation_spent')
    expect((await owner.api.teams.get.query({ teamId })).invites).toEqual([])
    expect(await second.api.teams.list.query()).toEqual([])
  })

  test('of twenty at once, a link for three lets in three; whoever is in already uses nothing up', async () => {
    const { owner, teamId } = await crew('rush')
    const { url } = await owner.api.teams.invites.create.mutate({ teamId, maxUses: 3 })
    const code = new URL(url).searchParams.get('code') ?? ''
    await owner.api.teams.accept.mutate({ code })
    const people = await Promise.all(Array.from({ length: 20 }, () => arc.person()))
    const outcomes = await Promise.allSettled(people.map((person) => person.api.teams.accept.mutate({ code })))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    expect((await owner.api.teams.get.query({ teamId })).members).toHaveLength(4)
  })

  test('one by GitHub login is shown to that person alone, whatever the case, and may be declined or accepted', async () => {
    const { owner, teamId } = await crew('by-login')
    const [meant, another, local] = await Promise.all([arc.person(), arc.person(), arc.person()])
    await asGitHub(meant, 41, 'Ada-L')
    await asGitHub(another, 42, 'ada-ll')
    // Somebody who is merely called so at this machine is not whom GitHub calls so.
    await arc.prisma.user.update({ where: { id: local.userId }, data: { login: 'ada-l' } })
    await owner.api.teams.invites.create.mutate({ teamId, login: 'ada-l', role: 'admin' })
    expect(await another.api.teams.invitations.query()).toEqual([])
    expect(await local.api.teams.invitations.query()).toEqual([])
    const [invitation] = await meant.api.teams.invitations.query()
    expect(invitation).toMatchObject({ teamName: 'by-login', role: 'admin' })
    const inviteId = invitation?.id ?? ''
    expect(await codeOf(local.api.teams.answer.mutate({ inviteId: inviteId as never, accept: true }))).toBe(
      'invitation_spent',
    )
    await meant.api.teams.answer.mutate({ inviteId: inviteId as never, accept: false })
    expect(await meant.api.teams.invitations.query()).toEqual([])
    await owner.api.teams.invites.create.mutate({ teamId, login: 'ADA-L', role: 'admin' })
    const [again] = await meant.api.teams.invitations.query()
    expect(await meant.api.teams.answer.mutate({ inviteId: again?.id as never, accept: true })).toMatchObject({
      role: 'admin',
    })
    expect(await codeOf(owner.api.teams.invites.create.mutate({ teamId, login: 'ada-l' }))).toBe('already_member')
  })

  test('whoever joins by a link is not invited by login any more', async () => {
    const { owner, teamId } = await crew('twice-invited')
    const hedy = await arc.person()
    await asGitHub(hedy, 77_001, 'Hedy-L')
    await owner.api.teams.invites.create.mutate({ teamId, login: 'hedy-l', role: 'member' })
    const { url } = await owner.api.teams.invites.create.mutate({ teamId })
    expect(await hedy.api.teams.invitations.query()).toHaveLength(1)
    await hedy.api.teams.accept.mutate({ code: new URL(url).searchParams.get('code') ?? '' })
    expect(await hedy.api.teams.invitations.query()).toEqual([])
    expect((await owner.api.teams.get.query({ teamId })).invites).toEqual([])
  })

  test('one by login is not for a stranger whose own login would match it as a pattern', async () => {
    const { owner, teamId } = await crew('by-pattern')
    const strangers = await Promise.all(
      ['an_b', '%', 'annn%', '_nn-b'].map(async (login, index) => {
        const person = await arc.person()
        await asGitHub(person, 50 + index, login)
        return person
      }),
    )
    const { id: inviteId } = await owner.api.teams.invites.create.mutate({ teamId, login: 'ann-b' })
    await owner.api.teams.invites.create.mutate({ teamId, login: 'annnn' })
    await owner.api.teams.invites.create.mutate({ teamId, login: 'anxb' })
    for (const stranger of strangers) {
      expect(await stranger.api.teams.invitations.query()).toEqual([])
      expect(await codeOf(stranger.api.teams.answer.mutate({ inviteId, accept: true }))).toBe('invitation_spent')
    }
    // Nor is whoever is called so taken for a member who has such a login.
    await arc.prisma.membership.createMany({
      data: strangers.map(({ userId }) => ({ teamId, userId, role: 'member' })),
    })
    await expect(owner.api.teams.invites.create.mutate({ teamId, login: 'ann-b' })).resolves.toMatchObject({
      login: 'ann-b',
    })
  })

  test('the last use of a link is not had twice, by somebody who joins and somebody who signs up at once', async () => {
    const { owner, teamId } = await crew('last-use')
    const person = await arc.person()
    const { id, url } = await owner.api.teams.invites.create.mutate({ teamId })
    const code = new URL(url).searchParams.get('code') ?? ''
    const { joining } = await arc.prisma.$transaction(async ({ teamInvite }) => {
      // As a sign-up takes it, before that is done.
      await teamInvite.update({ where: { id }, data: { uses: { increment: 1 } } })
      const joining = codeOf(person.api.teams.accept.mutate({ code }))
      await vi.waitFor(
        async () =>
          expect(
            await arc.prisma.$queryRaw`
              SELECT 1 FROM pg_stat_activity
              WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%"TeamInvite"%'`,
          ).toHaveLength(1),
        { timeout: 10_000 },
      )
      return { joining }
    })
    expect(await joining).toBe('invitation_spent')
    expect((await owner.api.teams.get.query({ teamId })).members).toHaveLength(1)
  })

  test('a revoked one and an expired one are spent', async () => {
    const { owner, teamId } = await crew('withdrawn')
    const person = await arc.person()
    const [revoked, expired] = await Promise.all([
      owner.api.teams.invites.create.mutate({ teamId }),
      owner.api.teams.invites.create.mutate({ teamId }),
    ])
    await owner.api.teams.invites.revoke.mutate({ teamId, inviteId: revoked.id })
    await arc.prisma.teamInvite.update({ where: { id: expired.id }, data: { expiresAt: new Date(Date.now() - 1000) } })
    for (const { url } of [revoked, expired])
      expect(await codeOf(person.api.teams.accept.mutate({ code: new URL(url).searchParams.get('code') ?? '' }))).toBe(
        'invitation_spent',
      )
  })
})

describe('roles', () => {
  const operations = [
    'get',
    'rename',
    'remove',
    'invite',
    'revoke',
    'setRole',
    'removeMember',
    'transfer',
    'leave',
  ] as const
  type Operation = (typeof operations)[number]
  const [Y, N, S, H] = ['ok', 'forbidden', 'owner_stays', 'team_not_found'] as const
  const expected: Readonly<Record<string, Readonly<Record<Operation, string>>>> = {
    owner: { get: Y, rename: Y, remove: Y, invite: Y, revoke: Y, setRole: Y, removeMember: Y, transfer: Y, leave: S },
    admin: { get: Y, rename: N, remove: N, invite: Y, revoke: Y, setRole: Y, removeMember: Y, transfer: N, leave: Y },
    member: { get: Y, rename: N, remove: N, invite: N, revoke: N, setRole: N, removeMember: N, transfer: N, leave: Y },
    viewer: { get: Y, rename: N, remove: N, invite: N, revoke: N, setRole: N, removeMember: N, transfer: N, leave: Y },
    stranger: {
      get: H,
      rename: H,
      remove: H,
      invite: H,
      revoke: H,
      setRole: H,
      removeMember: H,
      transfer: H,
      leave: H,
    },
  }

  test.each(Object.keys(expected).flatMap((role) => operations.map((operation) => ({ role, operation }))))(
    '$role, $operation',
    async ({ role, operation }) => {
      const name = `t-${role}-${operation.toLowerCase()}`
      const { owner, teamId, members } = await crew(name, ['admin', 'member', 'viewer', 'member'])
      const [admin, member, viewer, other] = members
      const person =
        role === 'owner'
          ? owner
          : role === 'admin'
            ? admin
            : role === 'member'
              ? member
              : role === 'viewer'
                ? viewer
                : await arc.person()
      if (person === undefined || other === undefined) throw new Error('Nobody is there.')
      const { id: inviteId } = await owner.api.teams.invites.create.mutate({ teamId })
      const userId = other.userId
      const { teams } = person.api
      const work: Record<Operation, () => Promise<unknown>> = {
        get: () => teams.get.query({ teamId }),
        rename: () => teams.rename.mutate({ teamId, name: `${name}-2` }),
        remove: () => teams.remove.mutate({ teamId }),
        invite: () => teams.invites.create.mutate({ teamId }),
        revoke: () => teams.invites.revoke.mutate({ teamId, inviteId }),
        setRole: () => teams.members.setRole.mutate({ teamId, userId, role: 'viewer' }),
        removeMember: () => teams.members.remove.mutate({ teamId, userId }),
        transfer: () => teams.transfer.mutate({ teamId, userId }),
        leave: () => teams.leave.mutate({ teamId }),
      }
      const before = await owner.api.teams.get.query({ teamId })
      const verdict = (await codeOf(work[operation]())) ?? 'ok'
      expect(verdict).toBe(expected[role]?.[operation])
      if (verdict !== 'ok') expect(await owner.api.teams.get.query({ teamId })).toEqual(before)
    },
  )

  test('a team always keeps one owner: whoever it is cannot be removed, demoted or leave, and two transfers at once leave one', async () => {
    const { owner, teamId, members } = await crew('one-owner', ['admin', 'member'])
    const [admin, member] = members
    if (admin === undefined || member === undefined) throw new Error('Nobody is there.')
    expect(await codeOf(admin.api.teams.members.remove.mutate({ teamId, userId: owner.userId }))).toBe('owner_stays')
    expect(await codeOf(admin.api.teams.members.setRole.mutate({ teamId, userId: owner.userId, role: 'viewer' }))).toBe(
      'owner_stays',
    )
    await Promise.allSettled([
      owner.api.teams.transfer.mutate({ teamId, userId: admin.userId }),
      owner.api.teams.transfer.mutate({ teamId, userId: member.userId }),
    ])
    const roles = (await owner.api.teams.get.query({ teamId })).members.map(({ role }) => role)
    expect(roles.filter((role) => role === 'owner')).toHaveLength(1)
    expect(roles).toHaveLength(3)
  })

  test('two admins who remove each other at once: one of them is still there', async () => {
    const { owner, teamId, members } = await crew('duel', ['admin', 'admin'])
    const [one, two] = members
    if (one === undefined || two === undefined) throw new Error('Nobody is there.')
    const outcomes = await Promise.allSettled([
      one.api.teams.members.remove.mutate({ teamId, userId: two.userId }),
      two.api.teams.members.remove.mutate({ teamId, userId: one.userId }),
    ])
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await owner.api.teams.get.query({ teamId })).members).toHaveLength(2)
  })
})

describe('what belongs to a team', () => {
  test('whoever has just made it can use it at once', async () => {
    const person = await arc.person()
    await person.api.workspaces.list.query()
    const { id: teamId } = await person.api.teams.create.mutate({ name: 'at-once' })
    expect(await person.api.workspaces.create.mutate({ name: 'first-of-it', teamId })).toMatchObject({
      teamId,
      ownerId: null,
    })
  })

  test('its workspaces count for its owner, whoever makes them', async () => {
    const owner = await arc.person('free')
    const member = await arc.person()
    const { id: teamId } = await owner.api.teams.create.mutate({ name: 'frugal' })
    const { url } = await owner.api.teams.invites.create.mutate({ teamId })
    await member.api.teams.accept.mutate({ code: new URL(url).searchParams.get('code') ?? '' })
    await member.api.workspaces.create.mutate({ name: 'the-only-one', teamId })
    expect(await codeOf(member.api.workspaces.create.mutate({ name: 'one-more', teamId }))).toBe(
      'workspace_limit_reached',
    )
    expect(await codeOf(owner.api.workspaces.create.mutate({ name: 'one-more' }))).toBe('workspace_limit_reached')
    await member.api.workspaces.create.mutate({ name: 'of-my-own' })
  })

  test('a member sees the team’s workspaces come and go live, and none of another’s', async () => {
    const { owner, teamId, members } = await crew('live-team', ['viewer'])
    const [viewer] = members
    if (viewer === undefined) throw new Error('Nobody is there.')
    const live = viewer.live()
    const seen: string[] = []
    live.api.workspaces.onChange.subscribe(undefined, {
      onData({ data }) {
        if (data.type === 'changed') seen.push(`changed ${data.workspace.name}`)
        else if (data.type === 'removed') seen.push('removed')
        else seen.push(`snapshot ${data.workspaces.map(({ name }) => name).join()}`)
      },
    })
    // A second one where what made them a member is told only now.
    await vi.waitFor(() => expect(seen[0]).toBe('snapshot '), { timeout: 20_000 })
    await owner.api.workspaces.create.mutate({ name: 'for-myself' })
    await owner.api.workspaces.create.mutate({ name: 'for-us', teamId })
    await vi.waitFor(() => expect(seen).toContain('changed for-us'), { timeout: 20_000 })
    await owner.api.teams.members.remove.mutate({ teamId, userId: viewer.userId })
    await vi.waitFor(() => expect(seen.at(-1)).toBe('snapshot '), { timeout: 20_000 })
    expect(seen.join()).not.toContain('for-myself')
    await live.close()
  })

  test('removing a member, or making them a viewer, ends their open connections within 2 s and leaves the others’', async () => {
    const { owner, teamId, members } = await crew('cut-off-team', ['member', 'member'])
    const [removed, demoted] = members
    if (removed === undefined || demoted === undefined) throw new Error('Nobody is there.')
    const { id, name } = await createRunning(owner, 'cut-here')
    await arc.prisma.workspace.update({ where: { id }, data: { ownerId: null, teamId } })
    const origin = `http://${name}.localhost:${arc.port}`
    const open = async (person: Person) => {
      const cookie = await enterWorkspace(arc, person, name)
      const query = new URLSearchParams({
        reconnectionToken: crypto.randomUUID(),
        reconnection: 'false',
        skipWebSocketFrames: 'false',
      })
      const { status, socket } = await upgrade(arc.port, `/?${query}`, {
        host: `${name}.localhost:${arc.port}`,
        cookie,
        origin,
      })
      if (status !== 101 || socket === null) throw new Error(`The workspace answered ${status}.`)
      return { cookie, socket }
    }
    const [first, second, kept] = [await open(removed), await open(demoted), await open(owner)]
    const logs = removed.live()
    const ended = new Promise<unknown>((resolve) =>
      logs.api.workspaces.logs.subscribe({ workspaceId: id }, { onError: resolve }),
    )
    await removed.api.workspaces.get.query({ workspaceId: id })

    await owner.api.teams.members.remove.mutate({ teamId, userId: removed.userId })
    await vi.waitFor(() => expect(first.socket.destroyed).toBe(true), { timeout: 2000 })
    expect(await ended).toBeInstanceOf(TRPCClientError)
    await owner.api.teams.members.setRole.mutate({ teamId, userId: demoted.userId, role: 'viewer' })
    await vi.waitFor(() => expect(second.socket.destroyed).toBe(true), { timeout: 2000 })
    expect(kept.socket.destroyed).toBe(false)
    for (const { cookie } of [first, second]) {
      const answer = await upgrade(arc.port, '/', { host: `${name}.localhost:${arc.port}`, cookie, origin })
      expect(answer.status).toBeGreaterThanOrEqual(400)
    }
    expect(await codeOf(removed.api.workspaces.get.query({ workspaceId: id }))).toBe('workspace_not_found')
    kept.socket.destroy()
    await logs.close()
  })

  test('a deleted team is shut at once and goes with its workspaces, also when it is cut off midway', async () => {
    const { owner, teamId, members } = await crew('doomed', ['member'])
    await owner.api.workspaces.create.mutate({ name: 'doomed-too', teamId })
    await owner.api.teams.remove.mutate({ teamId })
    expect(await members[0]?.api.teams.list.query()).toEqual([])
    expect(await codeOf(owner.api.workspaces.create.mutate({ name: 'too-late', teamId }))).toBe('team_not_found')
    await arc.kill()
    await arc.start()
    await vi.waitFor(async () => expect(await arc.prisma.team.findMany({ where: { id: teamId } })).toEqual([]), {
      timeout: 30_000,
    })
    expect(await arc.prisma.workspace.findMany({ where: { name: 'doomed-too' } })).toEqual([])
    const actions = await arc.prisma.auditEntry.findMany({ where: { targetId: teamId }, orderBy: { id: 'asc' } })
    expect(actions.map(({ action }) => action).slice(-2)).toEqual(['team.remove', 'team.removed'])
  })

  test('whoever leaves the server hands their teams to the eldest admin; one without anybody else goes with them', async () => {
    const { owner, teamId, members } = await crew('handed-over', ['member', 'admin', 'viewer'])
    const alone = await owner.api.teams.create.mutate({ name: 'alone-team' })
    const { login } = (await owner.api.auth.me.query()) ?? { login: '' }
    await owner.api.account.remove.mutate({ login })
    const heir = members[1]
    const team = await heir?.api.teams.get.query({ teamId })
    expect(team?.role).toBe('owner')
    expect(team?.members.map(({ userId }) => userId)).not.toContain(owner.userId)
    await vi.waitFor(
      async () => {
        expect(await arc.prisma.team.findMany({ where: { id: alone.id } })).toEqual([])
        expect(await arc.prisma.user.findMany({ where: { id: owner.userId } })).toEqual([])
      },
      { timeout: 30_000 },
    )
  })
})

test('names follow the rules of workspaces’ names, are one team’s alone, and a refusal proposes a free one', async () => {
  const person = await arc.person()
  await person.api.teams.create.mutate({ name: 'taken-team' })
  const refusal = async (name: string) => {
    const error: unknown = await person.api.teams.create.mutate({ name }).catch((reason: unknown) => reason)
    return error instanceof TRPCClientError ? (error as TRPCClientError<AppRouter>).data?.arc : null
  }
  expect(await refusal('taken-team')).toMatchObject({
    code: 'team_name_taken',
    details: { suggestion: 'taken-team-2' },
  })
  expect(await refusal('Not OK')).toMatchObject({ code: 'team_name_invalid', details: { suggestion: 'not-ok' } })
  expect(await refusal('admin')).toMatchObject({ code: 'team_name_invalid' })
})

test('a token needs the scope for teams, and one that is for certain workspaces gets none', async () => {
  const person = await arc.person()
  const { id } = await person.api.workspaces.create.mutate({ name: 'token-target' })
  const status = async (scopes: never[], path: string, workspaceIds: never = null as never) => {
    const { token } = await person.api.tokens.create.mutate({ name: 'x', scopes, workspaceIds })
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    return (
      await (path === 'teams.list'
        ? arc.send(`/trpc/${path}`, { headers })
        : arc.send(`/trpc/${path}`, {
            method: 'POST',
            headers,
            body: JSON.stringify({ name: `tk-${crypto.randomUUID().slice(0, 8)}` }),
          }))
    ).status
  }
  expect(await status(['workspaces:write'] as never[], 'teams.list')).toBe(403)
  expect(await status(['teams:read'] as never[], 'teams.list')).toBe(200)
  expect(await status(['teams:read'] as never[], 'teams.create')).toBe(403)
  expect(await status(['teams:write'] as never[], 'teams.create')).toBe(200)
  expect(await status(['teams:write'] as never[], 'teams.list', [id] as never)).toBe(403)
})
