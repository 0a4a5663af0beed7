import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { WorkspaceId } from '@arcx/router'
import { createLog } from '@arcx/service-kit/log'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { LeaseStore } from './lease-store.ts'
import { LeaseLost, WorkspaceLeases } from './leases.ts'
import type { LeaseTimes } from './leases.ts'

let database: TestDatabase
let store: LeaseStore
const ended = new Set<string>()
beforeAll(async () => {
  database = await createDatabase()
  store = new LeaseStore(database.prisma)
})
afterAll(() => database?.drop())

const log = createLog('leases', 'fatal')
const anyWorkspace = () => WorkspaceId.parse(randomUUID())
const patient: LeaseTimes = { lastsMs: 60_000, renewMs: 20_000, giveUpMs: 20_000 }

function copy(holder: string, times = patient, own: LeaseStore = store): WorkspaceLeases {
  return new WorkspaceLeases({ store: own, holder, hasEnded: async (name) => ended.has(name), log, times })
}

/** Holds a lease until it is told to let go; `over`: with what its work ended. */
function hold(leases: WorkspaceLeases, id: WorkspaceId) {
  const begun = Promise.withResolvers<AbortSignal>()
  const release = Promise.withResolvers<void>()
  const over = leases.exclusively(id, async (signal) => {
    begun.resolve(signal)
    signal.addEventListener('abort', () => release.resolve())
    await release.promise
    signal.throwIfAborted()
  })
  over.catch(() => undefined)
  return { begun: begun.promise, release: () => release.resolve(), over }
}

const isFree = (leases: WorkspaceLeases, id: WorkspaceId) => leases.exclusively(id, async () => undefined)

test('while one copy works on a workspace another does not, and afterwards it may', async () => {
  const [first, second] = [copy('first'), copy('second')]
  const id = anyWorkspace()
  const held = hold(first, id)
  await held.begun
  expect(await isFree(second, id)).toBe(false)
  expect(await isFree(second, anyWorkspace())).toBe(true)
  held.release()
  expect(await held.over).toBe(true)
  expect(await isFree(second, id)).toBe(true)
  expect(await database.prisma.workspaceLease.count()).toBe(0)
})

test('of many who want one at the same time one gets it', async () => {
  const id = anyWorkspace()
  let inside = 0
  let most = 0
  const held = await Promise.all(
    Array.from({ length: 20 }, (_, index) =>
      copy(`one of many ${index}`).exclusively(id, async () => {
        inside += 1
        most = Math.max(most, inside)
        await vi.waitFor(async () => expect(await store.holderOf(id)).not.toBeNull())
        inside -= 1
      }),
    ),
  )
  expect(most).toBe(1)
  expect(held).toContain(true)
})

test('work that throws lets go of it', async () => {
  const id = anyWorkspace()
  await expect(copy('first').exclusively(id, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await isFree(copy('second'), id)).toBe(true)
})

test('one whose copy has crashed is taken over when it has run out, and at once where that is certain', async () => {
  const [slow, certain] = [anyWorkspace(), anyWorkspace()]
  const lastsMs = 1500
  await store.take({ workspaceId: slow, id: randomUUID(), holder: 'crashed' }, lastsMs, [])
  await store.take({ workspaceId: certain, id: randomUUID(), holder: 'known to have ended' }, 60_000, [])
  expect(await isFree(copy('second'), slow)).toBe(false)
  expect(await isFree(copy('second'), certain)).toBe(false)
  ended.add('known to have ended')
  expect(await isFree(copy('second'), certain)).toBe(true)
  await vi.waitFor(async () => expect(await isFree(copy('second'), slow)).toBe(true), { timeout: 20_000 })
})

test('it is kept for as long as the work takes, although each time it lasts a moment', async () => {
  const id = anyWorkspace()
  const held = hold(copy('first', { lastsMs: 3000, renewMs: 200, giveUpMs: 500 }), id)
  const signal = await held.begun
  const { expiresAt } = await database.prisma.workspaceLease.findUniqueOrThrow({ where: { workspaceId: id } })
  // Twice over it would have run out.
  await vi.waitFor(
    async () => {
      const now = await database.prisma.workspaceLease.findUniqueOrThrow({ where: { workspaceId: id } })
      expect(now.expiresAt.getTime() - expiresAt.getTime()).toBeGreaterThan(6000)
    },
    { timeout: 30_000, interval: 200 },
  )
  expect(signal.aborted).toBe(false)
  expect(await isFree(copy('second'), id)).toBe(false)
  held.release()
  expect(await held.over).toBe(true)
})

test('a copy that cannot renew gives its work up before another may begin', async () => {
  class Unreachable extends LeaseStore {
    override renew(): Promise<never> {
      return Promise.reject(new Error('the database is away'))
    }
  }
  const id = anyWorkspace()
  const held = hold(
    copy('cut off', { lastsMs: 8000, renewMs: 100, giveUpMs: 6000 }, new Unreachable(database.prisma)),
    id,
  )
  await held.begun
  await expect(held.over).rejects.toThrow(LeaseLost)
  // It has let go of it as well, as it could; while it had not, nobody else could begin.
  expect(await isFree(copy('second'), id)).toBe(true)
})

test('a copy that stood still does nothing more by what it had asked before, although no timer of it has run yet', async () => {
  const id = anyWorkspace()
  const done: string[] = []
  const work = copy('stood still', { lastsMs: 2000, renewMs: 500, giveUpMs: 1000 }).exclusively(
    id,
    async (signal, requireHeld) => {
      requireHeld()
      done.push('before')
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500)
      expect(signal.aborted).toBe(false)
      requireHeld()
      done.push('after')
    },
  )
  await expect(work).rejects.toThrow(LeaseLost)
  expect(done).toEqual(['before'])
})

test('a copy that slept until another took its lease is told so, and does not take the other’s away', async () => {
  const id = anyWorkspace()
  const held = hold(copy('asleep', { lastsMs: 60_000, renewMs: 100, giveUpMs: 1000 }), id)
  await held.begun
  ended.add('asleep')
  const other = hold(copy('other'), id)
  await other.begun
  await expect(held.over).rejects.toThrow(LeaseLost)
  expect(await store.holderOf(id)).toBe('other')
  other.release()
  await other.over
})

test('leases that crashed copies left are forgotten in time', async () => {
  const left = anyWorkspace()
  await store.take({ workspaceId: left, id: randomUUID(), holder: 'crashed' }, 60_000, [])
  await database.prisma.workspaceLease.update({
    where: { workspaceId: left },
    data: { expiresAt: new Date(Date.now() - 2 * 3600_000) },
  })
  const recent = anyWorkspace()
  await store.take({ workspaceId: recent, id: randomUUID(), holder: 'crashed' }, 1, [])
  await store.forgetExpired()
  expect(await store.holderOf(left)).toBeNull()
  expect(await store.holderOf(recent)).toBe('crashed')
})
