import { i18n } from '@lingui/core'
import { beforeAll, expect, test } from 'vitest'
import { outcomeInWords as byTheCommand } from '../cli/output/outcome.ts'
import { outcomeInWords as onThePage } from '../web/src/egress/outcome.ts'

// Without a catalog, texts are as they stand in the source.
beforeAll(() => i18n.loadAndActivate({ locale: 'en', messages: {} }))

test.each([
  ['refused:name_unknown', 'DNS lookup failed'],
  ['refused:leak_attempted', 'Secret blocked: host not allowed'],
  ['refused:host_refused', 'Host blocked'],
  ['refused:address_refused', 'Private address blocked'],
  ['refused:upstream_failed', 'Connection failed'],
  ['refused:upstream_silent', 'Timed out'],
  ['refused:key_misplaced', 'Key of another service blocked'],
  ['refused:rate_exceeded', 'Too many requests per minute'],
  ['refused:bytes_exceeded', 'Too many MB per hour'],
  ['refused:program_gone', 'Program disconnected'],
  ['cut:secret_withdrawn', 'Cut off: Secret was deleted or its hosts changed'],
  ['refused:coding_unknown', 'coding unknown'],
  ['cut:restarting', 'Cut off: restarting'],
  ['interrupted', 'Interrupted'],
  ['open', 'In progress'],
  ['passed', '204'],
])('a call that is %s is told in the same words on the page and by the command: %s', (outcome, words) => {
  const call = { outcome, status: 204 }
  expect([onThePage(call), byTheCommand(call)]).toEqual([words, words])
})
