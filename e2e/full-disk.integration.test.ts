import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { enterWorkspace } from '@arcx/testing/entry'
import { send } from '@arcx/testing/http'
import { createRunning, startTestOrchestrator, untilState } from '@arcx/testing/orchestrator'
import type { TestOrchestrator } from '@arcx/testing/orchestrator'
import type { Person } from '@arcx/testing/person'
import { testDirectory, testRun } from '@arcx/testing/run'
import { mountSmallDisk } from '@arcx/testing/small-disk'
import { startOwnStores } from '@arcx/testing/stores'
import type { OwnStores } from '@arcx/testing/stores'

/** Room that a start takes: far less than a small disk has, far more than a full one. */
const reserveBytes = 24 * 2 ** 20
const patience = { timeout: 60_000, interval: 250 }

const cases = [
  { what: 'the data directory', at: '', megabytes: 96 },
  { what: 'PostgreSQL’s directory', at: 'postgres', megabytes: 256 },
  { what: 'NATS’s directory', at: 'nats', megabytes: 64 },
] as const

describe.each(cases)('the disk of $what is full', ({ at, megabytes }) => {
  const cleanUp: (() => Promise<unknown>)[] = []
  afterAll(async () => {
    for (const step of cleanUp.toReversed()) await step().catch((error: unknown) => console.error(error))
  })

  test('what needs no disk goes on, what needs it is refused in words, and all recovers by itself', async () => {
    const run = testRun()
    const directory = await testDirectory(run, 'small')
    const disk = await mountSmallDisk(join(directory, 'data', at), megabytes, `${run.ARCX_TEST_RUN}`)
    cleanUp.push(() => disk.unmount())
    const data = join(directory, 'data')
    const elsewhere = (name: string) =>
      at === '' ? testDirectory(run, name) : mkdir(join(data, name), { recursive: true }).then(() => join(data, name))
    const stores: OwnStores = await startOwnStores({
      postgres: await elsewhere('postgres'),
      nats: await elsewhere('nats'),
    })
    const arc: TestOrchestrator = await startTestOrchestrator(
      { ARC_DISK_RESERVE_BYTES: String(reserveBytes) },
      stores,
      data,
    )
    cleanUp.push(() => arc.destroy())
    const person = await arc.person()
    const running = await createRunning(person, `run-${randomBytes(3).toString('hex')}`)
    const cookie = await enterWorkspace(arc, person, running.name)
    const resting = await createRunning(person, `rest-${randomBytes(3).toString('hex')}`)
    await person.api.workspaces.stop.mutate({ workspaceId: resting.id })
    await untilState(person, resting.id, 'stopped')
    const readyz = async () => {
      const { status, body } = await arc.send('/readyz')
      return { status, ...(JSON.parse(body) as { dependencies: Record<string, string> }) }
    }
    const opens = async () =>
      (await send(arc.port, '/healthz', { headers: { host: `${running.name}.localhost:${arc.port}`, cookie } })).status

    await disk.fill()
    await vi.waitFor(
      async () => expect(await readyz()).toMatchObject({ status: 503, dependencies: { disk: 'full' } }),
      patience,
    )
    await writeUntilRefused(arc, person, resting)
    // Of the database only the part that it holds in memory is sure to be there, and it may have ended itself.
    const alive = await stores.database.prisma.workspace.count().then(
      () => true,
      () => false,
    )
    if (at !== 'postgres') expect(alive).toBe(true)
    if (alive) {
      expect((await person.api.workspaces.list.query()).map(({ id }) => id).toSorted()).toEqual(
        [resting.id, running.id].toSorted(),
      )
      expect(await opens()).toBe(200)
      for (const change of [
        () => person.api.workspaces.create.mutate({ name: 'one-more' }),
        () => person.api.workspaces.start.mutate({ workspaceId: resting.id }),
      ]) {
        await expect(change()).rejects.toMatchObject({
          message: expect.stringContaining('disk of the server is full'),
          data: { httpStatus: 503, arc: { kind: 'Unavailable', code: 'disk_full' } },
        })
      }
    }
    expect((await arc.send('/healthz')).status).toBe(200)
    const dropped = Number(/^arcx_log_lines_dropped_total\{.*\} (\d+)$/m.exec((await arc.send('/metrics')).body)?.[1])
    if (at === '') expect(dropped).toBeGreaterThan(0)
    else expect(dropped).toBe(0)

    await disk.free()
    await vi.waitFor(
      async () =>
        expect(await readyz()).toMatchObject({ status: 200, dependencies: { disk: 'ok', database: 'ok', bus: 'ok' } }),
      patience,
    )
    await vi.waitFor(async () => expect(await opens()).toBe(200), patience)
    const seen: string[] = []
    const live = person.live()
    cleanUp.push(() => live.close())
    live.api.workspaces.onChange.subscribe(undefined, {
      onData: ({ data }) => void (data.type === 'changed' && seen.push(`${data.workspace.id} ${data.workspace.state}`)),
    })
    await person.api.workspaces.start.mutate({ workspaceId: resting.id })
    await untilState(person, resting.id, 'running')
    await vi.waitFor(() => expect(seen).toContain(`${resting.id} running`), patience)
    const made = await createRunning(person, `new-${randomBytes(3).toString('hex')}`)
    expect(made.state).toBe('running')
    if (at === '') expect(await arc.log()).toContain('log lines were dropped')
  }, 180_000)
})

/** Changes that go through the database, the bus and the log, until each has had to write. */
async function writeUntilRefused(
  arc: TestOrchestrator,
  person: Person,
  resting: {
    readonly id: Parameters<Person['api']['workspaces']['rename']['mutate']>[0]['workspaceId']
    readonly name: string
  },
): Promise<void> {
  for (let round = 0; round < 30; round += 1) {
    await person.api.workspaces.rename
      .mutate({ workspaceId: resting.id, name: `${resting.name}-x` })
      .catch(() => undefined)
    await person.api.workspaces.rename.mutate({ workspaceId: resting.id, name: resting.name }).catch(() => undefined)
  }
  const large = Buffer.alloc(2 ** 20, randomBytes(1024))
    .toString('latin1')
    .slice(0, 500)
  for (let round = 0; round < 40; round += 1) {
    const rows = Array.from({ length: 2000 }, () => ({
      subject: 'arcx.filling',
      payload: { type: 'filling', large },
    }))
    try {
      await arc.prisma.$transaction(async ({ outboxEvent }) => {
        await outboxEvent.createMany({ data: rows })
        // Nothing of it stays, whatever becomes of it.
        throw new Error('undone')
      })
    } catch (error) {
      if (!(error instanceof Error && error.message === 'undone')) return
    }
  }
}
