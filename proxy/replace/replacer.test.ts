import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readings, writings } from '@arcx/testing/writings'
import { Pairs } from './pairs.ts'
import { Replacer, replaceAll } from './replacer.ts'
import { variantsOf } from './variants.ts'

const secret = fc.string({ unit: fc.constantFrom(...'abcXYZ019-_+/=.$ "\\&<é'), minLength: 10, maxLength: 60 })
const kinds = Object.values(writings)

/** In pieces of any size. */
function inPieces(pairs: Pairs, whole: Buffer, cuts: readonly number[]): Buffer {
  const replacer = new Replacer(pairs)
  const out: Buffer[] = []
  let at = 0
  for (const cut of [...cuts.map((each) => each % (whole.length + 1)), whole.length].sort((a, b) => a - b)) {
    out.push(replacer.write(whole.subarray(at, cut)))
    at = cut
  }
  return Buffer.concat([...out, replacer.end()])
}

test('no value passes: any secrets, in any writing, anywhere, in pieces of any size', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(secret, { minLength: 1, maxLength: 5 }),
      fc.array(
        fc.record({
          which: fc.nat(),
          how: fc.nat(),
          before: fc.string({ maxLength: 12 }),
          after: fc.string({ maxLength: 12 }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
      fc.array(fc.nat(), { maxLength: 40 }),
      (secrets, parts, cuts) => {
        const pairs = new Pairs(
          secrets.flatMap((value, index) => variantsOf(value, String(index).repeat(value.length), 'KEY')),
        )
        const whole = Buffer.from(
          parts
            .map(
              ({ which, how, before, after }) =>
                `${before} ${String(kinds[how % kinds.length]?.(secrets[which % secrets.length] ?? ''))} ${after}`,
            )
            .join('\n'),
        )
        const out = inPieces(pairs, whole, cuts)
        const seen = readings(out)
        for (const { which } of parts) {
          const value = secrets[which % secrets.length] ?? ''
          for (const reading of seen) expect(reading.includes(value)).toBe(false)
          const stand = String(which % secrets.length).repeat(value.length)
          expect(seen.some((reading) => reading.includes(stand.slice(2, -2)))).toBe(true)
        }
        // The pieces it came in make no difference.
        expect(out.equals(inPieces(pairs, whole, []))).toBe(true)
      },
    ),
    { numRuns: 150 },
  )
})

test('in long pieces, of which only the beginning is joined to what was held, the same comes out', () => {
  const filler = fc.string({ unit: fc.constantFrom(...'abc XYZ019+/=.%\\&<-'), minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(
      fc.uniqueArray(secret, { minLength: 1, maxLength: 3 }),
      fc.array(fc.record({ which: fc.nat(), how: fc.nat(), filler, times: fc.integer({ min: 0, max: 60 }) }), {
        minLength: 3,
        maxLength: 12,
      }),
      fc.array(fc.nat(), { maxLength: 4 }),
      (secrets, parts, cuts) => {
        const pairs = new Pairs(
          secrets.flatMap((value, index) => variantsOf(value, String(index).repeat(value.length), 'KEY')),
        )
        const written = ({ which, how }: { which: number; how: number }) =>
          String(kinds[how % kinds.length]?.(secrets[which % secrets.length] ?? ''))
        const whole = Buffer.from(parts.map((part) => part.filler.repeat(part.times) + written(part)).join(''))
        const expected = inPieces(pairs, whole, [])
        // A seam lies as far behind a border as is joined: values are to stand across each.
        for (const seams of [cuts, cuts.map((cut) => cut + 512), parts.map((_, index) => index * 1100)])
          expect(inPieces(pairs, whole, seams).equals(expected)).toBe(true)
      },
    ),
  )
})

test.each([0, 1, 30, 500, 511, 512, 513, 600])('a value %i bytes behind the border of a long piece is found', (at) => {
  const value = 'sk-live-abcdefghijklmnopqrstuvwxyz'
  const pairs = new Pairs(variantsOf(value, 'Q'.repeat(value.length), 'KEY'))
  for (const writing of [value, Buffer.from(`a${value}b`).toString('base64'), encodeURIComponent(`+${value}+`)]) {
    for (let before = 0; before < writing.length; before += 1) {
      const replacer = new Replacer(pairs)
      const whole = Buffer.from(`${'x'.repeat(2000 + Math.max(0, at - before))}${writing}${'s'.repeat(2000)}`)
      const out = [replacer.write(whole.subarray(0, 2000)), ...replacer.pieces(whole.subarray(2000)), replacer.end()]
      expect(replacer.count).toBe(1)
      expect(Buffer.concat(out).length).toBe(whole.length)
      expect(Buffer.concat(out).equals(inPieces(pairs, whole, []))).toBe(true)
    }
  }
})

test('a long piece is not copied for what was held before it', () => {
  const replacer = new Replacer(new Pairs(variantsOf('sk-live-abcdefghijkl', 'Q'.repeat(20), 'KEY')))
  replacer.write(Buffer.from('data: sk-l'))
  expect(replacer.isHolding).toBe(true)
  const chunk = Buffer.from('ater '.repeat(1000))
  const pieces = replacer.pieces(chunk)
  expect(pieces).toHaveLength(2)
  expect(pieces[1]?.buffer).toBe(chunk.buffer)
  expect(Buffer.concat([...pieces, replacer.end()]).toString()).toBe(`sk-l${chunk.toString()}`)
})

test('what holds no secret comes out as it went in, byte for byte', () => {
  const pairs = new Pairs(variantsOf('sk-live-abcdefghijkl', 'sk-live-00000000000l', 'KEY'))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.array(fc.nat(), { maxLength: 10 }), (bytes, cuts) => {
      expect(inPieces(pairs, Buffer.from(bytes), cuts).equals(Buffer.from(bytes))).toBe(true)
    }),
  )
})

