import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { JsonFile } from '../storage/json-file.ts'
import { Placement } from './placement.ts'
import { Placements } from './placements.ts'

let directory: string
const file = () => new JsonFile(join(directory, 'window.json'), Placement)
const at = (x: number): Placement => ({ x, y: 50, width: 900 + x, height: 700, isMaximized: false })

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'arcx-placements-'))
})
// What was closed last may still be writing where it was.
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }))

test('a window closed to the tray comes back where and as large as it was, each time, and after a start too', async () => {
  const placements = await Placements.open(file())
  expect(placements.take().remembered).toBeNull()
  const again = await Placements.open(file())
  for (const x of [10, 20, 30]) {
    const window = again.take()
    expect(window.isFree).toBe(true)
    window.closed(at(x))
    const next = again.take()
    expect([next.remembered, next.isFree]).toEqual([at(x), true])
    next.closed(at(x))
  }
  await vi.waitFor(async () => expect((await Placements.open(file())).take().remembered).toEqual(at(30)))
})

test('two windows never stand on one another', async () => {
  const placements = await Placements.open(file())
  placements.take().closed(at(10))
  const [one, two] = [placements.take(), placements.take()]
  expect([one.isFree, two.isFree]).toEqual([true, false])
  two.closed(at(20))
  expect(placements.take().isFree).toBe(false)
  one.closed(at(30))
  expect(placements.take()).toMatchObject({ isFree: true, remembered: at(30) })
})
