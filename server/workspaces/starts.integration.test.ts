import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SessionId, UserId, WorkspaceId } from '@arcx/router'
import type { SessionActor } from '@arcx/router'
import { openPool, openPrisma } from '@arcx/prisma'
import { createLog } from '@arcx/service-kit/log'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { startSteps } from '../runtime/port.ts'
import type { ContainerStatus, RuntimePort, StartRequest } from '../runtime/port.ts'
import { openUnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { WorkspaceChanges } from './changes.ts'
import { LeaseStore } from './lease-store.ts'
import { WorkspaceLeases, leaseTimes } from './leases.ts'
import type { LeaseTimes } from './leases.ts'
import { WorkspacePresenter } from './presenter.ts'
import { Reconciler } from './reconciler.ts'
import { WorkspaceQuota } from './quota.ts'
import { WorkspaceStore } from './store.ts'

let database: TestDatabase
const closing: (() => Promise<void>)[] = []
beforeEach(async () => {
  database = await createDatabase()
})
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
  await database.drop()
})

/** Containers that are made when `start` says so; nothing else of the runtime is asked here. */
class Containers implements RuntimePort {
  readonly running = new Map<WorkspaceId, number>()
  readonly start: RuntimePort['start']

  constructor(start: RuntimePort['start']) {
    this.start = async (request, onStep, signal) => {
      await start(request, onStep, signal)
      this.running.set(request.workspaceId, request.incarnation)
    }
  }

  async containers(workspaceId?: WorkspaceId): Promise<readonly ContainerStatus[]> {
    return [...this.running]
      .filter(([id]) => workspaceId === undefined || id === workspaceId)
      .map(([id, incarnation]) => ({
        workspaceId: id,
        incarnation,
        running: true,
        paused: false,
        ending: null,
        endedAt: null,
      }))
  }

  async remove(workspaceId: WorkspaceId): Promise<void> {
    this.running.delete(workspaceId)
  }

  endings = (): never => nobodyAsks()

  adopt = async (): Promise<void> => undefined
  removeHome = async (): Promise<void> => undefined
  check = async (): Promise<void> => undefined
  measure = async () => nobodyAsks()
  report = async () => nobodyAsks()
  stats = async () => nobodyAsks()
  exec = async () => nobodyAsks()
  logs = (): never => nobodyAsks()
}

function nobodyAsks(): never {
  throw new Error('Nobody asks for that here.')
}

interface CopyOptions {
  readonly runtime: RuntimePort
  readonly maxConnections?: number
  readonly concurrency?: number
  readonly holder?: string
  readonly times?: LeaseTimes
  /** Whether it can renew its leases. */
  readonly renews?: boolean
}

class CutOff extends LeaseStore {
  override renew(): Promise<never> {
    return Promise.reject(new Error('the database is away'))
  }
}

/** What a copy of the orchestrator drives workspaces with, on a pool of its own. */
function copy({
  runtime,
  maxConnections = 5,
  concurrency = 4,
  holder = 'copy',
  times = leaseTimes,
  renews = true,
}: CopyOptions) {
  const pool = openPool(database.url, () => undefined, { maxConnections })
  const prisma = openPrisma(pool)
  const log = createLog('starts', 'fatal')
  let units = 0
  const one = openUnitOfWork(prisma, () => undefined)
  const unitOfWork: typeof one = (actor, work) => {
    units += 1
    return one(actor, work)
  }
  const store = new WorkspaceStore(prisma)
  const presenter = new WorkspacePresenter((name) => `http://${name}.localhost`, null)
  const changes = new WorkspaceChanges({
    store,
    presenter,
    unitOfWork,
    quota: new WorkspaceQuota(store, async (_unit, tier) => ({ tier, workspaces: 20, members: 20 })),
    background: unitOfWork,
    publish: async () => undefined,
  })
  const reconciler = new Reconciler({
    store,
    changes,
    leases: new WorkspaceLeases({
      store: renews ? new LeaseStore(prisma) : new CutOff(prisma),
      holder,
      hasEnded: async () => false,
      log,
      times,
    }),
    runtime,
    environmentOf: async () => ({}),
    log,
    concurrency,
  })
  closing.push(async () => {
    await reconciler.close()
    await pool.end()
  })
  return { reconciler, changes, units: () => units }
}

async function somebody(): Promise<SessionActor> {
  const userId = UserId.parse(randomUUID())
  await database.prisma.user.create({ data: { id: userId, login: 'ann', name: 'Ann', tier: 'team' } })
  return {
    kind: 'user',
    via: 'session',
    userId,
    sessionId: SessionId.parse(randomUUID()),
    login: 'ann',
    name: 'Ann',
    tier: 'team',
    role: 'member',
    status: 'active',
    address: '127.0.0.1',
    requestId: randomUUID(),
  }
}

