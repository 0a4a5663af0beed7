import fc from 'fast-check'
import { expect, test } from 'vitest'
import { entryHash, genesis, verifyChain } from './chain.ts'
import type { ChainedEntry } from './chain.ts'

const nullable = fc.option(fc.string({ unit: 'binary' }))
const content = fc.record({
  at: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  actorKind: fc.constantFrom('user', 'admin', 'service'),
  actorId: fc.string(),
  action: fc.string(),
  targetKind: nullable,
  targetId: nullable,
  targetName: nullable,
  address: nullable,
  requestId: nullable,
  outcome: fc.string(),
})
type Hashed = ChainedEntry & { hash: Buffer }
const chain = fc.array(content, { minLength: 2, maxLength: 12 }).map((contents) => {
  let before: Buffer = genesis
  return contents.map((entry, index): Hashed => {
    const whole = { id: String(index + 1), ...entry }
    before = entryHash(before, whole)
    return { ...whole, hash: before }
  })
})

async function* each(entries: readonly Hashed[]) {
  yield* entries
}

test('an untouched chain is whole', () =>
  fc.assert(
    fc.asyncProperty(chain, async (entries) => {
      expect(await verifyChain(each(entries))).toEqual({
        kind: 'whole',
        entries: entries.length,
        head: entries.at(-1)?.hash.toString('hex'),
      })
    }),
  ))

test('a changed field of any entry shows, wherever it is', () =>
  fc.assert(
    fc.asyncProperty(
      chain,
      fc.nat(),
      fc.constantFrom('actorId', 'action', 'targetName', 'address', 'outcome', 'at'),
      async (entries, at, field) => {
        const index = at % entries.length
        const changed = entries.map((entry, place) =>
          place === index ? { ...entry, [field]: `${entry[field as 'action']}x` } : entry,
        )
        expect(await verifyChain(each(changed))).toEqual({ kind: 'broken', id: String(index + 1), why: 'changed' })
      },
    ),
  ))

test('a changed entry with a hash made anew shows at the next', () =>
  fc.assert(
    fc.asyncProperty(chain, fc.nat(), async (entries, at) => {
      const index = at % (entries.length - 1)
      const forged = entries.map((entry, place) => {
        if (place !== index) return entry
        const changed = { ...entry, outcome: `${entry.outcome}!` }
        return { ...changed, hash: entryHash(entries[index - 1]?.hash ?? genesis, changed) }
      })
      expect(await verifyChain(each(forged))).toEqual({ kind: 'broken', id: String(index + 2), why: 'changed' })
    }),
  ))

test('a missing entry shows', () =>
  fc.assert(
    fc.asyncProperty(chain, fc.nat(), async (entries, at) => {
      const index = at % (entries.length - 1)
      expect(await verifyChain(each(entries.filter((_, place) => place !== index)))).toEqual({
        kind: 'broken',
        id: String(index + 2),
        why: 'missing before it',
      })
    }),
  ))

test('a field’s end cannot move into the next', () => {
  const entry = {
    id: '1',
    at: '2026-01-01T00:00:00.000Z',
    actorKind: 'user',
    actorId: 'ab',
    action: 'c',
    targetKind: null,
    targetId: null,
    targetName: null,
    address: null,
    requestId: null,
    outcome: 'ok',
  }
  expect(entryHash(genesis, entry).equals(entryHash(genesis, { ...entry, actorId: 'a', action: 'bc' }))).toBe(false)
  expect(entryHash(genesis, entry).equals(entryHash(genesis, { ...entry, targetKind: 'null' }))).toBe(false)
})
