import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { WorkspaceId } from '@arcx/router'
import { send } from '@arcx/testing/http'
import { createRunning, ownContainers, runInside, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { startOwnStores } from '@arcx/testing/stores'

const started: TestOrchestrator[] = []
async function orchestrator(overrides: Readonly<Record<string, string>> = {}): Promise<TestOrchestrator> {
  const arc = await startTestOrchestrator(overrides)
  started.push(arc)
  return arc
}
afterEach(async () => {
  for (const arc of started.splice(0)) await arc.destroy()
})

test('killed at any moment of a start, a stop or a removal, it drives everything home when it starts again', async () => {
  const arc = await orchestrator()
  const person = await arc.person()
  const { workspaces } = person.api
  const [stays, stops, goes] = await Promise.all(['stays', 'stops', 'goes'].map((name) => createRunning(person, name)))
  if (stays === undefined || stops === undefined || goes === undefined) throw new Error('unreachable')
  const created = await workspaces.create.mutate({ name: 'half-made' })
  await Promise.all([
    workspaces.stop.mutate({ workspaceId: stops.id }),
    workspaces.remove.mutate({ workspaceId: goes.id }),
  ])
  await arc.kill()

  const before = await arc.engine.listContainers({ filters: { label: [`arcx.workspace=${stays.id}`] } })
  await arc.start()
  await untilState(person, created.id, 'running')
  await untilState(person, stops.id, 'stopped')
  await vi.waitFor(
    async () =>
      expect((await workspaces.list.query()).map(({ name }) => name)).toEqual(['half-made', 'stays', 'stops']),
    { timeout: 20_000 },
  )
  await expect(stat(join(arc.directory, 'workspaces', goes.id))).rejects.toThrow('ENOENT')
  // What ran well was not touched.
  const after = await arc.engine.listContainers({ filters: { label: [`arcx.workspace=${stays.id}`] } })
  expect(after.map(({ Id }) => Id)).toEqual(before.map(({ Id }) => Id))
  const awake = new Set([created.id, stays.id] as string[])
  await vi.waitFor(
    async () => {
      const containers = await ownContainers(arc.engine, arc.deployment)
      expect(containers.every((info) => awake.has(info.Labels['arcx.workspace'] ?? ''))).toBe(true)
      expect(containers).toHaveLength(2)
    },
    { timeout: 20_000 },
  )
})

test('one that is killed with a workspace in hand is not waited for when it starts again, however long its lease lasts', async () => {
  const arc = await orchestrator()
  const person = await arc.person()
  const { id } = await person.api.workspaces.create.mutate({ name: 'in-hand' })
  await vi.waitFor(async () => expect(await arc.prisma.workspaceLease.count()).toBe(1), { interval: 5 })
  await arc.kill()
  const { count } = await arc.prisma.workspaceLease.updateMany({
    data: { expiresAt: new Date(Date.now() + 24 * 3600_000) },
  })
  expect(count).toBe(1)
  await arc.start()
  await untilState(person, id, 'running')
  await vi.waitFor(async () => expect(await arc.prisma.workspaceLease.count()).toBe(0), { timeout: 20_000 })
})

test('a container that somebody removes or kills is made again, with the home as it was', async () => {
  const arc = await orchestrator()
  const person = await arc.person()
  const { id } = await createRunning(person, 'phoenix')
  await runInside(arc.engine, id, ['sh', '-c', 'echo kept > /home/arc/note'])
  for (const how of ['remove', 'kill'] as const) {
    const [info] = await arc.engine.listContainers({ filters: { label: [`arcx.workspace=${id}`] } })
    const container = arc.engine.getContainer(info?.Id ?? '')
    await (how === 'remove' ? container.remove({ force: true }) : container.kill())
    await vi.waitFor(
      async () => {
        const [now] = await arc.engine.listContainers({ filters: { label: [`arcx.workspace=${id}`] } })
        expect(now).toBeDefined()
        expect(now?.Id).not.toBe(info?.Id)
      },
      { timeout: 20_000 },
    )
    await untilState(person, id, 'running')
  }
  expect((await runInside(arc.engine, id, ['cat', '/home/arc/note'])).output.trim()).toBe('kept')
})

test('one that keeps ending fails with a reason a person can read, and can be started again', async () => {
  const arc = await orchestrator()
  const person = await arc.person()
  const { id } = await createRunning(person, 'crasher')
  let known = ''
  await vi.waitFor(
    async () => {
      const [info] = await arc.engine.listContainers({ filters: { label: [`arcx.workspace=${id}`] } })
      const { state } = await person.api.workspaces.get.query({ workspaceId: id })
      if (state === 'running' && info !== undefined && info.Id !== known) {
        known = info.Id
        await arc.engine.getContainer(info.Id).kill()
      }
      expect(state).toBe('failed')
    },
    { timeout: 60_000, interval: 100 },
  )
  expect((await person.api.workspaces.get.query({ workspaceId: id })).reason).toBe(
    'It ended 4 times in a row. Its container was killed.',
  )
  await person.api.workspaces.start.mutate({ workspaceId: id })
  await untilState(person, id, 'running')
})

test('containers that no row knows are removed, other deployments’ are left alone', async () => {
  const [arc, other] = await Promise.all([orchestrator(), orchestrator()])
  const [person, neighbour] = await Promise.all([arc.person(), other.person()])
  const [orphan, foreign] = await Promise.all([createRunning(person, 'orphan'), createRunning(neighbour, 'foreign')])
  await arc.kill()
  await arc.prisma.workspace.deleteMany({ where: { id: orphan.id } })
  await arc.start()
  await vi.waitFor(async () => expect(await ownContainers(arc.engine, arc.deployment)).toHaveLength(0), {
    timeout: 20_000,
  })
  const left = await ownContainers(other.engine, other.deployment)
  expect(left.map((info) => info.Labels['arcx.workspace'])).toEqual([foreign.id])
})

test('a second copy on the same database works beside the first and neither undoes the other', async () => {
  const arc = await orchestrator()
  const copy = await arc.copy()
  const person = await arc.person()
  const ids = await Promise.all(
    Array.from(
      { length: 4 },
      async (_, index) => (await person.api.workspaces.create.mutate({ name: `pair-${index}` })).id,
    ),
  )
  for (const id of ids) await untilState(person, id, 'running')
  expect(await ownContainers(arc.engine, arc.deployment)).toHaveLength(4)
  // The other copy goes on where this one ends.
  await person.api.workspaces.stop.mutate({ workspaceId: ids[0] ?? ('' as never) })
  await arc.kill()
  await vi.waitFor(
    async () => {
      const row = await arc.prisma.workspace.findFirstOrThrow({ where: { name: 'pair-0' }, select: { state: true } })
      expect(row.state).toBe('stopped')
    },
    { timeout: 45_000 },
  )
  // And it does by itself, from the beginning to the end, what is asked of it.
  const stopped = await send(copy.port, '/trpc/workspaces.stop', {
    method: 'POST',
    headers: {
      host: `localhost:${copy.port}`,
      origin: `http://localhost:${copy.port}`,
      cookie: person.cookie,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ workspaceId: ids[1] }),
  })
  expect(stopped.status).toBe(200)
  await vi.waitFor(
    async () => {
      const left = await ownContainers(arc.engine, arc.deployment)
      expect(left.map((info) => info.Labels['arcx.workspace']).toSorted()).toEqual(ids.slice(2).toSorted())
    },
    { timeout: 45_000 },
  )
  await copy.stop()
})

