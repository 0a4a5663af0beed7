import { renameSync, writeFileSync } from 'node:fs'
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

process.on('SIGUSR2', () => {
  collect()
  const handles = (Reflect.get(process, '_getActiveHandles') as () => NodeJS.EventEmitter[])().filter((each) => typeof each.eventNames === 'function')
  const count: Census = {
    heap: process.memoryUsage().heapUsed,
    resident: process.memoryUsage().rss,
    handles: handles.length,
    listeners: [...handles, process].reduce((sum, each) => sum + listenersOf(each), 0),
    readables: queryObjects(Readable, { format: 'count' }),
    writables: queryObjects(Writable, { format: 'count' }),
    warnings,
  }
  const file = join(directory, 'census.json')
  writeFileSync(`${file}.draft`, JSON.stringify(count))
  renameSync(`${file}.draft`, file)
})
