import type { Database } from '@arcx/prisma'
import { z } from 'zod'
import type { JobKind } from '../jobs/job.ts'
import type { Jobs } from '../jobs/jobs.ts'
import { Codes } from './codes.ts'
import { CodeStore } from './store.ts'

const removeOldCodes: JobKind<Record<string, never>> = {
  name: 'codes.sweep',
  input: z.strictObject({}),
  keyOf: () => 'all',
}

/** One-time codes, of which those that are over are removed every ten minutes. */
export function openCodes(database: Database, jobs: Jobs): Codes {
  const codes = new Codes(new CodeStore(database))
  jobs.repeat('*/10 * * * *', removeOldCodes, () => codes.sweep())
  return codes
}
