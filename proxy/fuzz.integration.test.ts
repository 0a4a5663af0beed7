import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import { brotliCompressSync, brotliDecompressSync, deflateSync, gunzipSync, gzipSync, inflateSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ProxyRig } from '@arcx/testing/proxy'

/** Set it to run one again that failed. */
const seed = Number(process.env['ARCX_FUZZ_SEED'] ?? randomInt(2 ** 31))
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-.~ "\\&<'
const values = fc.sample(fc.uniqueArray(fc.string({ unit: fc.constantFrom(...alphabet), minLength: 12, maxLength: 80 }), { minLength: 8, maxLength: 8 }), { seed, numRuns: 1 }).flat()
const placeholderOf = (value: string, index: number) => `PH${index}${'z'.repeat(value.length - 3)}`

const codings: Readonly<Record<string, { readonly close: (bytes: Buffer) => Buffer; readonly open: (bytes: Buffer) => Buffer }>> = {
  identity: { close: (bytes) => bytes, open: (bytes) => bytes },
  gzip: { close: (bytes) => gzipSync(bytes), open: (bytes) => gunzipSync(bytes) },
  deflate: { close: (bytes) => deflateSync(bytes), open: (bytes) => inflateSync(bytes) },
  br: { close: (bytes) => brotliCompressSync(bytes), open: (bytes) => brotliDecompressSync(bytes) },
  zstd: { close: (bytes) => zstdCompressSync(bytes), open: (bytes) => zstdDecompressSync(bytes) },
}
const inLines = (text: string, length: number, end: string) => (text.match(new RegExp(`.{1,${length}}`, 'g')) ?? []).join(end)
const writings: Readonly<Record<string, (value: string) => string>> = {
  raw: (value) => value,
  json: (value) => JSON.stringify({ key: value }),
  'json in json': (value) => JSON.stringify({ inner: JSON.stringify({ key: value }) }),
  url: (value) => encodeURIComponent(value),
  form: (value) => new URLSearchParams({ key: value }).toString(),
  hex: (value) => Buffer.from(value).toString('hex'),
  HEX: (value) => Buffer.from(value).toString('hex').toUpperCase(),
  'base64, first': (value) => Buffer.from(value).toString('base64'),
  'base64, second': (value) => Buffer.from(`x${value}`).toString('base64'),
  'base64, third': (value) => Buffer.from(`xy${value}`).toString('base64url'),
  'base64 in lines': (value) => inLines(Buffer.from(`a${value}`).toString('base64'), 19, '\r\n'),
  'base64 in lines in json': (value) => JSON.stringify({ content: inLines(Buffer.from(`ab${value}`).toString('base64'), 60, '\n') }),
}

let rig: ProxyRig
beforeAll(async () => {
  rig = await ProxyRig.start(values.map((value, index) => ({ name: `KEY_${index}`, value, placeholder: placeholderOf(value, index), host: 'api.test' })))
})
afterAll(() => rig?.close())

/** Whatever a reader could have from it, without looking at how it was written. */
function readings(text: string): string[] {
  const unfolded = text.replaceAll(/\r?\n|(?:\\r)?\\n/g, '')
  const attempt = (work: () => string) => {
    try {
      return work()
    } catch {
      return ''
    }
  }
  const decoded = [...unfolded.matchAll(/[A-Za-z0-9+/_-]{8,}/g)].flatMap(([each]) => [0, 1, 2, 3].map((offset) => Buffer.from(each.slice(offset), 'base64').toString('latin1')))
  const hexadecimal = [...text.matchAll(/(?:[0-9a-f]{2}){4,}/gi)].map(([each]) => Buffer.from(each, 'hex').toString('latin1'))
  const strings = (each: string): string[] => [...each.matchAll(/"((?:[^"\\]|\\.)*)"/g)].flatMap(([whole]) => {
    const inner = attempt(() => JSON.parse(whole) as string)
    return inner === '' || inner === each ? [] : [inner, ...strings(inner)]
  })
  return [text, attempt(() => decodeURIComponent(text)), attempt(() => decodeURIComponent(text.replaceAll('+', ' '))), ...decoded, ...hexadecimal, ...strings(text)]
}

test(`no value passes: secrets × writings × compressions × pieces × places (ARCX_FUZZ_SEED=${seed})`, async () => {
  const spot = fc.record({ which: fc.nat(values.length - 1), how: fc.constantFrom(...Object.keys(writings)), before: fc.string({ maxLength: 20 }), after: fc.string({ maxLength: 20 }) })
  const answer = fc.record({
    spots: fc.array(spot, { minLength: 1, maxLength: 4 }),
    coding: fc.constantFrom(...Object.keys(codings)),
    pieces: fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 12 }),
    padding: fc.constantFrom(0, 0, 0, 16_000, 65_530),
    inHeader: fc.boolean(),
    isTls: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(answer, async ({ spots, coding: name, pieces, padding, inHeader, isTls }) => {
      const coding = codings[name]
      if (coding === undefined) throw new Error(name)
      const body = 'p'.repeat(padding) + spots.map(({ which, how, before, after }) => `${before} ${writings[how]?.(values[which] ?? '') ?? ''} ${after}`).join('\n')
      const header = inHeader ? encodeURIComponent(values[spots[0]?.which ?? 0] ?? '') : 'none'
      rig.answer = (_request, response) => void give(response, coding.close(Buffer.from(body)), pieces, { 'content-encoding': name, 'x-echo': header })
      const got = isTls ? await rig.https('api.test', '/') : await rig.send(`http://api.test:${rig.plainPort}/`)
      expect(got.status).toBe(200)
      const seen = [...readings(coding.open(got.body).toString('utf8')), ...readings(coding.open(got.body).toString('latin1')), ...readings(JSON.stringify(got.headers))]
      for (const { which } of spots) for (const reading of seen) expect(reading.includes(values[which] ?? '')).toBe(false)
    }),
    { seed, numRuns: 400, endOnFailure: true },
  )
}, 120_000)

async function give(response: ServerResponse, body: Buffer, pieces: readonly number[], headers: Record<string, string>): Promise<void> {
  response.writeHead(200, headers['content-encoding'] === 'identity' ? { 'x-echo': headers['x-echo'] } : headers)
  let at = 0
  for (const size of pieces) {
    if (at >= body.length) break
    if (!response.write(body.subarray(at, at + size))) await once(response, 'drain')
    at += size
    await setImmediate()
  }
  response.end(body.subarray(at))
}
