import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { createLog } from '@arcx/service-kit/log'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { openUnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import type { JobKind } from './job.ts'
import { Jobs, untilDone } from './jobs.ts'

const service = { kind: 'service', service: 'teams' } as const
const log = createLog('test', 'silent')
let database: TestDatabase
let unitOfWork: UnitOfWork
beforeAll(async () => {
  database = await createDatabase()
  unitOfWork = openUnitOfWork(database.prisma, () => undefined)
})
afterAll(() => database?.drop())

const opened: Jobs[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((jobs) => jobs.close()))
})

async function open(): Promise<Jobs> {
  const jobs = await Jobs.open(database.url, log)
  opened.push(jobs)
  return jobs
}

const kindOf = (name: string): JobKind<{ id: string }> => ({
  name,
  input: z.object({ id: z.string() }),
  keyOf: ({ id }) => id,
})

const stateOf = async (name: string) =>
  (
    await database.pool.query({
      text: 'SELECT "state" FROM "jobs"."job" WHERE "name" = $1 ORDER BY "created_on"',
      values: [name],
    })
  ).rows.map(({ state }: { readonly state: string }) => state)

test('a job runs once where its unit of work is committed, also with two copies, and never where it is undone', async () => {
  const kind = kindOf('test.once')
  const ran: string[] = []
  const [one, two] = [await open(), await open()]
  for (const jobs of [one, two]) jobs.handle(kind, async ({ id }) => void ran.push(id))
  await Promise.all([one.start(), two.start()])
  await expect(
    unitOfWork(service, async (unit) => {
      await one.enqueue(unit, kind, { id: 'undone' })
      throw new Error('undone')
    }),
  ).rejects.toThrow('undone')
  const wanted = Array.from({ length: 40 }, (_, index) => `job ${index}`)
  await Promise.all(wanted.map((id) => unitOfWork(service, (unit) => one.enqueue(unit, kind, { id }))))
  await vi.waitFor(async () => expect(await stateOf(kind.name)).toEqual(wanted.map(() => 'completed')), {
    timeout: 30_000,
  })
  expect(ran.toSorted()).toEqual(wanted.toSorted())
}, 60_000)

test('what was queued before is worked off without a pause between two jobs', async () => {
  const kind = kindOf('test.backlog')
  const ran = new Set<string>()
  // Their queue is made, and what runs it is closed again.
  const first = await open()
  first.handle(kind, async () => undefined)
  await first.start()
  await first.close()
  opened.splice(opened.indexOf(first), 1)
  const second = await open()
  await unitOfWork(service, async (unit) => {
    for (let count = 0; count < 100; count += 1) await second.enqueue(unit, kind, { id: `job ${count}` })
  })
  second.handle(kind, async ({ id }) => void ran.add(id))
  await second.start()
  // Two at a time, with a pause of two seconds after each, took 100 s.
  await vi.waitFor(() => expect(ran.size).toBe(100), { timeout: 30_000 })
}, 60_000)

test('of one group one job runs at a time, and of other groups others meanwhile; what is for later waits', async () => {
  const kind: JobKind<{ id: string }> = {
    ...kindOf('test.groups'),
    atOnce: 4,
    groups: { of: ({ id }) => id.slice(0, 1), atOnce: 1 },
  }
  const jobs = await open()
  const held = Promise.withResolvers<void>()
  const [began, ended]: [string[], string[]] = [[], []]
  jobs.handle(kind, async ({ id }) => {
    began.push(id)
    if (id.startsWith('a')) await held.promise
    ended.push(id)
  })
  await jobs.start()
  const later = new Date(Date.now() + 3_600_000)
  await unitOfWork(service, async (unit) => {
    for (let count = 0; count < 6; count += 1) await jobs.enqueue(unit, kind, { id: `a${count}` })
    await jobs.enqueue(unit, kind, { id: 'later' }, later)
    for (let count = 0; count < 20; count += 1) await jobs.enqueue(unit, kind, { id: `b${count}` })
  })
  await vi.waitFor(() => expect(ended).toHaveLength(20), { timeout: 30_000 })
  expect(began.filter((id) => id.startsWith('a'))).toHaveLength(1)
  held.resolve()
  await vi.waitFor(() => expect(ended).toHaveLength(26), { timeout: 30_000 })
  expect(ended).not.toContain('later')
}, 90_000)

test('of one key one is queued or runs, and another may come once that is over', async () => {
  const kind = kindOf('test.key')
  const jobs = await open()
  let [runs, most, now] = [0, 0, 0]
  let go: () => void = () => undefined
  const going = new Promise<void>((resolve) => (go = resolve))
  jobs.handle(kind, async () => {
    runs += 1
    most = Math.max(most, (now += 1))
    await going
    now -= 1
  })
  await jobs.start()
  const enqueue = () => unitOfWork(service, (unit) => jobs.enqueue(unit, kind, { id: 'same' }))
  await enqueue()
  await vi.waitFor(() => expect(runs).toBe(1), { timeout: 20_000 })
  await Promise.all([enqueue(), enqueue(), enqueue()])
  expect(await stateOf(kind.name)).toEqual(['active'])
  go()
  await vi.waitFor(async () => expect(await stateOf(kind.name)).toEqual(['completed']), { timeout: 20_000 })
  await enqueue()
  await vi.waitFor(() => expect(runs).toBe(2), { timeout: 20_000 })
  expect(most).toBe(1)
}, 60_000)

