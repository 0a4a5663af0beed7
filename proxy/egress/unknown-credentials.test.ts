import { expect, test, vi } from 'vitest'
import { Told } from './told.ts'
import { UnknownCredentials } from './unknown-credentials.ts'

test.each([true, false])('a line without an end is not kept whole: blotted out, %s', async (blots) => {
  const told = new Told()
  const stream = new UnknownCredentials(told, { blots, lines: true })
  let seen = 0
  stream.on('data', (chunk: Buffer) => (seen += chunk.length))
  const key = ` ghp_${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5'} `
  for (let at = 0; at < 64; at += 1) stream.write(Buffer.from(key.padEnd(64 * 1024, '. ')))
  // It has not ended, and nearly all of it has gone on, and was looked at.
  await vi.waitFor(() => expect(seen).toBeGreaterThan(2 * 1024 * 1024))
  expect([...told.redacted.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(30)
  stream.destroy()
})
