import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import type { TRPCClient } from '@trpc/client'
import type { AppRouter, Tier } from '@arcx/router'
import { startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

let arc: TestOrchestrator
let admin: TRPCClient<AppRouter>
beforeAll(async () => {
  arc = await startTestOrchestrator()
  const headers = { authorization: `Bearer ${arc.adminToken}` }
  admin = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${arc.origin}/trpc`, headers })] })
})
afterAll(() => arc?.destroy())

const refusal = async (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    () => 'done',
    (error: { data?: { arc?: { code: string; details: object } } }) =>
      `${error.data?.arc?.code} ${JSON.stringify(error.data?.arc?.details)}`,
  )
const limit = (tier: Tier, workspaces: number, members = 500) =>
  admin.admin.tiers.update.mutate({ tier, workspaces, members })
const create = (person: Person, name: string, teamId?: string) =>
  person.api.workspaces.create.mutate({ name, ...(teamId === undefined ? {} : { teamId: teamId as never }) })

test('what each plan holds is as it was in code, until an administrator changes it; the change is recorded', async () => {
  expect(await admin.admin.tiers.list.query()).toEqual([
    { tier: 'free', workspaces: 1, members: 500 },
    { tier: 'pro', workspaces: 5, members: 500 },
    { tier: 'team', workspaces: 20, members: 500 },
  ])
  await limit('pro', 2)
  expect((await admin.admin.tiers.list.query())[1]).toEqual({ tier: 'pro', workspaces: 2, members: 500 })
  expect(await arc.prisma.auditEntry.findFirst({ where: { action: 'tier.update' } })).toMatchObject({
    targetId: 'pro',
    outcome: 'ok',
  })
  const person = await arc.person('pro')
  await create(person, 'tiers-one')
  await create(person, 'tiers-two')
  expect(await refusal(create(person, 'tiers-three'))).toBe('workspace_limit_reached {"limit":2,"tier":"pro"}')
  await limit('pro', 5)
})

test('a lowered limit stops nothing that runs, and starts no more than it holds', async () => {
  const person = await arc.person('pro')
  const [first, second] = [await create(person, 'lower-one'), await create(person, 'lower-two')]
  await untilState(person, first.id, 'running')
  await untilState(person, second.id, 'running')
  await limit('pro', 1)
  try {
    await person.api.workspaces.restart.mutate({ workspaceId: first.id })
    await untilState(person, first.id, 'running')
    expect((await person.api.workspaces.get.query({ workspaceId: second.id })).state).toBe('running')
    await person.api.workspaces.stop.mutate({ workspaceId: second.id })
    await untilState(person, second.id, 'stopped')
    for (const again of [person.api.workspaces.start, person.api.workspaces.restart])
      expect(await refusal(again.mutate({ workspaceId: second.id }))).toBe(
        'running_limit_reached {"limit":1,"tier":"pro"}',
      )
    expect((await person.api.workspaces.get.query({ workspaceId: second.id })).state).toBe('stopped')
    await person.api.workspaces.stop.mutate({ workspaceId: first.id })
    await untilState(person, first.id, 'stopped')
    await person.api.workspaces.start.mutate({ workspaceId: second.id })
    await untilState(person, second.id, 'running')
  } finally {
    await limit('pro', 5)
  }
})

test('a team with a plan of its own counts for itself, and without one for its owner', async () => {
  const owner = await arc.person('free')
  const team = await owner.api.teams.create.mutate({ name: 'tier-team' })
  await create(owner, 'of-owner')
  expect(await refusal(create(owner, 'of-team', team.id))).toBe('workspace_limit_reached {"limit":1,"tier":"free"}')
  await admin.admin.teams.setTier.mutate({ teamId: team.id, tier: 'pro' })
  await create(owner, 'of-team', team.id)
  expect(await admin.admin.teams.list.query({ search: 'tier-t' })).toMatchObject([
    { name: 'tier-team', tier: 'pro', members: 1, workspaces: 1 },
  ])
  expect(await refusal(create(owner, 'of-owner-two'))).toBe('workspace_limit_reached {"limit":1,"tier":"free"}')
  await admin.admin.teams.setTier.mutate({ teamId: team.id, tier: null })
  expect(await refusal(create(owner, 'of-team-two', team.id))).toContain('workspace_limit_reached')
  const actions = await arc.prisma.auditEntry.findMany({
    where: { targetId: team.id, action: { startsWith: 'team.tier' } },
  })
  expect(actions.map(({ action }) => action).toSorted()).toEqual(['team.tier-none', 'team.tier-pro'])
})

test('nobody joins a team that has as many members as its plan holds', async () => {
  const owner = await arc.person('pro')
  const team = await owner.api.teams.create.mutate({ name: 'small-team' })
  const { url } = await owner.api.teams.invites.create.mutate({ teamId: team.id, role: 'member', maxUses: 5 })
  const code = new URL(url).searchParams.get('code') ?? ''
  const [first, second] = [await arc.person(), await arc.person()]
  await limit('pro', 5, 2)
  await first.api.teams.accept.mutate({ code })
  expect(await refusal(second.api.teams.accept.mutate({ code }))).toBe('team_full {"limit":2}')
  await limit('pro', 5)
  await second.api.teams.accept.mutate({ code })
})
