import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { createLog } from '@arcx/service-kit/log'
import { Jobs } from '@arcx/server/jobs/jobs'

/** A process that runs jobs of one kind, says so to whoever forked it, and never finishes one. */
const [databaseUrl = '', name = ''] = process.argv.slice(2)
const jobs = await Jobs.open(databaseUrl, createLog('job-worker', 'silent'))
jobs.handle({ name, input: z.object({ id: z.string() }), keyOf: ({ id }) => id }, async ({ id }) => {
  process.send?.({ got: id })
  await pause(2 ** 30)
})
await jobs.start()
process.send?.({ got: null })
