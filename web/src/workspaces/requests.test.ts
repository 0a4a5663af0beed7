import { expect, test } from 'vitest'
import type { EgressCall } from '@arcx/router'
import { withChanged } from './requests.ts'

const call = (id: string, at: string, outcome = 'open'): EgressCall => ({
  id,
  at: `2026-01-01T00:00:${at}.000Z`,
  method: 'GET',
  url: 'https://example.com/',
  outcome,
  status: null,
  bytesUp: 0,
  bytesDown: 0,
  durationMs: 0,
  secrets: [],
  scrubbed: 0,
  redacted: {},
})
const shown = (calls: readonly EgressCall[]) => calls.map(({ id, outcome }) => `${id} ${outcome}`)

test('a request that is over takes the place of itself as it began; new ones stand before it', () => {
  const known = [call('b', '02'), call('a', '01')]
  expect(shown(withChanged(known, [call('c', '03'), call('a', '01', 'passed')], 10))).toEqual([
    'c open',
    'b open',
    'a passed',
  ])
})

test('no more are kept than are shown, the newest', () => {
  expect(shown(withChanged([call('b', '02'), call('a', '01')], [call('c', '03')], 2))).toEqual(['c open', 'b open'])
  // One that is older than all that are shown does not push a newer one out.
  expect(shown(withChanged([call('c', '03'), call('b', '02')], [call('a', '01', 'passed')], 2))).toEqual([
    'c open',
    'b open',
  ])
})
