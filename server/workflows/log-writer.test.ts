import { expect, test } from 'vitest'
import type { LogStore } from './log-store.ts'
import { LogWriter, mostLogBytes } from './log-writer.ts'

/** What is stored, in memory. */
function kept() {
  const parts: { readonly position: number; readonly bytes: Buffer }[] = []
  const store: Pick<LogStore, 'append'> = {
    async append(_stepId, position, bytes) {
      parts.push({ position, bytes: Buffer.from(bytes) })
      return true
    },
  }
  return { parts, writer: new LogWriter(store as LogStore, 'step', 0, 0) }
}

test('no letter is cut in two, and every byte is stored once, in order', async () => {
  const { parts, writer } = kept()
  const text = '😀é漢'.repeat(20_000)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += 777) writer.write(bytes.subarray(at, at + 777))
  await writer.flush()
  expect(parts.length).toBeGreaterThan(1)
  expect(parts.map((part) => part.bytes.toString('utf8')).join('')).toBe(text)
  let position = 0
  for (const part of parts) {
    expect(part.position).toBe(position)
    position += part.bytes.length
  }
  expect(writer.position).toBe(bytes.length)
})

test('what is beyond the limit is not kept, and counted all the same', async () => {
  const { parts, writer } = kept()
  writer.write(Buffer.alloc(mostLogBytes + 5000, 'x'))
  await writer.flush()
  writer.line('more')
  await writer.flush()
  expect(parts.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBe(mostLogBytes)
  expect(writer.position).toBe(mostLogBytes + 5005)
})
