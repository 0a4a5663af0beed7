import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LogFrames } from './log-frames.ts'

function frame(stream: 1 | 2, text: string): Buffer {
  const body = Buffer.from(text)
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(body.length, 4)
  return Buffer.concat([header, body])
}

const lines = fc.array(
  fc.tuple(
    fc.constantFrom(1 as const, 2 as const),
    fc.integer({ min: 0, max: 3 }),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
  ),
  { maxLength: 12 },
)

test('however the stream is cut up, the same lines come out', () => {
  fc.assert(
    fc.property(lines, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }), (entries, sizes) => {
      const whole = Buffer.concat(
        entries.map(([stream, second, text]) =>
          frame(stream, `2026-01-01T00:00:0${second}.5Z ${text.replace(/[\r\n]/g, '')}\n`),
        ),
      )
      const expected = new LogFrames().read(whole)
      expect(expected).toHaveLength(entries.length)
      const reader = new LogFrames()
      const read = []
      for (let at = 0, turn = 0; at < whole.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1
        read.push(...reader.read(whole.subarray(at, at + size)))
        at += size
      }
      expect(read).toEqual(expected)
    }),
  )
})

test('lines that share a moment are told apart', () => {
  const ids = new LogFrames()
    .read(Buffer.concat([frame(1, 'T a\n'), frame(2, 'T b\n'), frame(1, 'U c\n')]))
    .map((line) => line.id)
  expect(ids).toEqual(['T/0', 'T/1', 'U/0'])
})
