import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Workspace } from '@arcx/router'
import { startBus } from '@arcx/testing/bus'
import { createDatabase } from '@arcx/testing/database'
import { send } from '@arcx/testing/http'
import { startTestOrchestrator } from '@arcx/testing/orchestrator'
import type { Copy, TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'

let arc: TestOrchestrator
let copy: Copy
let paused: ChildProcess | undefined
let [owner, member]: Person[] = []
let teamId: string
beforeAll(async () => {
  const [database, bus] = await Promise.all([createDatabase(), startBus()])
  arc = await startTestOrchestrator({}, { database, bus })
  copy = await arc.copy()
  ;[owner, member] = [await arc.person(), await arc.person()]
  teamId = (await people().owner.api.teams.create.mutate({ name: 'team' })).id
  await arc.prisma.membership.create({ data: { teamId, userId: people().member.userId, role: 'member' } })
  for (const [name, whose] of [
    ['own', { ownerId: people().owner.userId }],
    ['shared', { teamId }],
  ] as const)
    await arc.prisma.workspace.create({ data: { id: randomUUID(), name, state: 'stopped', ...whose } })
  // No event reaches either copy from here on.
  paused = bus.child.process
  paused.kill('SIGSTOP')
})
afterAll(() => {
  paused?.kill('SIGCONT')
  return arc?.destroy()
})

function people(): { readonly owner: Person; readonly member: Person } {
  if (owner === undefined || member === undefined) throw new Error('Nobody is signed in.')
  return { owner, member }
}

const listAt = (port: number, { cookie }: Person) =>
  send(port, '/trpc/workspaces.list', { headers: { host: `localhost:${port}`, cookie } })
async function seenAt(port: number, person: Person): Promise<readonly Workspace[]> {
  const { status, body } = await listAt(port, person)
  expect(status).toBe(200)
  return (JSON.parse(body) as { result: { data: readonly Workspace[] } }).result.data
}
const namesAt = async (port: number, person: Person) => (await seenAt(port, person)).map(({ name }) => name)

test('what one copy has changed is in the very next answer of each, though no event tells of it', async () => {
  const { owner, member } = people()
  const both = async (person: Person) => {
    const [here, there] = [await namesAt(arc.port, person), await namesAt(copy.port, person)]
    expect(there).toEqual(here)
    return here
  }
  const [own] = await owner.api.workspaces.list.query()
  if (own === undefined) throw new Error('There is no workspace.')
  for (let round = 0; round < 10; round += 1) {
    await owner.api.workspaces.rename.mutate({ workspaceId: own.id, name: `own-${round}` })
    expect(await both(owner)).toEqual([`own-${round}`, 'shared'])
  }
  expect(await both(member)).toEqual(['shared'])

  const { userId } = member
  const rightsThere = async () => (await seenAt(copy.port, member)).map(({ may }) => may.includes('exec'))
  expect(await rightsThere()).toEqual([true])
  await owner.api.teams.members.setRole.mutate({ teamId: teamId as never, userId, role: 'viewer' })
  expect(await rightsThere()).toEqual([false])
  await owner.api.teams.members.remove.mutate({ teamId: teamId as never, userId })
  expect(await both(member)).toEqual([])

  await owner.api.workspaces.create.mutate({ name: 'made' })
  expect(await both(owner)).toEqual(['made', 'own-9', 'shared'])
  await owner.api.workspaces.remove.mutate({ workspaceId: own.id })
  const left = async () => (await seenAt(copy.port, owner)).find(({ id }) => id === own.id)?.state
  expect([undefined, 'deleting']).toContain(await left())
  await vi.waitFor(async () => expect(await both(owner)).toEqual(['made', 'shared']), { timeout: 20_000 })
})

test('who is signed out is answered nothing any more, whatever was remembered', async () => {
  const { owner } = people()
  expect((await listAt(arc.port, owner)).status).toBe(200)
  expect((await listAt(copy.port, owner)).status).toBe(200)
  await owner.api.auth.signOut.mutate()
  expect((await listAt(arc.port, owner)).status).toBe(401)
  // The other copy hears of it by no event, and takes no word for longer than two seconds.
  await vi.waitFor(async () => expect((await listAt(copy.port, owner)).status).toBe(401), { timeout: 10_000 })
})
