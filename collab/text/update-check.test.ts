import fc from 'fast-check'
import { createEncoder, toUint8Array, writeAny, writeUint8, writeVarString, writeVarUint } from 'lib0/encoding'
import type { Encoder } from 'lib0/encoding'
import { expect, test } from 'vitest'
import { Doc, applyUpdate, encodeStateAsUpdate, encodeStateVector, mergeUpdates } from 'yjs'
import { assemble } from './assemble.ts'
import { fork, textOf } from './shared-text.ts'
import { UnusableUpdate, checkUpdate } from './update-check.ts'

const written = (write: (encoder: Encoder) => void): Uint8Array => {
  const encoder = createEncoder()
  write(encoder)
  return toUint8Array(encoder)
}
const numbers = (encoder: Encoder, ...all: readonly number[]) => {
  for (const each of all) writeVarUint(encoder, each)
}
const letter = (encoder: Encoder) => writeVarString(encoder, 'z')
const inText = (encoder: Encoder, name = 'content') => {
  writeVarUint(encoder, 1)
  writeVarString(encoder, name)
}
/** One struct of client 9, of which nothing was known. */
const struct = (info: number, rest: (encoder: Encoder) => void, client = 9, clock = 0) =>
  written((encoder) => {
    numbers(encoder, 1, 1, client, clock)
    writeUint8(encoder, info)
    rest(encoder)
    writeVarUint(encoder, 0)
  })
const deletions = (...ranges: readonly number[]) =>
  written((encoder) => numbers(encoder, 0, 1, 7, ranges.length / 2, ...ranges))

const colleague = new Doc()
colleague.clientID = 7
colleague.getText('content').insert(0, 'what a colleague wrote 🙂')
const base = encodeStateAsUpdate(colleague)

const hostile: Readonly<Record<string, Uint8Array>> = {
  'beside itself': Buffer.from('01010900840900017a00', 'hex'),
  'to the right of itself': struct(0x44, (encoder) => (numbers(encoder, 9, 0), letter(encoder))),
  'beside what its client writes later': struct(0x84, (encoder) => (numbers(encoder, 9, 3), letter(encoder))),
  'on both sides of a letter': struct(0xc4, (encoder) => (numbers(encoder, 7, 1, 7, 1), letter(encoder))),
  'within itself': struct(4, (encoder) => (numbers(encoder, 0, 9, 0), letter(encoder))),
  'within a letter': struct(4, (encoder) => (numbers(encoder, 0, 7, 0), letter(encoder))),
  'a text of no length': struct(4, (encoder) => (inText(encoder), writeVarString(encoder, ''))),
  'deleted of no length': struct(1, (encoder) => (inText(encoder), writeVarUint(encoder, 0))),
  'collected of no length': struct(0, (encoder) => writeVarUint(encoder, 0)),
  'skipped of no length': struct(10, (encoder) => writeVarUint(encoder, 0)),
  'JSON of no length': struct(2, (encoder) => (inText(encoder), writeVarUint(encoder, 0))),
  'anything of no length': struct(8, (encoder) => (inText(encoder), writeVarUint(encoder, 0))),
  'a document within it': struct(
    9,
    (encoder) => (inText(encoder), writeVarString(encoder, 'guid'), writeAny(encoder, { autoLoad: true })),
  ),
  'a document without options': struct(
    9,
    (encoder) => (inText(encoder), writeVarString(encoder, 'guid'), writeAny(encoder, null)),
  ),
  'an unknown type': struct(7, (encoder) => (inText(encoder), writeVarUint(encoder, 99))),
  'an unknown content': struct(11, (encoder) => (inText(encoder), letter(encoder))),
  'another text': struct(4, (encoder) => (inText(encoder, 'other'), letter(encoder))),
  'the prototype': struct(4, (encoder) => (inText(encoder, '__proto__'), letter(encoder))),
  'an entry of a map': struct(
    0x24,
    (encoder) => (inText(encoder), writeVarString(encoder, '__proto__'), letter(encoder)),
  ),
  'a clock at the end of all numbers': struct(0, (encoder) => writeVarUint(encoder, 5), 9, Number.MAX_SAFE_INTEGER),
  'longer than there are numbers': struct(0, (encoder) => writeVarUint(encoder, Number.MAX_SAFE_INTEGER)),
  'more structs than there are': written((encoder) => numbers(encoder, 1, 4_000_000_000, 9, 0)),
  'a client twice': written((encoder) => {
    writeVarUint(encoder, 2)
    for (const text of ['one', 'other']) {
      numbers(encoder, 1, 9, 0)
      writeUint8(encoder, 4)
      inText(encoder)
      writeVarString(encoder, text)
    }
    writeVarUint(encoder, 0)
  }),
  'deleted ranges of no length': deletions(2, 0),
  'deleted ranges out of order': deletions(900, 2, 100, 2),
  'letters that are no UTF-8': struct(
    4,
    (encoder) => (inText(encoder), numbers(encoder, 2), writeUint8(encoder, 0xff), writeUint8(encoder, 0xfe)),
  ),
  'more than it says': Buffer.concat([base, Buffer.from([0])]),
  'nothing at all': new Uint8Array(),
}

