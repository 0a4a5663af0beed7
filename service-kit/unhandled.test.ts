import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { UnhandledErrors } from './unhandled.ts'

function capture(now: () => number) {
  const lines: Record<string, unknown>[] = []
  const out = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()))
      done()
    },
  })
  const log = createLog('test', 'info', out)
  const metrics = createMetrics('test', log)
  return { lines, metrics, unhandled: new UnhandledErrors(log, metrics, now) }
}

test('an error is counted and told by name, code and place, and not by what it says', async () => {
  const { lines, metrics, unhandled } = capture(() => 1)
  unhandled.take(
    Object.assign(new TypeError('Invalid URL: sk-live-of-somebody'), {
      code: 'ERR_INVALID_URL',
      input: 'sk-live-of-somebody',
    }),
    'uncaughtException',
  )
  unhandled.take('sk-live-of-somebody', 'unhandledRejection')
  expect(lines).toMatchObject([
    {
      name: 'TypeError',
      code: 'ERR_INVALID_URL',
      at: expect.arrayContaining([expect.stringContaining('unhandled.test.ts')]),
    },
    { name: 'string', code: null },
  ])
  expect(JSON.stringify(lines)).not.toContain('sk-live-of-somebody')
  expect(await metrics.metrics()).toMatch(
    /arcx_process_unhandled_errors_total\{kind="uncaughtException",service="test"\} 1/,
  )
})

test('of a flood ten lines a minute are told, then how many were not', () => {
  let now = 100_000
  const { lines, unhandled } = capture(() => now)
  for (let count = 0; count < 500; count += 1) unhandled.take(new Error('again'), 'uncaughtException')
  expect(lines).toHaveLength(10)
  now += 61_000
  unhandled.take(new Error('again'), 'uncaughtException')
  expect(lines[10]).toMatchObject({ untold: 490 })
})
