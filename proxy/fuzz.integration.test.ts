import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate } from 'node:timers/promises'
import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fuzzRuns, fuzzSeed as seed, fuzzTimeoutMs } from '@arcx/testing/fuzz'
import { ProxyRig } from '@arcx/testing/proxy'
import { readings, writings } from '@arcx/testing/writings'

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=_-.~ "\\&<'
const values = fc
  .sample(
    fc.uniqueArray(fc.string({ unit: fc.constantFrom(...alphabet), minLength: 12, maxLength: 80 }), {
      minLength: 8,
      maxLength: 8,
    }),
    { seed, numRuns: 1 },
  )
  .flat()
const placeholderOf = (value: string, index: number) => `PH${index}${'z'.repeat(value.length - 3)}`

const codings: Readonly<
  Record<string, { readonly close: (bytes: Buffer) => Buffer; readonly open: (bytes: Buffer) => Buffer }>
> = {
  identity: { close: (bytes) => bytes, open: (bytes) => bytes },
  gzip: { close: (bytes) => gzipSync(bytes), open: (bytes) => gunzipSync(bytes) },
  deflate: { close: (bytes) => deflateSync(bytes), open: (bytes) => inflateSync(bytes) },
  br: { close: (bytes) => brotliCompressSync(bytes), open: (bytes) => brotliDecompressSync(bytes) },
  zstd: { close: (bytes) => zstdCompressSync(bytes), open: (bytes) => zstdDecompressSync(bytes) },
}

let rig: ProxyRig
beforeAll(async () => {
  rig = await ProxyRig.start(
    values.map((value, index) => ({
      name: `KEY_${index}`,
      value,
      placeholder: placeholderOf(value, index),
      host: 'api.test',
    })),
  )
})
afterAll(() => rig?.close())

test(
  `no value passes: secrets × writings × compressions × pieces × places (ARCX_FUZZ_SEED=${seed})`,
  async () => {
    const spot = fc.record({
      which: fc.nat(values.length - 1),
      how: fc.constantFrom(...Object.keys(writings)),
      before: fc.string({ maxLength: 20 }),
      after: fc.string({ maxLength: 20 }),
    })
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
        const body =
          'p'.repeat(padding) +
          spots
            .map(({ which, how, before, after }) => `${before} ${writings[how]?.(values[which] ?? '') ?? ''} ${after}`)
            .join('\n')
        const header = inHeader ? encodeURIComponent(values[spots[0]?.which ?? 0] ?? '') : 'none'
        rig.answer = (_request, response) =>
          void give(response, coding.close(Buffer.from(body)), pieces, { 'content-encoding': name, 'x-echo': header })
        const got = isTls ? await rig.https('api.test', '/') : await rig.send(`http://api.test:${rig.plainPort}/`)
        expect(got.status).toBe(200)
        const opened = coding.open(got.body)
        const seen = [...readings(opened), ...readings(Buffer.from(JSON.stringify(got.headers)))]
        for (const { which } of spots) {
          for (const reading of seen) expect(reading.includes(values[which] ?? '')).toBe(false)
          // What stands instead is there, up to where base64 mixes it with its neighbours; and so is what is around.
          expect(seen.some((reading) => reading.includes(placeholderOf(values[which] ?? '', which).slice(2, -2)))).toBe(
            true,
          )
        }
        expect(opened.toString()).toContain('p'.repeat(padding))
        for (const { before, after } of spots)
          for (const around of [before, after]) expect(opened.toString()).toContain(around)
      }),
      fuzzRuns(400),
    )
  },
  fuzzTimeoutMs(120_000),
)

async function give(
  response: ServerResponse,
  body: Buffer,
  pieces: readonly number[],
  headers: Record<string, string>,
): Promise<void> {
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
