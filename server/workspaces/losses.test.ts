import fc from 'fast-check'
import { expect, test } from 'vitest'
import { errors } from '@arcx/router'
import { StartRefused } from '../runtime/port.ts'
import { afterFailedStart, afterLoss, lossLimit, troubledStarts, wellAfterMs } from './losses.ts'

/** How long each container ran before it was lost. */
const lives = fc.array(
  fc.oneof(fc.integer({ min: 0, max: wellAfterMs - 1 }), fc.integer({ min: wellAfterMs, max: 100 * wellAfterMs })),
  { maxLength: 30 },
)

test('a workspace fails by so many losses in a row, none of which had run well, and by nothing else', () => {
  fc.assert(
    fc.property(lives, (ran) => {
      let losses = 0
      let short = 0
      for (const ranMs of ran) {
        short = ranMs >= wellAfterMs ? 1 : short + 1
        const verdict = afterLoss(losses, ranMs)
        expect(verdict.losses).toBe(short)
        expect(verdict.kind).toBe(short > lossLimit ? 'failed' : 'again')
        if (verdict.kind === 'failed') return
        losses = verdict.losses
      }
    }),
  )
})

test('losses that lie minutes apart never add up', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: wellAfterMs, max: 20 * wellAfterMs }), { minLength: 1, maxLength: 50 }),
      fc.integer({ min: 0, max: lossLimit }),
      (ran, before) => {
        let losses = before
        for (const ranMs of ran) {
          const verdict = afterLoss(losses, ranMs)
          expect(verdict).toEqual({ kind: 'again', losses: 1, pauseMs: 0 })
          ;({ losses } = verdict)
        }
      },
    ),
  )
})

test('each further loss in a row is waited out longer', () => {
  const pauses = Array.from({ length: lossLimit }, (_, before) => afterLoss(before, 0)).map((verdict) =>
    verdict.kind === 'again' ? verdict.pauseMs : -1,
  )
  expect(pauses[0]).toBe(0)
  expect(pauses).toEqual([...new Set(pauses)].toSorted((one, other) => one - other))
})

test.for([
  ['the database is away', errors.databaseUnavailable('away')],
  ['the database is busy', errors.databaseUnavailable('busy')],
  ['the disk is full', errors.diskFull()],
  ['the bus is away', errors.busUnavailable()],
  ['the engine is away', errors.engineUnavailable()],
  ['arc-proxy is away', errors.egressUnavailable()],
] as const)('where %s, a start is waited for, however often it has failed', ([, error]) => {
  for (const before of [0, lossLimit, 100]) expect(afterFailedStart(error, before, 100)).toEqual({ kind: 'wait' })
})

test('an engine with faults of its own is tried again for a while', () => {
  const error = errors.engineTroubled('no space left on device')
  for (let troubled = 1; troubled < troubledStarts; troubled += 1)
    expect(afterFailedStart(error, 0, troubled)).toEqual({ kind: 'wait' })
  expect(afterFailedStart(error, 0, troubledStarts)).toEqual({ kind: 'failed', losses: 0 })
})

test('what is refused is not tried again', () => {
  expect(afterFailedStart(new StartRefused('No such image: nowhere'), 0, 0).kind).toBe('failed')
  expect(afterFailedStart(errors.forbidden('start'), 0, 0).kind).toBe('failed')
})

test('a container that ends while it starts gets as many tries as one that runs', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: lossLimit + 1 }), (before) => {
      expect(afterFailedStart(new Error('Its container was killed.'), before, 0)).toEqual(afterLoss(before, 0))
    }),
  )
})
