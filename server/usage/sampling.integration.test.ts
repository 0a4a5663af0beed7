import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '@arcx/testing/database'
import type { TestDatabase } from '@arcx/testing/database'
import { openUnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { Sampling } from './sampling.ts'
import { UsageStore } from './store.ts'
import { Odd, fuzzSeed } from '@arcx/testing/fuzz'

let database: TestDatabase
beforeAll(async () => {
  database = await createDatabase()
})
afterAll(() => database?.drop())

test('the outgoing requests of a day are its traffic, those that are noted late among them', async () => {
  const { prisma } = database
  const workspaceId = randomUUID()
  await prisma.workspace.create({
    data: { id: workspaceId, name: 'traffic', state: 'stopped', createdAt: new Date(Date.now() - 1000) },
  })
  const sampling = new Sampling({
    store: new UsageStore(prisma),
    unitOfWork: openUnitOfWork(prisma, () => undefined),
    statsOf: async () => ({ cpuSeconds: 0, memoryBytes: 0 }),
    freshSeconds: 0,
    restingSeconds: 0,
  })
  const record = (bytes: number) =>
    prisma.egressRecord.create({
      data: {
        id: randomUUID(),
        workspaceId,
        at: new Date(),
        method: 'GET',
        scheme: 'https',
        host: 'example.com',
        port: 443,
        path: '/',
        outcome: 'passed',
        bytesUp: BigInt(bytes),
        bytesDown: 5n,
        durationMs: 1,
        secrets: [],
        scrubbed: 0,
      },
    })
  const traffic = async () => {
    await sampling.sample(new AbortController().signal)
    const days = await prisma.usageDay.findMany({ where: { workspaceId } })
    return days.reduce((sum, { trafficBytes }) => sum + Number(trafficBytes), 0)
  }
  await record(10)
  expect(await traffic()).toBe(15)
  await record(20)
  expect(await traffic()).toBe(40)
  expect(await traffic()).toBe(40)
  await prisma.workspace.delete({ where: { id: workspaceId } })
  await traffic()
  expect(await prisma.usageMeter.count({ where: { workspaceId } })).toBe(0)
})

test(`of two copies that count at once, killed again and again, each moment is counted once (seed ${fuzzSeed})`, async () => {
  const { prisma } = database
  const person = randomUUID()
  const begin = new Date(Math.floor(Date.now() / 1000) * 1000 - 30_000)
  await prisma.user.create({ data: { id: person, login: 'somebody', name: 'Somebody' } })
  const ids = Array.from({ length: 5 }, () => randomUUID())
  await prisma.workspace.createMany({
    data: ids.map((id, index) => ({
      id,
      ownerId: person,
      createdById: person,
      name: `counted-${index}`,
      state: index < 4 ? 'running' : 'stopped',
      incarnation: 1,
      createdAt: begin,
      startedAt: begin,
      diskBytes: 10n,
    })),
  })
  const odd = new Odd(fuzzSeed)
  const spawn = (): ChildProcess =>
    fork(fileURLToPath(import.meta.resolve('@arcx/testing/usage-worker')), [database.url, String(begin.getTime())], {
      execArgv: [],
    })
  const workers = [spawn(), spawn()]
  try {
    for (let round = 0; round < 10; round += 1) {
      const at = round % 2
      const [victim] = workers.slice(at)
      if (victim === undefined) break
      await once(victim, 'message')
      await pause(odd.number(40))
      victim.kill('SIGKILL')
      await once(victim, 'exit')
      workers[at] = spawn()
    }
    await Promise.all(workers.map((worker) => once(worker, 'message')))
  } finally {
    for (const worker of workers) worker.kill('SIGKILL')
    await Promise.all(workers.map(async (worker) => worker.exitCode ?? worker.signalCode ?? once(worker, 'exit')))
  }
  const meters = await prisma.usageMeter.findMany()
  expect(meters).toHaveLength(5)
  for (const { workspaceId, countedTo, cpuSeconds } of meters) {
    const days = await prisma.usageDay.findMany({ where: { workspaceId } })
    const sum = (name: 'awakeSeconds' | 'asleepSeconds' | 'cpuSeconds' | 'memoryByteSeconds' | 'storageByteSeconds') =>
      days.reduce((total, day) => total + day[name], 0)
    const elapsed = (countedTo.getTime() - begin.getTime()) / 1000
    expect(elapsed).toBeGreaterThan(30)
    const isRunning = workspaceId !== ids[4]
    expect(sum('awakeSeconds')).toBeCloseTo(isRunning ? elapsed : 0, 2)
    expect(sum('asleepSeconds')).toBeCloseTo(isRunning ? 0 : elapsed, 2)
    expect(sum('cpuSeconds')).toBeCloseTo(cpuSeconds, 2)
    expect(sum('memoryByteSeconds')).toBeCloseTo(isRunning ? elapsed * 1000 : 0, 0)
    expect(sum('storageByteSeconds')).toBeCloseTo(elapsed * 10, 1)
  }
}, 120_000)
