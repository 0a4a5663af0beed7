import { expect, test } from 'vitest'
import { Instant } from './instant.ts'

test.each(['2026-11-28T07:00:00Z', '2026-11-28T07:00:00+02:00', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z'])(
  '%s is a time',
  (text) => {
    expect(Instant.safeParse(text).success).toBe(true)
  },
)

test.each([
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+01:00',
  '9999-12-31T23:59:59-01:00',
  '+010000-01-01T00:00:00Z',
  'yesterday',
])('%s is none that the database knows', (text) => {
  expect(Instant.safeParse(text).success).toBe(false)
})