async function created(count: number): Promise<readonly WorkspaceId[]> {
  const { userId } = await somebody()
  const ids = Array.from({ length: count }, () => WorkspaceId.parse(randomUUID()))
  await database.prisma.workspace.createMany({
    data: ids.map((id, index) => ({ id, ownerId: userId, name: `many-${index}`, state: 'creating' })),
  })
  return ids
}

const stateOf = async (id: WorkspaceId) =>
  (await database.prisma.workspace.findUniqueOrThrow({ where: { id }, select: { state: true } })).state

test('forty workspaces start at once over five connections, and none is kept while containers come up', async () => {
  const ids = await created(40)
  const under = new Set<WorkspaceId>()
  const all = Promise.withResolvers<void>()
  const runtime = new Containers(async ({ workspaceId }: StartRequest, _onStep, signal) => {
    under.add(workspaceId)
    if (under.size === ids.length) all.resolve()
    // None is done before all have begun.
    await Promise.race([all.promise, once(signal, 'abort')])
    signal.throwIfAborted()
  })
  const { reconciler } = copy({ runtime, concurrency: ids.length })
  for (const id of ids) reconciler.poke(id)
  await vi.waitFor(
    async () => expect(await database.prisma.workspace.count({ where: { state: 'running' } })).toBe(ids.length),
    { timeout: 30_000 },
  )
  await vi.waitFor(async () => expect(await database.prisma.workspaceLease.count()).toBe(0), { timeout: 10_000 })
  const begun = await database.prisma.auditEntry.count({ where: { action: 'workspace.starting' } })
  expect(begun).toBe(ids.length)
})

test('from its creation until it runs a workspace takes three transactions', async () => {
  const actor = await somebody()
  const runtime = new Containers(async (_request, onStep) => {
    for (const step of Object.values(startSteps)) onStep(step)
  })
  const { reconciler, changes, units } = copy({ runtime })
  const row = await changes.create(actor, 'counted', null)
  const id = WorkspaceId.parse(row?.id)
  reconciler.poke(id)
  await vi.waitFor(async () => expect(await stateOf(id)).toBe('running'), { timeout: 10_000 })
  expect(units()).toBe(3)
  expect(await database.prisma.workspace.findUniqueOrThrow({ where: { id } })).toMatchObject({
    revision: 3n,
    incarnation: 1,
  })
  const entries = await database.prisma.auditEntry.findMany({ select: { action: true }, orderBy: { id: 'asc' } })
  expect(entries.map(({ action }) => action)).toEqual(['workspace.create', 'workspace.starting', 'workspace.running'])
  const events = await database.prisma.outboxEvent.findMany({ orderBy: { id: 'asc' } })
  expect(events.map(({ payload }) => payload)).toMatchObject([
    { workspace: { state: 'creating', step: 'Waiting for its turn' } },
    { workspace: { state: 'starting', step: startSteps.home } },
    { workspace: { state: 'running', step: null } },
  ])
})

test('a step that lasts is shown', async () => {
  const [id] = await created(1)
  if (id === undefined) throw new Error('There is none.')
  const release = Promise.withResolvers<void>()
  const runtime = new Containers(async (_request, onStep) => {
    for (const step of Object.values(startSteps)) onStep(step)
    await release.promise
  })
  const { reconciler } = copy({ runtime })
  reconciler.poke(id)
  await vi.waitFor(
    async () =>
      expect(await database.prisma.workspace.findUniqueOrThrow({ where: { id } })).toMatchObject({
        state: 'starting',
        step: startSteps.ide,
      }),
    { timeout: 10_000 },
  )
  release.resolve()
  await vi.waitFor(async () => expect(await stateOf(id)).toBe('running'), { timeout: 10_000 })
})

test('a copy that cannot renew its lease gives its start up, and another one does it', async () => {
  const [id] = await created(1)
  if (id === undefined) throw new Error('There is none.')
  const gaveUp = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const stuck = new Containers(async (_request, _onStep, signal) => {
    begun.resolve()
    if (!signal.aborted) await once(signal, 'abort')
    gaveUp.resolve()
    signal.throwIfAborted()
  })
  const first = copy({
    runtime: stuck,
    holder: 'first',
    times: { lastsMs: 6000, renewMs: 100, giveUpMs: 5000 },
    renews: false,
  })
  first.reconciler.poke(id)
  await begun.promise
  const other = new Containers(async () => undefined)
  const second = copy({ runtime: other, holder: 'second' })
  await gaveUp.promise
  await first.reconciler.close()
  second.reconciler.poke(id)
  await vi.waitFor(async () => expect(await stateOf(id)).toBe('running'), { timeout: 20_000 })
  expect(other.running.get(id)).toBe(1)
  expect(stuck.running.has(id)).toBe(false)
})
