import { expect, test, vi } from 'vitest'
import { CallTrace } from '../records/call-trace.ts'
import { UnknownCredentials } from './unknown-credentials.ts'

test.each([true, false])('a line without an end is not kept whole: redacted, %s', async (redacts) => {
  const trace = new CallTrace()
  const stream = new UnknownCredentials(trace, { redacts, lines: true })
  let seen = 0
  stream.on('data', (chunk: Buffer) => (seen += chunk.length))
  const key = ` ghp_${'aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5'} `
  for (let at = 0; at < 64; at += 1) stream.write(Buffer.from(key.padEnd(64 * 1024, '. ')))
  // It has not ended, and nearly all of it has gone on, and was looked at.
  await vi.waitFor(() => expect(seen).toBeGreaterThan(2 * 1024 * 1024))
  expect([...trace.redacted.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(30)
  stream.destroy()
})

test('a line that comes byte by byte is not looked through again for each', () => {
  const bytes = 50_000
  let looked = 0
  const lastIndexOf = vi.spyOn(String.prototype, 'lastIndexOf').mockImplementation(function (this: string) {
    looked += this.length
    return -1
  })
  const stream = new UnknownCredentials(new CallTrace(), { redacts: false, lines: true })
  stream.resume()
  for (let count = 0; count < bytes; count += 1) stream.write(Buffer.from('a'))
  lastIndexOf.mockRestore()
  stream.destroy()
  expect(looked).toBeGreaterThanOrEqual(bytes)
  expect(looked).toBeLessThan(10 * bytes)
})
