import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { StartProgress } from './start-progress.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function progress(shown: string | null) {
  const steps: string[] = []
  return { steps, progress: new StartProgress(shown, 1000, async (step) => void steps.push(step)) }
}

test('a step that lasts is shown, one that is over at once is not', async () => {
  const { steps, progress: start } = progress('one')
  start.at('one')
  await vi.advanceTimersByTimeAsync(5000)
  start.at('two')
  await vi.advanceTimersByTimeAsync(900)
  start.at('three')
  expect(steps).toEqual([])
  await vi.advanceTimersByTimeAsync(1000)
  expect(steps).toEqual(['three'])
  start.at('four')
  await vi.advanceTimersByTimeAsync(1000)
  expect(steps).toEqual(['three', 'four'])
})

test('after the end nothing is shown, and what is being shown is waited for', async () => {
  const shown = Promise.withResolvers<void>()
  const start = new StartProgress(null, 1000, () => shown.promise)
  start.at('one')
  await vi.advanceTimersByTimeAsync(1000)
  let ended = false
  const end = start.end().then(() => (ended = true))
  await vi.advanceTimersByTimeAsync(0)
  expect(ended).toBe(false)
  shown.resolve()
  await end
  const { steps, progress: other } = progress(null)
  other.at('one')
  await other.end()
  await vi.advanceTimersByTimeAsync(5000)
  expect(steps).toEqual([])
})