test('a memory hog and a fork bomb hurt only their own workspace', async () => {
  const arc = await orchestrator({ ARC_WORKSPACE_MEMORY_BYTES: String(512 * 2 ** 20), ARC_WORKSPACE_PIDS: '150' })
  const person = await arc.person()
  const [hostile, neighbour] = await Promise.all([createRunning(person, 'hostile'), createRunning(person, 'neighbour')])
  const [before] = await arc.engine.listContainers({ filters: { label: [`arcx.workspace=${neighbour.id}`] } })

  const hog = await runInside(arc.engine, hostile.id, [
    'python3',
    '-c',
    'x = []\nwhile True: x.append(bytearray(16 * 2**20))',
  ])
  expect(hog.exitCode).not.toBe(0)

  await untilState(person, hostile.id, 'running')
  const bomb = await runInside(arc.engine, hostile.id, [
    'timeout',
    '-s',
    'KILL',
    '5',
    'bash',
    '-c',
    ':(){ :|:& };: 2>/dev/null; sleep 3',
  ])
  expect(bomb.exitCode).not.toBe(-1)
  const [info] = await arc.engine.listContainers({ filters: { label: [`arcx.workspace=${hostile.id}`] } })
  if (info !== undefined) {
    const stats = (await arc.engine.getContainer(info.Id).stats({ stream: false })) as unknown as {
      pids_stats: { current?: number }
    }
    expect(stats.pids_stats.current ?? 0).toBeLessThanOrEqual(150)
  }
  const [after] = await arc.engine.listContainers({ filters: { label: [`arcx.workspace=${neighbour.id}`] } })
  expect(after?.Id).toBe(before?.Id)
  expect((await runInside(arc.engine, neighbour.id, ['echo', 'well'])).output.trim()).toBe('well')
  expect((await arc.send('/healthz')).status).toBe(200)
})

