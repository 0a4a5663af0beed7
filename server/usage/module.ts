import { z } from 'zod'
import type { Database } from '@arcx/prisma'
import type { JobKind } from '../jobs/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import type { UnitOfWork } from '../unit-of-work/unit-of-work.ts'
import { Budgets } from './budgets.ts'
import type { NoticeBudget } from './notice.ts'
import { Sampling } from './sampling.ts'
import type { SamplingDependencies } from './sampling.ts'
import { UsageStore } from './store.ts'
import type { UsageOwner } from './store.ts'
import { Usage } from './usage.ts'
import type { UsageDependencies } from './usage.ts'

const freshSeconds = 20
const restingSeconds = 600

const sampleUsage: JobKind<Record<string, never>> = {
  name: 'usage.sample',
  input: z.strictObject({}),
  keyOf: () => 'all',
  // The next minute's counts what this one has not.
  attempts: 1,
}

export interface UsageModuleDependencies extends Pick<SamplingDependencies, 'statsOf'> {
  readonly database: Database
  readonly unitOfWork: UnitOfWork
  readonly backgroundWork: UnitOfWork
  readonly jobs: Jobs
  readonly teamsOf: UsageDependencies['teamsOf']
  readonly noticeBudget: NoticeBudget
}

export interface UsageModule {
  readonly usage: Usage
  readonly budgets: Budgets
  /** Counts each minute, and stops what has no hours left. Before jobs are started. */
  repeatSampling(stopAll: (owner: UsageOwner) => Promise<void>): void
}

export function openUsage(dependencies: UsageModuleDependencies): UsageModule {
  const { database, unitOfWork, backgroundWork, jobs } = dependencies
  const store = new UsageStore(database)
  const budgets = new Budgets({ store, unitOfWork, notice: dependencies.noticeBudget })
  const sampling = new Sampling({
    store,
    unitOfWork: backgroundWork,
    statsOf: (id, incarnation) => dependencies.statsOf(id, incarnation),
    freshSeconds,
    restingSeconds,
  })
  return {
    budgets,
    usage: new Usage({ store, unitOfWork, teamsOf: (userId) => dependencies.teamsOf(userId) }),
    repeatSampling(stopAll) {
      jobs.repeat('* * * * *', sampleUsage, async (_input, { signal }) => {
        await sampling.sample(signal)
        await budgets.check(stopAll)
      })
    },
  }
}
