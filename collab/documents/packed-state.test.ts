import fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { packState, unpackState } from './packed-state.ts'

const magic = [0x28, 0xb5, 0x2f, 0xfd]

test('whatever is packed is the same when it is unpacked, also what looks packed already', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.oneof(
        fc.uint8Array({ maxLength: 64 }),
        fc.integer({ min: 4000, max: 9000 }).map((length) => randomBytes(length)),
      ),
      async (isLike, bytes) => {
        const state = Uint8Array.from(isLike ? [...magic, ...bytes] : bytes)
        expect(Buffer.compare(await unpackState(await packState(state)), state)).toBe(0)
        const twice = await packState(await packState(state))
        expect(Buffer.compare(await unpackState(await unpackState(twice)), state)).toBe(0)
      },
    ),
  )
})

test('what was stored before states were packed is as it was, also where it begins like a frame', async () => {
  for (const state of [Uint8Array.from([0, 0]), Uint8Array.from([...magic, 1, 2, 3]), Uint8Array.from(magic)])
    expect(Buffer.compare(await unpackState(state), state)).toBe(0)
})

test('a text takes less room packed', async () => {
  const state = Buffer.from('const answer = (question: string) => `${question}?`\n'.repeat(400))
  expect((await packState(state)).length).toBeLessThan(state.length / 2)
})
