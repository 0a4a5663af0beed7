import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerTo } from './resolver.ts'

/** `api.example.com`, as a resolver asks. */
function question(type: number, { name = ['api', 'example', 'com'], flags = 0x0100 } = {}): Buffer {
  const labels = Buffer.concat([
    ...name.map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)])),
    Buffer.of(0),
  ])
  return Buffer.concat([
    Buffer.of(0xab, 0xcd, flags >> 8, flags & 255, 0, 1, 0, 0, 0, 0, 0, 0),
    labels,
    Buffer.of(0, type, 0, 1),
  ])
}

test('each name has the one address, to whoever asks for one of version 4', () => {
  const asked = question(1)
  const answer = answerTo(asked, '127.2.0.1')
  expect(answer?.subarray(0, 2)).toEqual(Buffer.of(0xab, 0xcd))
  expect(answer?.readUInt16BE(2)).toBe(0x8180)
  expect(answer?.readUInt16BE(6)).toBe(1)
  expect(answer?.subarray(12, asked.length)).toEqual(asked.subarray(12))
  expect([...(answer?.subarray(-4) ?? [])]).toEqual([127, 2, 0, 1])
})

test('of other types there is nothing, which is an answer', () => {
  for (const type of [28, 15, 16, 65]) {
    const answer = answerTo(question(type), '127.2.0.1')
    expect(answer?.readUInt16BE(2)).toBe(0x8180)
    expect(answer?.readUInt16BE(6)).toBe(0)
  }
})

test('what is no question, cut off, compressed or made up, is answered as such or not at all, and never throws', () => {
  expect(answerTo(question(1, { flags: 0x8180 }), '127.2.0.1')).toBeNull()
  expect(answerTo(question(1).subarray(0, 20), '127.2.0.1')?.readUInt16BE(2)).toBe(0x8181)
  expect(answerTo(question(1, { flags: 0x2800 }), '127.2.0.1')?.readUInt16BE(2)).toBe(0x8184)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void answerTo(Buffer.from(bytes), '127.2.0.1')),
    { numRuns: 2000 },
  )
})