test('what fails is tried again, and what is stored is parsed before it runs', async () => {
  const kind = kindOf('test.again')
  const jobs = await open()
  const attempts: number[] = []
  jobs.handle(kind, async (_input, { attempt }) => {
    attempts.push(attempt)
    if (attempt < 3) throw new Error('not yet')
  })
  await jobs.start()
  await unitOfWork(service, (unit) => jobs.enqueue(unit, kind, { id: 'fails' }))
  await unitOfWork(service, (unit) => jobs.enqueue(unit, { ...kind, keyOf: () => 'foreign' }, { id: 7 } as never))
  await vi.waitFor(() => expect(attempts).toEqual([1, 2, 3]), { timeout: 40_000 })
  await vi.waitFor(async () => expect((await stateOf(kind.name)).toSorted()).toEqual(['completed', 'retry']), {
    timeout: 20_000,
  })
}, 90_000)

test('a copy that is closed ends what runs there, and the next one goes on with it', async () => {
  const kind = kindOf('test.closed')
  const first = await open()
  const begun = Promise.withResolvers<void>()
  first.handle(kind, async (_input, { signal }) => {
    begun.resolve()
    await untilDone(async () => false, 50, signal)
  })
  await first.start()
  await unitOfWork(service, (unit) => first.enqueue(unit, kind, { id: 'long' }))
  await begun.promise
  await first.close()
  opened.splice(opened.indexOf(first), 1)
  expect(await stateOf(kind.name)).toEqual(['retry'])
  const second = await open()
  const done = Promise.withResolvers<number>()
  second.handle(kind, async (_input, { attempt }) => done.resolve(attempt))
  await second.start()
  expect(await done.promise).toBe(2)
}, 60_000)

test('a copy that is killed amid a job loses it to another', async () => {
  const kind = kindOf('test.killed')
  const worker = fork(fileURLToPath(import.meta.resolve('@arcx/testing/job-worker')), [database.url, kind.name], {
    execArgv: [],
  })
  try {
    await once(worker, 'message')
    const jobs = await open()
    const got = once(worker, 'message')
    await unitOfWork(service, (unit) => jobs.enqueue(unit, kind, { id: 'taken over' }))
    const [message]: unknown[] = await got
    expect(message).toEqual({ got: 'taken over' })
    const done = Promise.withResolvers<string>()
    jobs.handle(kind, async ({ id }) => done.resolve(id))
    await jobs.start()
    worker.kill('SIGKILL')
    await once(worker, 'exit')
    expect(await done.promise).toBe('taken over')
  } finally {
    worker.kill('SIGKILL')
  }
}, 90_000)

test('what repeats is scheduled once for all copies, and no more where a version has it no more', async () => {
  const kind: JobKind<Record<string, never>> = { name: 'test.repeats', input: z.strictObject({}), keyOf: () => 'all' }
  const [one, two] = [await open(), await open()]
  for (const jobs of [one, two]) jobs.repeat('*/10 * * * *', kind, async () => undefined)
  await Promise.all([one.start(), two.start()])
  const scheduled = async () =>
    (
      await database.pool.query({
        text: 'SELECT "cron", "timezone" FROM "jobs"."schedule" WHERE "name" = $1',
        values: [kind.name],
      })
    ).rows
  expect(await scheduled()).toEqual([{ cron: '*/10 * * * *', timezone: 'UTC' }])
  const later = await open()
  later.handle(kind, async () => undefined)
  await later.start()
  expect(await scheduled()).toEqual([])
}, 60_000)

test('work that waits ends at once when it is aborted', async () => {
  const controller = new AbortController()
  const waiting = untilDone(async () => false, 60_000, controller.signal)
  await pause(10)
  controller.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow()
})

test('a job that is due later does not run before', async () => {
  const kind = kindOf('test.later')
  const jobs = await open()
  let ranAt = 0
  jobs.handle(kind, async () => void (ranAt = Date.now()))
  await jobs.start()
  const due = new Date(Date.now() + 3000)
  await unitOfWork(service, (unit) => jobs.enqueue(unit, kind, { id: 'later' }, due))
  await vi.waitFor(() => expect(ranAt).toBeGreaterThan(0), { timeout: 30_000 })
  expect(ranAt).toBeGreaterThanOrEqual(due.getTime())
}, 60_000)

test('of one group no more run at a time than its share, and another’s do not wait for them', async () => {
  const kind: JobKind<{ id: string }> = {
    ...kindOf('test.shares'),
    atOnce: 4,
    groups: { of: ({ id }) => id.slice(0, 1), atOnce: 2 },
  }
  const jobs = await open()
  const running = new Set<string>()
  let go: () => void = () => undefined
  const going = new Promise<void>((resolve) => (go = resolve))
  jobs.handle(kind, async ({ id }) => {
    running.add(id)
    await going
  })
  await jobs.start()
  const ids = ['a1', 'a2', 'a3', 'a4', 'a5', 'b1']
  for (const id of ids) await unitOfWork(service, (unit) => jobs.enqueue(unit, kind, { id }))
  await vi.waitFor(() => expect(running.has('b1')).toBe(true), { timeout: 30_000 })
  expect([...running].filter((id) => id.startsWith('a')).length).toBeLessThanOrEqual(2)
  go()
  await vi.waitFor(async () => expect(await stateOf(kind.name)).toEqual(ids.map(() => 'completed')), {
    timeout: 60_000,
  })
}, 120_000)

test('what is queued before jobs are run, for a queue that was never there, is run once they are', async () => {
  const kind = kindOf('test.early')
  const jobs = await open()
  const ran: string[] = []
  jobs.handle(kind, async ({ id }) => void ran.push(id))
  await unitOfWork(service, (unit) => jobs.enqueue(unit, kind, { id: 'early' }))
  expect(ran).toEqual([])
  await jobs.start()
  await vi.waitFor(() => expect(ran).toEqual(['early']), { timeout: 20_000 })
})
