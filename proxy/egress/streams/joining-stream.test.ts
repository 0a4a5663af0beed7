import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { Pairs } from '../../replace/pairs.ts'
import { variantsOf } from '../../replace/variants.ts'
import { JoiningStream, streamKind } from './joining-stream.ts'
import type { StreamKind } from './joining-stream.ts'

const [value, placeholder] = ['sk-live-Aa1+Bb2/Cc3=Dd4Z', 'sk-live-000000000000000Z']
const pairs = new Pairs(variantsOf(value, placeholder, 'KEY'))
const events = (stream: string) => [...stream.matchAll(/^\ufeff?data: (.*)$/gm)].map(([, each = '']) => each)
const lines = (stream: string) =>
  stream
    .split('\n')
    .map((line) => line.replace(/^[\ufeff\u001e]+/, ''))
    .filter((line) => line !== '')
interface Form {
  readonly kind: StreamKind
  readonly write: (part: string, index: number) => string
  readonly read: (stream: string) => string
}
const delta = (content: string) => JSON.stringify({ index: 0, delta: { content, type: 'text' } })
const contents = (texts: readonly string[]) =>
  texts.map((each) => (JSON.parse(each) as { delta: { content: string } }).delta.content).join('')
const forms: Readonly<Record<string, Form>> = {
  'JSON, as models write': {
    kind: 'events',
    write: (part) => `event: delta\ndata: ${delta(part)}\n\n`,
    read: (stream) => contents(events(stream)),
  },
  'plain text': {
    kind: 'events',
    write: (part) => `id: 1\ndata: ${part}\n\n`,
    read: (stream) => events(stream).join(''),
  },
  'lines of one event': {
    kind: 'events',
    write: (part) => `data: ${part}\n`,
    read: (stream) => events(stream).join(''),
  },
  'events behind a byte order mark': {
    kind: 'events',
    write: (part, index) => `${index === 0 ? '\ufeff' : ''}data: ${part}\n`,
    read: (stream) => events(stream).join(''),
  },
  'lines of JSON': { kind: 'lines', write: (part) => `${delta(part)}\n`, read: (stream) => contents(lines(stream)) },
  'lines of JSON with others between': {
    kind: 'lines',
    write: (part, index) => `${delta(part)}\r\n{"id":${index},"done":false}\n\n`,
    read: (stream) => contents(lines(stream).filter((line) => line.includes('delta'))),
  },
  'lines of JSON behind a byte order mark': {
    kind: 'lines',
    write: (part, index) => `${index === 0 ? '\ufeff' : ''}${delta(part)}\n`,
    read: (stream) => contents(lines(stream)),
  },
  'a sequence of JSON': {
    kind: 'lines',
    write: (part) => `\u001e${delta(part)}\n`,
    read: (stream) => contents(lines(stream)),
  },
}

test.each([
  ['text/event-stream; charset=utf-8', 'events'],
  ['application/x-ndjson', 'lines'],
  ['application/ndjson; charset=utf-8', 'lines'],
  ['application/jsonl', 'lines'],
  ['application/json-seq', 'lines'],
  ['application/json', null],
  ['text/plain', null],
  [undefined, null],
])('%s is of this kind: %s', (contentType, kind) => expect(streamKind(contentType)).toBe(kind))

function partsOf(whole: string, sizes: readonly number[]): string[] {
  const parts: string[] = []
  let at = 0
  for (const size of sizes) {
    parts.push(whole.slice(at, at + size))
    at += size
  }
  return [...parts, whole.slice(at)]
}

