import { setTimeout as pause } from 'node:timers/promises'
import { PgBoss } from 'pg-boss'
import { z } from 'zod'
import { Jobs } from '@arcx/server/jobs/jobs'
import { openUnitOfWork } from '@arcx/server/unit-of-work/unit-of-work'
import { createLog } from '@arcx/service-kit/log'
import { createDatabase } from '@arcx/testing/database'
import { median } from './table.ts'
import type { Table } from './table.ts'

const rounds = 3
const queued = 500
const single = 20
const atOnce = 2
const kind = { name: 'bench', input: z.object({ id: z.string() }), keyOf: ({ id }: { id: string }) => id, atOnce }

interface Queue {
  enqueue(id: string): Promise<void>
  /** When each job was begun, in ms. */
  readonly begun: Map<string, number>
}

/** Jobs that do nothing, stored and run: by the product's queue, each with a unit of work of its own, and by bare pg-boss. */
export async function benchJobs(): Promise<Table> {
  const [one, two] = [await createDatabase(), await createDatabase()]
  const jobs = await Jobs.open(one.url, createLog('bench', 'silent'))
  const boss = new PgBoss({ connectionString: two.url, max: 4, useListenNotify: true })
  try {
    const unitOfWork = openUnitOfWork(one.prisma, () => undefined)
    const ours: Queue = {
      begun: new Map(),
      enqueue: (id) => unitOfWork({ kind: 'service', service: 'teams' }, (unit) => jobs.enqueue(unit, kind, { id })),
    }
    jobs.handle(kind, async ({ id }) => void ours.begun.set(id, performance.now()))
    await jobs.start()

    const bare: Queue = {
      begun: new Map(),
      enqueue: async (id) => void (await boss.send(kind.name, { id })),
    }
    await boss.start()
    await boss.createQueue(kind.name, { notify: true })
    await boss.work<{ id: string }>(
      kind.name,
      { localConcurrency: atOnce, pollingIntervalSeconds: 0.5, notifyPollingIntervalSeconds: 0.5 },
      async ([job]) => {
        if (job !== undefined) bare.begun.set(job.data.id, performance.now())
      },
    )

    const measured = [ours, bare].map((queue) => ({ queue, perSecond: [] as number[], ms: [] as number[] }))
    for (let round = 0; round < rounds; round += 1)
      for (const { queue, perSecond, ms } of measured) {
        ms.push(await latency(queue, round))
        perSecond.push(await throughput(queue, round))
      }
    const [first, second] = measured.map(({ perSecond, ms }) => [median(perSecond), median(ms)] as const)
    if (first === undefined || second === undefined) throw new Error('Nothing was measured.')
    return {
      title: `Durable jobs, ${atOnce} workers (median of ${rounds})`,
      peer: 'bare pg-boss',
      rows: [
        {
          what: `${queued} queued one by one, until all have run`,
          ours: first[0],
          peer: second[0],
          unit: 'per second',
        },
        { what: 'from enqueue to start', ours: first[1], peer: second[1], unit: 'ms' },
      ],
    }
  } finally {
    await jobs.close()
    await boss.stop({ graceful: false })
    await Promise.all([one.drop(), two.drop()])
  }
}

async function throughput(queue: Queue, round: number): Promise<number> {
  const before = queue.begun.size
  const start = performance.now()
  for (let index = 0; index < queued; index += 1) await queue.enqueue(`many-${round}-${index}`)
  while (queue.begun.size < before + queued) await pause(5)
  return (queued * 1000) / (performance.now() - start)
}

async function latency(queue: Queue, round: number): Promise<number> {
  const waits: number[] = []
  for (let index = 0; index < single; index += 1) {
    const id = `single-${round}-${index}`
    const start = performance.now()
    await queue.enqueue(id)
    while (!queue.begun.has(id)) await pause(1)
    waits.push((queue.begun.get(id) ?? Number.NaN) - start)
  }
  return median(waits)
}
