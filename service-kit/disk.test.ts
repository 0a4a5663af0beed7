import { Writable } from 'node:stream'
import { afterEach, expect, test, vi } from 'vitest'
import { DiskWatch, levelOf } from './disk.ts'
import { readiness } from './health.ts'
import { createLog } from './log.ts'

const gibibyte = 2 ** 30
const room = { freeBytes: 50 * gibibyte, totalBytes: 100 * gibibyte, freeFiles: 5_000_000, totalFiles: 6_000_000 }
const log = createLog('orchestrator', 'error', new Writable({ write: (_chunk, _encoding, done) => done() }))

test.each([
  ['room for all', {}, 'enough'],
  ['below the reserve', { freeBytes: 2 * gibibyte - 1 }, 'low'],
  ['nothing free', { freeBytes: 0 }, 'full'],
  ['less than the next file of the database’s log', { freeBytes: 7 * 2 ** 20 }, 'full'],
  ['no more files', { freeFiles: 0 }, 'full'],
  ['few more files', { freeFiles: 9000 }, 'low'],
  ['a file system that does not count files', { freeFiles: 0, totalFiles: 0 }, 'enough'],
  ['a small file system with most of its files free', { freeFiles: 9000, totalFiles: 10_000 }, 'enough'],
] as const)('%s', (_name, change, level) => expect(levelOf({ ...room, ...change }, 2 * gibibyte)).toBe(level))

let watch: DiskWatch | undefined
afterEach(() => watch?.close())

test('the worst of all places counts; /readyz says full, and ok again by itself', async () => {
  let database = room
  watch = new DiskWatch({
    directories: [
      { name: 'the data directory', path: '/data' },
      { name: 'PostgreSQL', path: '/postgres' },
      { name: 'gone', path: '/gone' },
    ],
    reserveBytes: 2 * gibibyte,
    log,
    everyMs: 10,
    read: async (path) => {
      if (path === '/gone') throw new Error('ENOENT')
      return path === '/data' ? room : database
    },
  })
  const dependencies = [{ name: 'disk', check: () => watch?.check() ?? Promise.reject(new Error('none')) }]
  expect(await readiness(dependencies)).toEqual({ ready: true, dependencies: { disk: 'ok' } })
  database = { ...room, freeBytes: 0 }
  await vi.waitFor(async () =>
    expect(await readiness(dependencies)).toEqual({ ready: false, dependencies: { disk: 'full' } }),
  )
  database = { ...room, freeBytes: gibibyte }
  await vi.waitFor(() => expect(watch?.state.level).toBe('low'))
  expect(await readiness(dependencies)).toEqual({ ready: true, dependencies: { disk: 'ok' } })
  expect(watch.state.rooms.map(({ name }) => name)).toEqual(['the data directory', 'PostgreSQL'])
})
