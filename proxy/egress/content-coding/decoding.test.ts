import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync, constants } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pairs } from '../../replace/pairs.ts'
import { variantsOf } from '../../replace/variants.ts'
import { labelOf } from './codings.ts'
import { LookingInside, holdsInside } from './looking-inside.ts'

const value = 'sk-live-0aB1cD2eF3gH4iJ5'
const pairs = new Pairs(variantsOf(value, 'sk-live-0000000000000000', 'KEY'))

function skippable(low: number, length: number): Buffer {
  const head = Buffer.alloc(8)
  head.writeUInt32LE(0x184d2a50 + low)
  head.writeUInt32LE(length, 4)
  return Buffer.concat([head, Buffer.alloc(length, 'skipped')])
}
const checked = { params: { [constants.ZSTD_c_checksumFlag]: 1 } }
/** What may stand before each part: nothing, frames that are skipped, or zeros between members. */
const formats = {
  zstd: {
    close: (part: string, odd: boolean) => zstdCompressSync(part, odd ? checked : {}),
    between: (at: number) => (at % 3 === 0 ? skippable(at % 16, at) : Buffer.alloc(0)),
  },
  gzip: {
    close: (part: string) => gzipSync(part),
    between: (at: number, index: number) => Buffer.alloc(index === 0 ? 0 : at % 4),
  },
} as const
type Name = keyof typeof formats
const names = Object.keys(formats) as Name[]

function cutUp<T extends { slice(from: number, to?: number): T; readonly length: number }>(
  whole: T,
  sizes: readonly number[],
): T[] {
  const parts: T[] = []
  let at = 0
  for (const size of sizes) {
    parts.push(whole.slice(at, at + size))
    at += size
  }
  return [...parts, whole.slice(at)].filter(({ length }) => length > 0)
}
const compressed = (name: Name, text: string, sizes: readonly number[], gaps: readonly number[]) =>
  Buffer.concat(
    cutUp(text, sizes).flatMap((part, index) => [
      formats[name].between(gaps[index % gaps.length] ?? 0, index),
      formats[name].close(part, index % 2 === 1),
    ]),
  )
const opened = (label: string, bytes: Buffer, pieces: readonly number[]) => {
  const stream = labelOf(label)
    ?.of(bytes)
    ?.open((reason) => new Error(reason))
  if (stream === undefined) throw new Error('It was not opened.')
  return buffer(Readable.from(cutUp(bytes, pieces)).compose(stream) as Readable)
}
const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 })
const gaps = fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 4 })
const pieces = fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 30 })

test.each(names)('%s in any number of parts opens to its whole text, however it comes', async (name) => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ minLength: 1, maxLength: 120 }),
      sizes,
      gaps,
      pieces,
      async (text, parts, between, chunks) => {
        expect((await opened(name, compressed(name, text, parts, between), chunks)).toString()).toBe(
          Buffer.from(
            cutUp(text, parts)
              .map((part) => Buffer.from(part).toString())
              .join(''),
          ).toString(),
        )
      },
    ),
    { numRuns: 100 },
  )
})

test.each(names)(
  'a value in %s in any number of parts that does not say so is found, however it comes',
  async (name) => {
    await fc.assert(
      fc.asyncProperty(sizes, gaps, pieces, async (parts, between, chunks) => {
        const bytes = compressed(name, `hello ${value} goodbye`, parts, between)
        const looking = new LookingInside(pairs, () => new Error('found'))
        await expect(buffer(Readable.from(cutUp(bytes, chunks)).compose(looking) as Readable)).rejects.toThrow('found')
        expect(holdsInside(pairs, bytes)).toBe(true)
      }),
      { numRuns: 100 },
    )
  },
)

test.each([
  ['zstd', zstdCompressSync('first'), 'no frame'],
  ['gzip', gzipSync('first'), 'incorrect header check'],
  ['deflate', deflateSync('first'), 'something follows its end'],
  ['deflate', deflateRawSync('first'), 'something follows its end'],
  ['br', brotliCompressSync('first'), 'something follows its end'],
])('what follows the end of %s and is none of it is not dropped without a word', async (label, bytes, reason) => {
  const whole = Buffer.concat([bytes, Buffer.from('more of something')])
  for (const chunks of [[], [bytes.length], [bytes.length - 1], Array.from({ length: whole.length }, () => 1)])
    await expect(opened(label, whole, chunks)).rejects.toThrow(reason)
})

test.each(names)('%s that ends in its midst is told so', async (name) => {
  const whole = compressed(name, 'a text of several parts', [5, 5], [3, 3])
  for (const missing of [1, 4, 9]) await expect(opened(name, whole.subarray(0, -missing), [])).rejects.toThrow(/end/)
})

test('what opens to far more than it is is opened no faster than it is read', async () => {
  const stream = labelOf('zstd')
    ?.of(zstdCompressSync('a'))
    ?.open((reason) => new Error(reason))
  if (stream === undefined) throw new Error('It was not opened.')
  stream.end(zstdCompressSync(Buffer.alloc(64 * 2 ** 20)))
  stream.read(0)
  await new Promise((resolve) => stream.once('readable', resolve))
  expect(stream.readableLength).toBeLessThan(2 ** 20)
  stream.destroy()
})
