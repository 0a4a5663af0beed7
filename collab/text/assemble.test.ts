import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs'
import { assemble } from './assemble.ts'
import { rewrite, textOf } from './shared-text.ts'

test('updates that were stored in another order than they were written in make the same text, and none of them is set aside', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 8 }), { minLength: 1, maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      (texts, order) => {
        const doc = new Doc()
        const updates: Uint8Array[] = []
        for (const text of texts) {
          const before = encodeStateVector(doc)
          if (rewrite(doc, text) !== null) updates.push(encodeStateAsUpdate(doc, before))
        }
        const stored = updates
          .map((update) => ({ update, at: order.next().value }))
          .sort((one, other) => one.at - other.at)
          .map(({ update }) => update)
        const made = assemble(stored)
        expect([textOf(made.doc), made.unusable]).toEqual([textOf(doc), []])
      },
    ),
  )
})

test('what stands upon something that was never stored is left out, and all else stays', () => {
  const doc = new Doc()
  rewrite(doc, 'kept')
  const kept = encodeStateAsUpdate(doc)
  rewrite(doc, 'kept, lost')
  const before = encodeStateVector(doc)
  rewrite(doc, 'kept, lost, waiting')
  const made = assemble([kept, encodeStateAsUpdate(doc, before)])
  expect([textOf(made.doc), made.isWhole]).toEqual(['kept', false])
  expect(assemble([kept]).isWhole).toBe(true)
  const all = encodeStateAsUpdate(doc)
  expect(Buffer.compare(encodeStateAsUpdate(assemble([all]).doc), all)).toBe(0)
})
