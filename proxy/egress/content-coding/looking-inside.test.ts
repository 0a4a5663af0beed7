import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { Readable } from 'node:stream'
import { constants, deflateRawSync, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { Pairs } from '../../replace/pairs.ts'
import { variantsOf } from '../../replace/variants.ts'
import { LookingInside, holdsInside } from './looking-inside.ts'

const value = 'sk-live-0aB1cD2eF3gH4iJ5'
const pairs = new Pairs(variantsOf(value, 'sk-live-0000000000000000', 'KEY'))
const noise = () => randomBytes(3000).toString('base64')

/** What comes out until it ends, and whether it ended by what was found. */
async function through(whole: Buffer, size: number): Promise<{ out: Buffer; found: boolean }> {
  const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, index) =>
    whole.subarray(index * size, (index + 1) * size),
  )
  const out: Buffer[] = []
  const looking = new LookingInside(pairs, () => new Error('found'))
  try {
    for await (const piece of Readable.from(pieces).compose(looking)) out.push(piece as Buffer)
    return { out: Buffer.concat(out), found: false }
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'found') throw error
    return { out: Buffer.concat(out), found: true }
  }
}

const sizes = [1, 7, 1000, 1_000_000]
test.each([
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const)('in %s that does not say so, a value is found, and none of it has gone by', async (kind, compress) => {
  for (const size of sizes) {
    const { out, found } = await through(
      compress(Buffer.from(`${size < 1000 ? 'short ' : noise()}{"key":"${value}"}${'after '.repeat(5)}`)),
      size,
    )
    expect(found).toBe(true)
    // As far as a reader could open what went by.
    if (kind === 'gzip' && out.length > 18)
      expect(gunzipSync(out, { finishFlush: 2 }).toString()).not.toContain(value.slice(0, 12))
  }
})

test('without one it goes by as it is, byte for byte; so does what opens only in part, or not at all', async () => {
  const plain = gzipSync(noise())
  for (const whole of [
    plain,
    plain.subarray(0, -100),
    Buffer.concat([plain, Buffer.from('rest')]),
    Buffer.from([0x1f, 0x8b, 0x08, 1, 2, 3]),
    Buffer.from([0x1f]),
    Buffer.from([0x1f, 0x8b]),
    Buffer.from('text'),
    zstdCompressSync(noise()),
  ]) {
    for (const size of sizes) expect(await through(whole, size)).toEqual({ out: whole, found: false })
  }
})

test('a message is opened whole, also where its end is missing', () => {
  const whole = gzipSync(`{"key":"${value}"}`)
  expect(holdsInside(pairs, whole)).toBe(true)
  expect(holdsInside(pairs, whole.subarray(0, -8))).toBe(true)
  expect(holdsInside(pairs, gzipSync('nothing'))).toBe(false)
  expect(holdsInside(pairs, Buffer.from('text'))).toBe(false)
})

const much = Buffer.alloc(6 * 2 ** 20)
test.each([
  ['behind which something else stands', Buffer.concat([gzipSync(value), Buffer.from('something else')])],
  ['of several members', Buffer.concat([gzipSync('first'), gzipSync(value.slice(0, 9)), gzipSync(value.slice(9))])],
  ['of several members with zeros between', Buffer.concat([gzipSync('first'), Buffer.alloc(5), gzipSync(value)])],
  [
    'with a name in its header',
    Buffer.concat([Buffer.from('1f8b080800000000000361626300', 'hex'), gzipSync(value).subarray(10)]),
  ],
  ['that opens to more than is looked at', gzipSync(Buffer.concat([Buffer.from(value), much]))],
  ['in zstd, that opens to more than is looked at', zstdCompressSync(Buffer.concat([Buffer.from(value), much]))],
  [
    'in zstd, behind which something else stands',
    Buffer.concat([zstdCompressSync(value), Buffer.from('something else')]),
  ],
  [
    'in more frames than are opened',
    Buffer.concat([...Array.from({ length: 2000 }, () => zstdCompressSync('x')), zstdCompressSync(value)]),
  ],
])('a value in a message %s is found', (_what, bytes) => expect(holdsInside(pairs, bytes)).toBe(true))

test.each([
  ['gzip', gzipSync(much)],
  ['zstd', zstdCompressSync(much)],
  ['gzip that breaks', Buffer.concat([gzipSync('x').subarray(0, 12), Buffer.from('xxxx')])],
  ['a header alone', gzipSync('x').subarray(0, 10)],
  ['a header that breaks off', Buffer.from('1f8b080c0000', 'hex')],
])('a message of %s without one passes', (_what, bytes) => expect(holdsInside(pairs, bytes)).toBe(false))

test('what would open to no end is looked at so far, and then goes by', async () => {
  const whole = gzipSync(Buffer.alloc(40 * 1024 * 1024))
  expect(
    (
      await buffer(Readable.from([whole]).compose(new LookingInside(pairs, () => new Error('found'))) as Readable)
    ).equals(whole),
  ).toBe(true)
})

const begun = `key ${value.slice(0, 12)}`
const skippable = Buffer.alloc(64 * 1024)
skippable.writeUInt32LE(0x184d2a50, 0)
skippable.writeUInt32LE(skippable.length - 8, 4)
test.each([
  ['zstd, of frames that are skipped', zstdCompressSync(begun), skippable],
  [
    'gzip, of blocks that are empty',
    Buffer.concat([gzipSync('').subarray(0, 10), deflateRawSync(begun, { finishFlush: constants.Z_SYNC_FLUSH })]),
    Buffer.from('000000ffff'.repeat(10_000), 'hex'),
  ],
])('behind what may be the beginning of a value no more is held than a bound: %s', async (_what, first, more) => {
  const looking = new LookingInside(pairs, () => new Error('found'))
  const over = new Promise<Error>((resolve) => looking.once('error', resolve))
  looking.resume()
  let taken = 0
  looking.write(first)
  for (; taken < 16 * 2 ** 20 && !looking.destroyed; taken += more.length)
    await new Promise((resolve) => looking.write(more, resolve))
  expect(taken).toBeLessThan(2 * 2 ** 20)
  expect((await over).message).toBe('found')
})
