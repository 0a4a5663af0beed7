import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Pairs } from '../replace/pairs.ts'
import { variantsOf } from '../replace/variants.ts'
import { EventStream } from './event-stream.ts'

const [value, placeholder] = ['sk-live-Aa1+Bb2/Cc3=Dd4Z', 'sk-live-000000000000000Z']
const pairs = new Pairs(variantsOf(value, placeholder, 'KEY'))
const forms: Readonly<Record<string, { readonly write: (part: string) => string; readonly read: (stream: string) => string }>> = {
  'JSON, as models write': { write: (part) => `event: delta\ndata: ${JSON.stringify({ index: 0, delta: { content: part, type: 'text' } })}\n\n`, read: (stream) => [...stream.matchAll(/^data: (.*)$/gm)].map(([, each = '']) => (JSON.parse(each) as { delta: { content: string } }).delta.content).join('') },
  'plain text': { write: (part) => `id: 1\ndata: ${part}\n\n`, read: (stream) => [...stream.matchAll(/^data: (.*)$/gm)].map(([, each]) => each).join('') },
  'lines of one event': { write: (part) => `data: ${part}\n`, read: (stream) => [...stream.matchAll(/^data: (.*)$/gm)].map(([, each]) => each).join('') },
}

function partsOf(whole: string, sizes: readonly number[]): string[] {
  const parts: string[] = []
  let at = 0
  for (const size of sizes) {
    parts.push(whole.slice(at, at + size))
    at += size
  }
  return [...parts, whole.slice(at)]
}

test.each(Object.keys(forms))('a value that comes in several events is its placeholder in the end: %s', async (form) => {
  const { write, read } = forms[form] ?? { write: String, read: String }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 4, max: 9 }), { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 10 }), fc.stringMatching(/^[ -~]{0,12}$/), async (sizes, pieces, around) => {
      const shown = around.replaceAll(/[[{"\\]/g, '').trim()
      const parts = partsOf(`${shown}<${value}>${shown}`, [shown.length + 1, ...sizes])
      const stream = new EventStream(pairs, () => undefined)
      const seen = text(stream)
      for (const piece of partsOf(`${parts.map(write).join('')}\n`, pieces)) stream.write(Buffer.from(piece))
      stream.end()
      expect(read(await seen)).toBe(`${shown}<${placeholder}>${shown}`)
    }),
    { numRuns: 150 },
  )
})

test('what holds no value goes on as it is, byte for byte and at once', async () => {
  const stream = new EventStream(pairs, () => undefined)
  const out: string[] = []
  stream.on('data', (chunk: Buffer) => out.push(chunk.toString()))
  for (const event of [': ping\n\n', 'data: {"n": 1.0, "s": "Yes\\u0021 ü"}\n\n', 'data: [DONE]\r\n\r\n', 'data: ends with s\n\n']) {
    stream.write(Buffer.from(event))
    await new Promise((resolve) => setImmediate(resolve))
    expect(out.pop()).toBe(event)
  }
})

test.each([
  ['ever new names', Array.from({ length: 20_000 }, (_, at) => `data: {"name${at}":"${at}"}\n\n`)],
  ['as many texts in one line as fit', [`data: [${Array.from({ length: 100_000 }, () => '"sk-l"').join(',')}]\n\n`]],
  ['texts that are empty', Array.from({ length: 20_000 }, () => 'data: {"text":""}\n\n')],
  ['many lines behind one that waits', ['data: {"a":"sk-live-Aa1"}\n\n', ...Array.from({ length: 20_000 }, (_, at) => `data: {"b":"${at}"}\n\n`)]],
])('a stream with %s goes on whole, in a time that does not grow with what came before', async (_name, events) => {
  const stream = new EventStream(pairs, () => undefined)
  const seen = text(stream)
  for (const event of events) stream.write(Buffer.from(event))
  stream.end()
  expect(await seen).toBe(events.join(''))
})
