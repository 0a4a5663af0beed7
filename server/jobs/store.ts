import { fromPrisma } from 'pg-boss'
import { queriesOf } from '../unit-of-work/transaction.ts'
import type { Unit } from '../unit-of-work/unit-of-work.ts'

/** The unit's transaction, as the job queue writes in it. */
export const databaseOf = (unit: Unit): ReturnType<typeof fromPrisma> => fromPrisma(queriesOf(unit))