test.each(Object.keys(forms))(
  'a value that comes in several events, or lines, is its placeholder in the end: %s',
  async (form) => {
    const { kind, write, read } = forms[form] ?? { kind: 'events', write: String, read: String }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 4, max: 9 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 10 }),
        fc.stringMatching(/^[ -~]{0,12}$/),
        async (sizes, pieces, around) => {
          const shown = around.replaceAll(/[[{"\\]/g, '').trim()
          const parts = partsOf(`${shown}<${value}>${shown}`, [shown.length + 1, ...sizes])
          const stream = new JoiningStream(pairs, kind, () => undefined)
          const seen = text(stream)
          for (const piece of partsOf(`${parts.map(write).join('')}\n`, pieces)) stream.write(Buffer.from(piece))
          stream.end()
          expect(read(await seen)).toBe(`${shown}<${placeholder}>${shown}`)
        },
      ),
      { numRuns: 150 },
    )
  },
)

test('what holds no value goes on as it is, byte for byte and at once', async () => {
  const stream = new JoiningStream(pairs, 'events', () => undefined)
  const out: string[] = []
  stream.on('data', (chunk: Buffer) => out.push(chunk.toString()))
  for (const event of [
    ': ping\n\n',
    'data: {"n": 1.0, "s": "Yes\\u0021 ü"}\n\n',
    'data: [DONE]\r\n\r\n',
    'data: ends with s\n\n',
  ]) {
    stream.write(Buffer.from(event))
    await new Promise((resolve) => setImmediate(resolve))
    expect(out.pop()).toBe(event)
  }
})

test.each([
  ['ever new names', Array.from({ length: 20_000 }, (_, at) => `data: {"name${at}":"${at}"}\n\n`)],
  ['as many texts in one line as fit', [`data: [${Array.from({ length: 100_000 }, () => '"sk-l"').join(',')}]\n\n`]],
  ['texts that are empty', Array.from({ length: 20_000 }, () => 'data: {"text":""}\n\n')],
  [
    'many lines behind one that waits',
    ['data: {"a":"sk-live-Aa1"}\n\n', ...Array.from({ length: 20_000 }, (_, at) => `data: {"b":"${at}"}\n\n`)],
  ],
])('a stream with %s goes on whole, in a time that does not grow with what came before', async (_name, events) => {
  const stream = new JoiningStream(pairs, 'events', () => undefined)
  const seen = text(stream)
  for (const event of events) stream.write(Buffer.from(event))
  stream.end()
  expect(await seen).toBe(events.join(''))
})

test('lines of JSON that are too long to be taken apart go on as they come, and those behind them are looked at', async () => {
  const stream = new JoiningStream(pairs, 'lines', () => undefined)
  const seen = text(stream)
  const long = `${JSON.stringify({ long: 'x'.repeat(3 * 2 ** 20), key: 'yes' })}\n`
  for (const piece of partsOf(
    long,
    Array.from({ length: 40 }, () => 70_000),
  ))
    stream.write(Buffer.from(piece))
  for (const part of [value.slice(0, 12), value.slice(12)]) stream.write(Buffer.from(`${delta(part)}\n`))
  stream.end()
  const out = await seen
  expect(out.slice(0, long.length)).toBe(long)
  expect(contents(lines(out.slice(long.length)))).toBe(placeholder)
})

test('a line that comes byte by byte is not looked through again for each', async () => {
  const bytes = 100_000
  let looked = 0
  const lastIndexOf = vi.spyOn(String.prototype, 'lastIndexOf').mockImplementation(function (this: string) {
    looked += this.length
    return -1
  })
  const stream = new JoiningStream(pairs, 'events', () => undefined)
  stream.resume()
  for (let count = 0; count < bytes; count += 1) stream.write(Buffer.from('a'))
  lastIndexOf.mockRestore()
  stream.destroy()
  expect(looked).toBeGreaterThanOrEqual(bytes)
  expect(looked).toBeLessThan(10 * bytes)
})

test('no more lines wait than the memory has room for, however short they are', async () => {
  const stream = new JoiningStream(pairs, 'events', () => undefined)
  const seen = text(stream)
  stream.write(Buffer.from('data: sk-live-Aa1\n'))
  for (let count = 0; count < 4; count += 1) stream.write(Buffer.alloc(50_000, '\n'))
  await expect(seen).rejects.toThrow('too long to be held')
})