/** The container of a workspace that starts, once the engine runs it. */
async function startingContainer(
  arc: TestOrchestrator,
  person: Person,
  workspaceId: WorkspaceId,
  known: ReadonlySet<string>,
): Promise<string> {
  return vi.waitFor(
    async () => {
      const [info] = await arc.engine.listContainers({ filters: { label: [`arcx.workspace=${workspaceId}`] } })
      if (info === undefined || known.has(info.Id))
        throw new Error(`No new container runs: ${(await person.api.workspaces.get.query({ workspaceId })).reason}`)
      return info.Id
    },
    { timeout: 30_000, interval: 5 },
  )
}

test('a container that is killed while it starts gets three tries more, as one that runs, and then fails with its reason', async () => {
  const arc = await orchestrator()
  const person = await arc.person()
  for (const [name, kills, state] of [
    ['recovers', 3, 'running'],
    ['gives-up', 4, 'failed'],
  ] as const) {
    const { id } = await person.api.workspaces.create.mutate({ name })
    const known = new Set<string>()
    for (let kill = 0; kill < kills; kill += 1) {
      const container = await startingContainer(arc, person, id, known)
      known.add(container)
      await arc.engine.getContainer(container).kill()
    }
    const { reason } = await vi.waitFor(
      async () => {
        const workspace = await person.api.workspaces.get.query({ workspaceId: id })
        expect(workspace.state).toBe(state)
        return workspace
      },
      { timeout: 60_000 },
    )
    if (state === 'failed') expect(reason).toMatch(/killed|ended/)
  }
})

test('losses that lie minutes apart are not counted together', async () => {
  const arc = await orchestrator()
  const person = await arc.person()
  const { id } = await createRunning(person, 'now-and-then')
  for (let loss = 0; loss < 5; loss += 1) {
    await arc.prisma.workspace.update({ where: { id }, data: { startedAt: new Date(Date.now() - 3 * 60_000) } })
    const [info] = await arc.engine.listContainers({ filters: { label: [`arcx.workspace=${id}`] } })
    await arc.engine.getContainer(info?.Id ?? '').kill()
    await startingContainer(arc, person, id, new Set([info?.Id ?? '']))
    await untilState(person, id, 'running')
  }
  const row = await arc.prisma.workspace.findFirstOrThrow({ where: { id }, select: { losses: true } })
  expect(row.losses).toBe(1)
})

test('a database that dies in the middle of a start, at whatever step, delays it and fails nothing', async () => {
  const stores = await startOwnStores()
  const arc = await startTestOrchestrator({}, stores)
  started.push(arc)
  const person = await arc.person()
  const ids: WorkspaceId[] = []
  for (let step = 0; step < 4; step += 1) {
    const { id } = await person.api.workspaces.create.mutate({ name: `cut-off-${step}` })
    ids.push(id)
    // Spread over what a start takes, which is about a second.
    await new Promise((resolve) => setTimeout(resolve, step * 250))
    await stores.postgres.kill()
    await stores.postgres.start()
  }
  const seen = new Set<string>()
  await vi.waitFor(
    async () => {
      const states = (await person.api.workspaces.list.query()).map(({ state }) => state)
      for (const state of states) seen.add(state)
      expect(states).toEqual(ids.map(() => 'running'))
    },
    { timeout: 200_000 },
  )
  expect([...seen]).not.toContain('failed')
}, 300_000)
