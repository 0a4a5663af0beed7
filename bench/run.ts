import { cpus } from 'node:os'
import type { Progress } from '@arcx/launch/progress'
import { prepare } from '@arcx/testing/prepare'
import { benchDatabase } from './database.ts'
import { benchDetection } from './detection.ts'
import { benchJobs } from './jobs.ts'
import { benchList } from './list.ts'
import { benchMitmproxy, benchProxy } from './proxy.ts'
import { benchSearching } from './searching.ts'
import { benchStart } from './start.ts'
import { benchSubscribers } from './subscribers/subscribers.ts'
import type { Bench } from './table.ts'
import { print } from './table.ts'
import { benchTogether } from './together/together.ts'
import { benchWeb } from './web.ts'

const benches: Readonly<Record<string, Bench>> = {
  start: benchStart,
  list: benchList,
  database: benchDatabase,
  jobs: benchJobs,
  proxy: benchProxy,
  mitmproxy: benchMitmproxy,
  searching: benchSearching,
  detection: benchDetection,
  together: benchTogether,
  subscribers: benchSubscribers,
  web: benchWeb,
}

/** `npm run bench [-- NAME…]`: each beside a peer in the same run, as ratios. Returns an exit code. */
export async function runBenches(names: readonly string[], progress: Progress): Promise<number> {
  const stops: (() => Promise<unknown>)[] = []
  try {
    Object.assign(process.env, await prepare(progress, stops))
    process.stdout.write(`${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, Node ${process.version}\n`)
    for (const [name, bench] of Object.entries(benches)) {
      if (names.length > 0 && !names.includes(name)) continue
      progress.say(`Measuring: ${name}`)
      const tables = bench()
      if (Symbol.asyncIterator in tables) for await (const table of tables) print(table)
      else print(await tables)
    }
    return 0
  } finally {
    for (const stop of stops.toReversed())
      await stop().catch((error: unknown) =>
        progress.say(`Left behind: ${error instanceof Error ? error.message : error}`),
      )
  }
}
