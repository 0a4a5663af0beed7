import type { Job } from './schema.ts'

export type Combination = Readonly<Record<string, string | number | boolean>>

/** Each combination of a job's matrix; one that is empty where it has none. */
export function combinationsOf({ strategy }: Pick<Job, 'strategy'>): readonly Combination[] {
  let all: readonly Combination[] = [{}]
  for (const [name, values] of Object.entries(strategy?.matrix ?? {}))
    // Far beyond what is allowed nothing more is made.
    all = all.flatMap((each) => values.map((value) => ({ ...each, [name]: value }))).slice(0, 1000)
  return all
}