const wrongs = (update: Uint8Array): boolean => {
  try {
    checkUpdate(update)
    return false
  } catch (error) {
    if (error instanceof UnusableUpdate) return true
    throw error
  }
}

test.each(Object.entries(hostile))('an update is refused that holds %s', (_, update) => {
  expect(wrongs(update)).toBe(true)
})

/** The text takes and keeps a colleague's edits after an update, and opens as it was. */
function expectUsable(updates: readonly Uint8Array[]): void {
  const writer = fork(base)
  writer.clientID = 1_234_567
  const before = encodeStateVector(writer)
  writer.getText('content').insert(3, 'and more, ')
  const { doc, unusable } = assemble([base, ...updates, encodeStateAsUpdate(writer, before)])
  expect(unusable).toEqual([])
  expect(textOf(doc)).toContain('and more, ')
  expect(textOf(fork(encodeStateAsUpdate(doc)))).toContain('and more, ')
}

const edit = fc.record({
  at: fc.nat(60),
  remove: fc.nat(6),
  insert: fc.constantFrom('', 'a', 'b c', '🙂', 'ü', 'longer than that'),
})
/** What clients make: updates of several edits each, of two clients, of which each sees the other's at times. */
const valid = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 1 }), edit, fc.boolean()), { minLength: 1, maxLength: 12 })
  .map((edits) => {
    const docs = [fork(base), fork(base)] as const
    docs[0].clientID = 5
    docs[1].clientID = 11
    const updates: Uint8Array[] = []
    for (const [who, { at, remove, insert }, isSeen] of edits) {
      const [doc, other] = who === 0 ? docs : [docs[1], docs[0]]
      const text = doc.getText('content')
      const before = encodeStateVector(doc)
      const place = Math.min(at, text.length)
      if (remove > 0 && place < text.length) text.delete(place, Math.min(remove, text.length - place))
      if (insert !== '') text.insert(place, insert)
      updates.push(encodeStateAsUpdate(doc, before))
      if (isSeen) applyUpdate(other, encodeStateAsUpdate(doc))
    }
    return { updates, docs }
  })
const mutation = fc.tuple(fc.constantFrom('set', 'insert', 'remove', 'cut'), fc.nat(), fc.integer({ min: 0, max: 255 }))

function mutated(update: Uint8Array, mutations: readonly (readonly [string, number, number])[]): Uint8Array {
  const bytes = [...update]
  for (const [kind, at, byte] of mutations) {
    const place = bytes.length === 0 ? 0 : at % bytes.length
    if (kind === 'set') bytes[place] = byte
    else if (kind === 'insert') bytes.splice(place, 0, byte)
    else if (kind === 'remove') bytes.splice(place, 1)
    else bytes.length = place
  }
  return Uint8Array.from(bytes)
}

