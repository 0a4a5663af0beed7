import { renameSync, writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import type { HeapProfiler } from 'node:inspector'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { queryObjects, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export interface Census {
  /** Bytes. */
  readonly heap: number
  readonly resident: number
  /** Sockets and the like. */
  readonly handles: number
  readonly listeners: number
  readonly readables: number
  readonly writables: number
  /** Loops over what comes, such as subscriptions have. */
  readonly generators: number
  /** Signals by which work is told to end, and the like. */
  readonly targets: number
  /** Bytes on the heap ever, by samples; null where they are not counted. */
  readonly allocated: number | null
  /** Of too many listeners. */
  readonly warnings: number
}

/** Preloaded by a service under test: on SIGUSR2 it counts what is left after a garbage collection, into its data directory. */
const directory = process.env['ARC_DATA_DIR'] ?? '.'
setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
let warnings = 0
process.on('warning', ({ name }) => (warnings += name === 'MaxListenersExceededWarning' ? 1 : 0))

function listenersOf(emitter: NodeJS.EventEmitter): number {
  return emitter.eventNames().reduce((sum, name) => sum + emitter.listenerCount(name), 0)
}

/** Asynchronous generators have no constructor by which they could be found. */
const generator = Object.assign(function () {}, {
  prototype: Object.getPrototypeOf(Object.getPrototypeOf((async function* () {})())) as object,
})

const profiler = process.env['ARCX_COUNT_ALLOCATIONS'] === undefined ? null : new Session()
profiler?.connect()
await profiler?.post('HeapProfiler.startSampling', {
  samplingInterval: 64 * 1024,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true,
})

async function allocated(): Promise<number | null> {
  if (profiler === null) return null
  const sum = ({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number =>
    children.reduce((total, child) => total + sum(child), selfSize)
  const { profile } = await profiler.post('HeapProfiler.getSamplingProfile')
  return sum(profile.head)
}

process.on('SIGUSR2', async () => {
  const inAll = await allocated()
  collect()
  const handles = (Reflect.get(process, '_getActiveHandles') as () => NodeJS.EventEmitter[])().filter(
    (each) => typeof each.eventNames === 'function',
  )
  const count: Census = {
    heap: process.memoryUsage().heapUsed,
    resident: process.memoryUsage().rss,
    handles: handles.length,
    listeners: [...handles, process].reduce((sum, each) => sum + listenersOf(each), 0),
    readables: queryObjects(Readable, { format: 'count' }),
    writables: queryObjects(Writable, { format: 'count' }),
    generators: queryObjects(generator, { format: 'count' }),
    targets: queryObjects(EventTarget, { format: 'count' }),
    allocated: inAll,
    warnings,
  }
  const file = join(directory, 'census.json')
  writeFileSync(`${file}.draft`, JSON.stringify(count))
  renameSync(`${file}.draft`, file)
})
