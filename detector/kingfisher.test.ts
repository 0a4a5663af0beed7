import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { findCredentials } from './detector.ts'
import { rules } from './rules.ts'
import { findSpecific } from './specific.ts'

const examples = JSON.parse(
  gunzipSync(readFileSync(fileURLToPath(new URL('rules/kingfisher-examples.json.gz', import.meta.url)))).toString(),
) as Record<string, readonly string[]>

/** Examples that their own expressions do not match upstream either, and such as are placeholders here. */
const notFound: Readonly<Record<string, number>> = {
  'kingfisher.airtable.3': 1,
  'kingfisher.curl.2': 1,
  'kingfisher.ethereum.1': 4,
  'kingfisher.html.1': 1,
  'kingfisher.pinterest.2': 1,
  'kingfisher.privkey.1': 1,
  'kingfisher.samsara.2': 1,
  'kingfisher.slack.8': 1,
  'kingfisher.tableau.1': 1,
  'kingfisher.vmware.1': 1,
}

const ids = rules.map(({ id }) => id).filter((id) => id.startsWith('kingfisher.'))

test('every rule comes with its examples', () => {
  expect(ids.length).toBeGreaterThan(850)
  expect(Object.keys(examples).toSorted()).toEqual(ids.toSorted())
})

test.each(ids)('%s finds its own examples', (id) => {
  const missed = (examples[id] ?? []).filter(
    (text) => !findSpecific(text, Buffer.from(text, 'latin1'), [0, text.length]).some(({ rule }) => rule === id),
  )
  expect(missed).toHaveLength(notFound[id] ?? 0)
})

test('of all examples, the detector as a whole finds nearly each, by some rule', () => {
  const all = Object.values(examples).flat()
  const missed = all.filter((text) => findCredentials(text).length === 0)
  expect(missed.length / all.length).toBeLessThan(0.04)
})
