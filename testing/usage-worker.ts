import { setTimeout as pause } from 'node:timers/promises'
import { openPool, openPrisma } from '@arcx/prisma'
import { openUnitOfWork } from '@arcx/server/unit-of-work/unit-of-work'
import { Sampling } from '@arcx/server/usage/sampling'
import { UsageStore } from '@arcx/server/usage/store'

/** A process that counts what is used without pause, until it is killed; it says so each time to whoever forked it. */
const [databaseUrl = '', startedAt = ''] = process.argv.slice(2)
const database = openPrisma(
  openPool(databaseUrl, () => undefined, { maxConnections: 2, work: 'background' }),
  'background',
)
const sampling = new Sampling({
  store: new UsageStore(database),
  unitOfWork: openUnitOfWork(database, () => undefined),
  // One core, all the time.
  statsOf: async () => ({ cpuSeconds: (Date.now() - Number(startedAt)) / 1000, memoryBytes: 1000 }),
  freshSeconds: 0,
  restingSeconds: 0,
})
for (;;) {
  await sampling.sample(new AbortController().signal)
  process.send?.('counted')
  await pause(1)
}
