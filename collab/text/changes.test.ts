import fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyUpdate, encodeStateAsUpdate } from 'yjs'
import { changesBetween } from './changes.ts'
import { fork, rewrite, textOf } from './shared-text.ts'

const applied = (text: string, changes: ReturnType<typeof changesBetween>) =>
  changes
    .toReversed()
    .reduce((whole, { at, remove, insert }) => whole.slice(0, at) + insert + whole.slice(at + remove), text)
const text = fc
  .array(fc.constantFrom('a', 'b', ' ', '\n', 'ü', '🙂', 'const x = 1\n', '}\n'))
  .map((parts) => parts.join(''))

test('the changes between two texts make the one of the other', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      expect(applied(before, changesBetween(before, after))).toBe(after)
    }),
  )
})

test('a text that is wholly another is told in bounded time', () => {
  const [before, after] = [
    Array.from({ length: 40_000 }, (_, index) => `${index * 7919}\n`).join(''),
    Array.from({ length: 40_000 }, (_, index) => `${index * 104_729}x\n`).join(''),
  ]
  expect(applied(before, changesBetween(before, after))).toBe(after)
})

test('what the disk and a person have changed of one state both stand, whichever came first', () => {
  fc.assert(
    fc.property(text, text, text, (base, disk, typed) => {
      const origin = fork(null)
      rewrite(origin, base)
      const state = encodeStateAsUpdate(origin)
      const [one, other] = [fork(state), fork(state)]
      rewrite(one, disk)
      rewrite(other, typed)
      applyUpdate(one, encodeStateAsUpdate(other))
      applyUpdate(other, encodeStateAsUpdate(one))
      expect(textOf(one)).toBe(textOf(other))
      if (disk === base) expect(textOf(one)).toBe(typed)
      if (typed === base) expect(textOf(one)).toBe(disk)
    }),
  )
})

test('letters of both stand where both wrote in one line', () => {
  const origin = fork(null)
  rewrite(origin, 'const a = 1\n')
  const state = encodeStateAsUpdate(origin)
  const [disk, typed] = [fork(state), fork(state)]
  rewrite(disk, 'const a = 1;\n')
  rewrite(typed, 'const abc = 1\n')
  applyUpdate(typed, encodeStateAsUpdate(disk))
  expect(textOf(typed)).toBe('const abc = 1;\n')
})
