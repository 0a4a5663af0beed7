import { expect, test } from 'vitest'
import { isBehind } from './log-order.ts'

test.each([
  ['2026-01-01T00:00:00.5Z/0', undefined, true],
  ['2026-01-01T00:00:00.51Z/0', '2026-01-01T00:00:00.5Z/0', true],
  ['2026-01-01T00:00:00.5Z/0', '2026-01-01T00:00:00.500000001Z/0', false],
  ['2026-01-01T00:00:01Z/0', '2026-01-01T00:00:00.999999999Z/0', true],
  ['2026-01-01T00:00:00.5Z/1', '2026-01-01T00:00:00.5Z/0', true],
  ['2026-01-01T00:00:00.5Z/0', '2026-01-01T00:00:00.5Z/0', false],
])('%s comes behind %s: %s', (id, after, expected) => expect(isBehind(id, after)).toBe(expected))
