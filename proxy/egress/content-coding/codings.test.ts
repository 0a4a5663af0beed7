import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { CodingUnknown, codingsAskedFor, labelOf } from './codings.ts'

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['identity', 'identity'],
  ['gzip', 'gzip'],
  ['gzip, deflate', 'gzip, deflate'],
  ['GZIP;Q=0.5, br;q=0.1', 'gzip;q=0.5, br;q=0.1'],
  ['gzip, deflate, br, zstd, dcb, dcz', 'gzip, deflate, br, zstd'],
  ['compress, x-compress', 'identity'],
  ['identity;q=0, gzip', 'identity;q=0, gzip'],
  ['gzip, identity;q=0.5, *;q=0', 'gzip, identity;q=0.5, *;q=0'],
  ['*', 'gzip, deflate, br, zstd'],
  ['br;q=0, *;q=0.3', 'br;q=0, gzip;q=0.3, deflate;q=0.3, zstd;q=0.3'],
  ['gzip;q=0', 'gzip;q=0'],
])('of what a program accepts (%s) is asked for what can be opened: %s', (accepted, asked) =>
  expect(codingsAskedFor(accepted)).toBe(asked),
)

const body = Buffer.from('a body of some length, a body of some length')
const forms = {
  gzip: gzipSync(body),
  zlib: deflateSync(body),
  raw: deflateRawSync(body),
  br: brotliCompressSync(body),
  zstd: zstdCompressSync(body),
}

test.each([
  ['gzip', forms.gzip],
  ['x-gzip', forms.gzip],
  ['deflate', forms.zlib],
  ['deflate', forms.raw],
  ['br', forms.br],
  ['zstd', forms.zstd],
  // Wrongly labelled, where their first bytes say what they are.
  ['br', forms.gzip],
  ['gzip', forms.zstd],
  ['gzip', forms.zlib],
])('what is labelled %s is opened as what it is', (label, bytes) => {
  const stream = labelOf(label)
    ?.of(bytes)
    ?.open((reason) => new Error(reason))
  if (stream === undefined) throw new Error('It was not opened.')
  const out: Buffer[] = []
  return new Promise<void>((resolve, reject) => {
    stream
      .on('data', (chunk: Buffer) => out.push(chunk))
      .on('error', reject)
      .on('end', () => {
        expect(Buffer.concat(out)).toEqual(body)
        resolve()
      })
    stream.end(bytes)
  })
})

test.each(['gzip', 'deflate', 'br', 'zstd'])(
  'a body that is labelled %s and is plain, or empty, goes as it is',
  (label) => {
    for (const plain of ['{"a":"a plain body"}', '<html><body>A plain body', ''])
      expect(labelOf(label)?.of(Buffer.from(plain))).toBeNull()
  },
)

test.each([undefined, '', 'identity', 'aws-chunked', 'utf-8', 'UTF-8', 'identity, identity', 'none'])(
  '%s codes nothing',
  (label) => expect(labelOf(label)).toBeNull(),
)

test.each(['compress', 'gzip, br', 'aws-chunked, gzip', 'snappy', '__proto__'])(
  '%s cannot be opened, which is said',
  (label) => expect(() => labelOf(label)).toThrow(CodingUnknown),
)