test('whatever clients make passes, in parts, merged and whole', () => {
  fc.assert(
    fc.property(valid, ({ updates, docs }) => {
      for (const update of [...updates, mergeUpdates(updates), ...docs.map((doc) => encodeStateAsUpdate(doc))])
        expect(checkUpdate(update).isEmpty).toBe(update.length === 2)
    }),
  )
})

test('whatever passes can be applied, and the text goes on and opens again', () => {
  fc.assert(
    fc.property(
      valid,
      fc.nat(),
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      ({ updates }, which, mutations) => {
        const changed = updates.map((update, index) =>
          index === which % updates.length ? mutated(update, mutations) : update,
        )
        expectUsable(changed.filter((update) => !wrongs(update)))
      },
    ),
    { numRuns: 600 },
  )
})

/** Hand-made: structs in every combination, with small numbers, so that they often meet. */
const small = fc.nat(6)
const id = fc.tuple(fc.constantFrom(5, 7, 9), small)
const handMade = fc.record({
  sections: fc.uniqueArray(
    fc.record({
      client: fc.constantFrom(5, 7, 9, 12),
      clock: small,
      structs: fc.array(
        fc.record({
          kind: fc.constantFrom(0, 1, 4, 4, 4, 10),
          origin: fc.option(id),
          rightOrigin: fc.option(id),
          length: fc.integer({ min: 0, max: 3 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    }),
    { maxLength: 3, selector: ({ client }) => client },
  ),
  deleted: fc.uniqueArray(
    fc.record({
      client: fc.constantFrom(5, 7, 9),
      ranges: fc.array(fc.tuple(small, fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: 3 }),
    }),
    { maxLength: 2, selector: ({ client }) => client },
  ),
})
const encoded = ({ sections, deleted }: typeof handMade extends fc.Arbitrary<infer T> ? T : never) =>
  written((encoder) => {
    writeVarUint(encoder, sections.length)
    for (const { client, clock, structs } of sections) {
      numbers(encoder, structs.length, client, clock)
      for (const { kind, origin, rightOrigin, length } of structs) {
        const isItem = kind === 1 || kind === 4
        writeUint8(encoder, isItem ? kind | (origin === null ? 0 : 0x80) | (rightOrigin === null ? 0 : 0x40) : kind)
        if (isItem && origin !== null) numbers(encoder, ...origin)
        if (isItem && rightOrigin !== null) numbers(encoder, ...rightOrigin)
        if (isItem && origin === null && rightOrigin === null) inText(encoder)
        if (kind === 4) writeVarString(encoder, 'xyz'.slice(0, length))
        else writeVarUint(encoder, length)
      }
    }
    writeVarUint(encoder, deleted.length)
    for (const { client, ranges } of deleted) numbers(encoder, client, ranges.length, ...ranges.flat())
  })

test('whatever hand-made updates pass can be applied one after the other, and the text goes on and opens again', () => {
  let passed = 0
  fc.assert(
    fc.property(fc.array(handMade, { minLength: 1, maxLength: 5 }), (all) => {
      const updates = all.map(encoded).filter((update) => !wrongs(update))
      passed += updates.length
      expectUsable(updates)
    }),
    { numRuns: 600 },
  )
  expect(passed).toBeGreaterThan(100)
})

test('a text that holds updates that cannot be used opens with all the others', () => {
  for (const [name, poison] of Object.entries(hostile)) {
    const { doc, unusable } = assemble([base, poison])
    expect(
      unusable.every((index) => index === 1),
      name,
    ).toBe(true)
    expect(textOf(doc)).toContain('a colleague wrote')
    expect(textOf(fork(encodeStateAsUpdate(doc)))).toContain('a colleague wrote')
  }
})
