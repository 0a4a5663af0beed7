import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EndMark } from './end-mark.ts'

const mark = '\0arcx-ended-aab '

/** What comes out of a stream that arrives in pieces. */
function read(stream: Buffer, cuts: readonly number[]): { readonly out: string; readonly code: number | null } {
  const found = new EndMark(mark)
  const borders = [0, ...[...cuts].map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length]
  const parts = borders.slice(1).map((end, index) => found.take(stream.subarray(borders[index], end)))
  return { out: Buffer.concat([...parts, found.rest()]).toString('latin1'), code: found.code }
}

const cuts = fc.array(fc.nat(), { maxLength: 8 })
// Also what is all but the mark.
const output = fc
  .array(fc.oneof(fc.constantFrom(mark.slice(0, -1), mark.slice(0, 3), '\0', 'a', '\n'), fc.string({ maxLength: 5 })), {
    maxLength: 8,
  })
  .map((parts) => parts.join(''))
  .filter((text) => !text.includes(mark))

test('all before the mark comes out, nothing behind it, wherever the pieces are cut', () => {
  fc.assert(
    fc.property(
      output,
      fc.integer({ min: 0, max: 255 }),
      fc.string({ maxLength: 20 }),
      cuts,
      (text, code, behind, where) => {
        const before = Buffer.from(text)
        expect(read(Buffer.concat([before, Buffer.from(`${mark}${code}\n${behind}`)]), where)).toEqual({
          out: before.toString('latin1'),
          code,
        })
      },
    ),
  )
})

test('without the mark all of it comes out', () => {
  fc.assert(
    fc.property(output, cuts, (text, where) => {
      expect(read(Buffer.from(text), where)).toEqual({ out: Buffer.from(text).toString('latin1'), code: null })
    }),
  )
})

test('a mark without an exit code behind it, which a program has written itself, is output like any other, and none of it is kept', () => {
  const forged = fc.constantFrom(
    mark,
    `${mark}\n`,
    `${mark}12345\n`,
    `${mark}7`,
    `${mark}x\n`,
    `${mark}-1\n`,
    `${mark}${mark}`,
  )
  fc.assert(
    fc.property(
      fc.array(fc.oneof(forged, output), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 0, max: 255 }),
      cuts,
      (texts, code, where) => {
        const before = Buffer.from(texts.map((text) => `${text} `).join(''))
        expect(read(Buffer.concat([before, Buffer.from(`${mark}${code}\n`)]), where)).toEqual({
          out: before.toString('latin1'),
          code,
        })
      },
    ),
  )
  const found = new EndMark(mark)
  expect(found.take(Buffer.from(mark)).length).toBe(0)
  expect(found.take(Buffer.alloc(1000, 'x')).length).toBe(mark.length + 1000)
  expect(found.take(Buffer.alloc(1000, 'x')).length).toBe(1000)
})