test('where there is nothing to look for, all goes by', () => {
  expect(inPieces(new Pairs([]), Buffer.from('sk-live-abcdefghijkl'), [3, 9]).toString()).toBe('sk-live-abcdefghijkl')
})

describe('a stream', () => {
  const pairs = new Pairs(variantsOf('sk-live-abcdefghijkl', 'sk-live-00000000000l', 'KEY'))

  test('is not held up by what is no part of a secret', () => {
    const replacer = new Replacer(pairs)
    expect(replacer.write(Buffer.from('data: hello\n\n')).toString()).toBe('data: hello\n\n')
    expect(replacer.write(Buffer.from('data: sk-l')).toString()).toBe('data: ')
    expect(replacer.write(Buffer.from('ater\n\n')).toString()).toBe('sk-later\n\n')
  })

  test('one secret that begins with another is replaced whole, also in pieces', () => {
    const nested = new Pairs([
      ...variantsOf('token-abcdef', 'token-000000', 'KEY'),
      ...variantsOf('token-abcdefghijklmn', 'token-11111111111111', 'KEY'),
    ])
    expect(inPieces(nested, Buffer.from('x token-abcdefghijklmn y'), [8, 14, 15]).toString()).toBe(
      'x token-11111111111111 y',
    )
    expect(inPieces(nested, Buffer.from('x token-abcdefghX'), [14]).toString()).toBe('x token-000000ghX')
  })

  test('a placeholder of the same length keeps every writing’s length, where the value needs no escaping', () => {
    expect(pairs.keepsLength).toBe(true)
    expect(
      replaceAll(pairs, `{"a":"sk-live-abcdefghijkl","b":"${Buffer.from('sk-live-abcdefghijkl').toString('base64')}"}`),
    ).toEqual({
      text: `{"a":"sk-live-00000000000l","b":"${Buffer.from('sk-live-00000000000l').toString('base64')}"}`,
      count: 2,
      owners: new Set(['KEY']),
    })
  })
})
