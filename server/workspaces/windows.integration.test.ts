import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { WorkspaceChange } from '@arcx/router'
import type { Census } from '@arcx/testing/census'
import { countedInAll } from '@arcx/testing/counted'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Live, Person } from '@arcx/testing/person'

const windows = 60
const workspaces = 300
const kb = 1024

let arc: TestOrchestrator
let owner: Person
let member: Person
let teamId: string
beforeAll(async () => {
  arc = await startTestOrchestrator({ ...countedInAll, ARC_LOG_LEVEL: 'info' })
  ;[owner, member] = await Promise.all([arc.person(), arc.person()])
  teamId = (await owner.api.teams.create.mutate({ name: 'many-windows' })).id
  await arc.prisma.membership.create({ data: { teamId, userId: member.userId, role: 'member' } })
  // Rows alone: no container is needed to be listed.
  const rows = Array.from({ length: workspaces }, (_, index) => ({
    id: crypto.randomUUID(),
    teamId,
    createdById: owner.userId,
    name: `row-${index}`,
    state: 'stopped' as const,
    step: null,
    reason: null,
  }))
  await arc.prisma.workspace.createMany({ data: rows })
})
afterAll(() => arc?.destroy())

interface Window {
  readonly live: Live
  /** The kinds of what it was told. */
  readonly told: WorkspaceChange['type'][]
}

async function open(count: number): Promise<readonly Window[]> {
  const all = Array.from({ length: count }, (): Window => {
    const [live, told]: [Live, WorkspaceChange['type'][]] = [member.live(), []]
    live.api.workspaces.onChange.subscribe(undefined, { onData: ({ data }) => told.push(data.type) })
    live.api.teams.onChange.subscribe(undefined, {})
    return { live, told }
  })
  await untilTold(all, 'snapshot')
  return all
}

async function untilTold(all: readonly Window[], ...kinds: readonly WorkspaceChange['type'][]): Promise<void> {
  await vi.waitFor(() => expect(new Set(all.map(({ told }) => told.join()))).toEqual(new Set([kinds.join()])), {
    timeout: 30_000,
  })
}

const close = (all: readonly Window[]) => Promise.all(all.map(({ live }) => live.close()))

/** As many signals, loops and sockets as before, and a few of what the server does besides. */
function untilGone(before: Census): Promise<Census> {
  return vi.waitFor(
    async () => {
      const now = await arc.census()
      for (const kind of ['generators', 'targets', 'handles', 'readables'] as const)
        expect(now[kind] - before[kind], kind).toBeLessThan(windows / 4)
      return now
    },
    { timeout: 30_000, interval: 500 },
  )
}

test('a window that waits holds no list; a list for all of somebody’s windows is read and put into words once; when they have gone nothing is left of them', async () => {
  // What is made once is there before it is counted.
  await close(await open(3))
  const before = await arc.census()
  const all = await open(windows)
  const during = await arc.census()
  // The list of one of them alone has more.
  expect((during.heap - before.heap) / windows).toBeLessThan(100 * kb)

  // Once it is 9 to 11 MB; read, and put into words, for each of them it would be over 30 MB.
  await owner.api.teams.members.setRole.mutate({ teamId, userId: member.userId, role: 'admin' })
  await untilTold(all, 'snapshot', 'snapshot')
  const told = await arc.census()
  expect((told.allocated ?? Infinity) - (during.allocated ?? 0)).toBeLessThan(15_000 * kb)
  expect((told.heap - before.heap) / windows).toBeLessThan(100 * kb)

  await close(all)
  const after = await untilGone(before)
  expect((after.heap - before.heap) / windows).toBeLessThan(50 * kb)
})
