import fc from 'fast-check'
import { expect, test } from 'vitest'
import { meterTo } from './metering.ts'
import type { Measured, Meter } from './metering.ts'

const at = (text: string) => new Date(`2026-03-${text}Z`)
const meter: Meter = { countedTo: at('01T10:00:00'), incarnation: 1, cpuSeconds: 5 }
const running: Measured = {
  incarnation: 1,
  isRunning: true,
  startedAt: at('01T09:00:00'),
  stats: { cpuSeconds: 8, memoryBytes: 100 },
  storageBytes: 10,
}

test('what ran on is awake all the time since, with the processor time that came to it', () => {
  expect(meterTo(at('01T10:01:00'), meter, running)).toEqual({
    used: [
      {
        day: '2026-03-01',
        awakeSeconds: 60,
        asleepSeconds: 0,
        cpuSeconds: 3,
        memoryByteSeconds: 6000,
        storageByteSeconds: 600,
      },
    ],
    meter: { countedTo: at('01T10:01:00'), incarnation: 1, cpuSeconds: 8 },
  })
})

test('another container is awake since it was started, and all of its processor time is new', () => {
  const next = { ...running, incarnation: 2, startedAt: at('01T10:00:45') }
  expect(meterTo(at('01T10:01:00'), meter, next).used).toMatchObject([
    { awakeSeconds: 15, asleepSeconds: 45, cpuSeconds: 8 },
  ])
})

test('what rests is asleep, and takes storage', () => {
  const resting = { ...running, isRunning: false, stats: null }
  expect(meterTo(at('01T10:01:00'), meter, resting)).toMatchObject({
    used: [{ awakeSeconds: 0, asleepSeconds: 60, cpuSeconds: 0, memoryByteSeconds: 0, storageByteSeconds: 600 }],
    meter: { cpuSeconds: 5 },
  })
})

test('over midnight it is shared out between the days', () => {
  const late = { ...meter, countedTo: at('01T23:59:30') }
  expect(meterTo(at('02T00:01:30'), late, running).used).toMatchObject([
    { day: '2026-03-01', awakeSeconds: 30, cpuSeconds: 0.75 },
    { day: '2026-03-02', awakeSeconds: 90, cpuSeconds: 2.25 },
  ])
})

test('at whatever times it is read, all of the time is counted once', () => {
  const span = 3 * 86_400_000
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: span }), { maxLength: 20 }), (times) => {
      let now = { ...meter, incarnation: 1 }
      let [awake, cpu] = [0, 0]
      for (const time of [...new Set(times), span + 1].toSorted((a, b) => a - b)) {
        const read = meterTo(new Date(meter.countedTo.getTime() + time), now, {
          ...running,
          stats: { cpuSeconds: 5 + time / 1000, memoryBytes: 1 },
        })
        now = read.meter
        for (const used of read.used) {
          awake += used.awakeSeconds + used.asleepSeconds
          cpu += used.cpuSeconds
        }
      }
      expect(awake).toBeCloseTo((span + 1) / 1000, 3)
      expect(cpu).toBeCloseTo((span + 1) / 1000, 3)
    }),
  )
})
