import { spawn } from 'node:child_process'
import fc from 'fast-check'
import { expect, onTestFinished, test, vi } from 'vitest'
import { watchChild, whenWorking } from './children.ts'
import type { Child } from './children.ts'
import { SupervisedProcess, pauseMs } from './supervised-process.ts'

const said: string[] = []
const progress = { say: (line: string) => void said.push(line), update: () => undefined }
const pauses = { firstMs: 1, longestMs: 8, wellAfterMs: 60_000 }

/** A real process that runs until it is killed; `fails` tells of starts that do not come up. */
function sleeper(
  name: string,
  after: readonly SupervisedProcess[] = [],
  fails: (start: number) => boolean = () => false,
) {
  const children: Child[] = []
  let starts = 0
  const kept = new SupervisedProcess({
    name,
    logFile: '/dev/null',
    progress,
    pauses,
    after,
    stopBy: { signal: 'SIGTERM', graceMs: 1000 },
    async begin(signal) {
      starts += 1
      if (fails(starts)) throw new Error('not this time')
      const child = watchChild(name, spawn('sleep', ['600'], { stdio: 'ignore' }))
      await whenWorking(child, signal, Promise.resolve())
      children.push(child)
      return child
    },
  })
  onTestFinished(() => kept.stop())
  return { kept, children, starts: () => starts, last: () => children.at(-1)?.process }
}

test('pauses grow from the first to the longest, and no further, however often it ends', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 1000, max: 60_000 }),
      fc.integer({ min: 0, max: 10_000 }),
      (firstMs, longestMs, tries) => {
        const now = pauseMs({ firstMs, longestMs, wellAfterMs: 0 }, tries)
        const next = pauseMs({ firstMs, longestMs, wellAfterMs: 0 }, tries + 1)
        expect(now).toBeGreaterThanOrEqual(firstMs)
        expect(next).toBeGreaterThanOrEqual(now)
        expect(next).toBeLessThanOrEqual(longestMs)
      },
    ),
  )
})

test('what ends is started again, ten times as the first time, also where a start fails in between', async () => {
  const one = sleeper('one', [], (start) => start % 3 === 0)
  await one.kept.start()
  for (let end = 0; end < 10; end += 1) {
    const ended = one.last()
    ended?.kill('SIGKILL')
    await vi.waitFor(() => expect(one.last()?.pid).not.toBe(ended?.pid), { timeout: 20_000 })
  }
  expect(one.children).toHaveLength(11)
  expect(said).toContain('one could not be started; it is tried again. not this time')
})

test('a first start that fails is told, and not tried again', async () => {
  const never = sleeper('never', [], () => true)
  await expect(never.kept.start()).rejects.toThrow('not this time')
  expect(never.starts()).toBe(1)
})

test('nothing is started before what it needs runs', async () => {
  let mayStart = true
  const below = sleeper('below', [], () => !mayStart)
  const above = sleeper('above', [below.kept])
  await below.kept.start()
  await above.kept.start()
  mayStart = false
  below.last()?.kill('SIGKILL')
  const tries = below.starts()
  await vi.waitFor(() => expect(below.starts()).toBeGreaterThan(tries + 2))
  above.last()?.kill('SIGKILL')
  const after = below.starts()
  await vi.waitFor(() => expect(below.starts()).toBeGreaterThan(after + 5))
  expect(above.starts()).toBe(1)
  mayStart = true
  await vi.waitFor(() => expect(above.starts()).toBe(2), { timeout: 20_000 })
})

test('one that is stopped stays so, whether it runs, is waited for, or is being started', async () => {
  const runs = sleeper('runs')
  await runs.kept.start()
  await runs.kept.stop()
  expect(runs.last()?.signalCode).toBe('SIGTERM')

  const waits = sleeper('waits', [], (start) => start > 1)
  await waits.kept.start()
  waits.last()?.kill('SIGKILL')
  await vi.waitFor(() => expect(waits.starts()).toBeGreaterThan(3))
  await waits.kept.stop()
  const tries = waits.starts()

  const starting = new SupervisedProcess({
    name: 'starting',
    logFile: '/dev/null',
    progress,
    after: [],
    stopBy: { signal: 'SIGTERM', graceMs: 1000 },
    async begin(signal) {
      const child = watchChild('starting', spawn('sleep', ['600'], { stdio: 'ignore' }))
      hangs = child
      await whenWorking(child, signal, new Promise(() => undefined))
      return child
    },
  })
  let hangs: Child | undefined
  const begun = starting.start()
  begun.catch(() => undefined)
  await starting.stop()
  await expect(begun).rejects.toThrow('is being stopped')
  expect(hangs?.process.signalCode).toBe('SIGKILL')
  expect(waits.starts()).toBe(tries)

  // And it can be started anew, as when sources have changed.
  await runs.kept.start()
  expect(runs.starts()).toBe(2)
})
